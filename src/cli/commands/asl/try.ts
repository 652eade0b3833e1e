/** `asl try`: one state tried alone. Needs no server, unless its Task is really to be called. */
import { Command } from 'commander'
import { type JsonText, parseJson, plainFromJson } from '../../../base/index.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { readDefinition } from '../../definitions.ts'
import { cliError, exitCodes } from '../../errors.ts'
import { readPayload } from '../../files.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { describeTrial } from '../../trial/describe.ts'
import { type TriedState, readTried } from '../../trial/tried.ts'
import { tryHere } from '../../trial/try-here.ts'

type Options = ServerOptions & {
  readonly state?: string
  readonly input: string
  readonly variables?: string
  readonly context?: string
  readonly mock?: string
  readonly mockError?: string
  readonly mockCause?: string
  readonly validate?: string
  readonly retries?: string
  readonly failedIterations?: string
  readonly items?: string
  readonly live?: true
  readonly revealSecrets?: true
  readonly json?: true
}

export function tryCommand(context: Context): Command {
  const command = new Command('try')
    .description('try one state: its output, or how it fails, and what it computes on the way')
    .argument(
      '<file>',
      'one state or a state machine in JSON (- reads standard input), or a module that exports a procedure',
    )
    .option('--state <name>', 'which state of the machine, wherever it is nested')
    .option('-i, --input <json>', 'its input as JSON, @FILE, or @- for standard input', '{}')
    .option('--variables <json>', 'the variables in scope, as an object')
    .option('--context <json>', 'the context object (default: one is made up)')
    .option('--mock <json>', 'what its task, branches or iterations come to')
    .option('--mock-error <name>', 'instead: the error that they fail with')
    .option('--mock-cause <text>', 'and its cause')
    .option('--validate <mode>', 'compare --mock with the API that the task calls: strict, present or none', 'strict')
    .option('--retries <n>', 'how often it was retried already')
    .option('--failed-iterations <n>', 'how many iterations of a Map have failed')
    .option('--items <json>', 'what the ItemReader of a Map has read')
    .option('--live', 'let the server try it: a Task without --mock is really called')
    .option('--reveal-secrets', 'with --live: show what the connection of an HTTP task adds to its request')
    .option('--json', 'print what became of it as JSON')
    .action((file: string, options: Options) => tryIt(context, file, options))
  return withExamples(withServerOptions(command), [
    [
      `holdfast asl try order.asl.json --state Reserve --input '{"order": 7}' --mock '{"reserved": true}'`,
      'its output',
    ],
    ['holdfast asl try order.asl.json --state Reserve --mock-error OutOfStock --json', 'retried, caught or failed'],
    ['holdfast asl try order.asl.json --state Reserve --input @order.json --live', 'calls what its Task names'],
  ])
}

async function tryIt(context: Context, file: string, options: Options): Promise<void> {
  const { world, paint } = context
  const { text } = await readDefinition(world, file)
  const members = await membersOf(context, options)
  const tried =
    options.live === true
      ? readTried(await (await connect(world, options)).testState(text, options.state, members))
      : await tryHere(text, options.state, members)
  if (tried.status === 'FAILED') context.exitWith(exitCodes.failed)
  answer(context, options.json === true, plainOf(tried), () => describeTrial(tried, paint))
}

const plainOf = ({ text }: TriedState): unknown => plainFromJson(parseJson(text))

/** The members of the request, in the words of our API: each JSON text. */
async function membersOf({ world }: Context, options: Options): Promise<Readonly<Record<string, JsonText>>> {
  const members: Record<string, JsonText> = { input: await readPayload(world, options.input) }
  const payloads = {
    variables: options.variables,
    context: options.context,
    result: options.mock,
    items: options.items,
  }
  for (const [name, given] of Object.entries(payloads)) {
    if (given !== undefined) members[name] = await readPayload(world, given)
  }
  const { mockError: error, mockCause: cause } = options
  if (error !== undefined || cause !== undefined) members['failure'] = JSON.stringify({ error, cause })
  if (options.revealSecrets === true) members['revealSecrets'] = 'true'
  members['validation'] = JSON.stringify(modeOf(options.validate ?? 'strict'))
  const counts = { retries: options.retries, failedIterations: options.failedIterations }
  for (const [name, given] of Object.entries(counts)) {
    if (given !== undefined) members[name] = String(countOf(name, given))
  }
  return members
}

function modeOf(given: string): string {
  const mode = given.toUpperCase()
  if (['STRICT', 'PRESENT', 'NONE'].includes(mode)) return mode
  throw cliError('cli.usage', `"${given}" is no way to compare`, {
    place: '--validate',
    accepted: 'strict, present, none',
  })
}

function countOf(name: string, given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given)
  const place = name === 'retries' ? '--retries' : '--failed-iterations'
  throw cliError('cli.usage', `"${given}" is no count`, { place, accepted: 'a whole number from 0' })
}
