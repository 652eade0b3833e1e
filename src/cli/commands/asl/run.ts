/** `asl run`: a definition from a file, created at the server, started and followed to its end. */
import { Command } from 'commander'
import { HoldfastError, type JsonText } from '../../../base/index.ts'
import type { Api } from '../../client/api.ts'
import { commandLine, quoted } from '../../command-line.ts'
import { type Definition, readDefinition } from '../../definitions.ts'
import { answer, type Context, print, withExamples } from '../../context.ts'
import { cliError, exitCodes } from '../../errors.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { loggingLevels } from '../machines/logging.ts'
import { readPayload } from '../../files.ts'
import { machineNameOf, shortExecution } from '../../names.ts'
import { oneOf } from '../../options.ts'
import { followToEnd } from '../../progress/follow-to-end.ts'
import { ExecutionView } from '../../../asl/index.ts'
import { executionAsJson, executionAsText } from '../../show-execution.ts'

type Options = ServerOptions & {
  readonly input: string
  readonly machine?: string
  readonly name?: string
  readonly detach?: true
  readonly express?: true
  readonly log?: string
  readonly json?: true
}

export function runCommand(context: Context): Command {
  const command = new Command('run')
    .description('create (or update) a state machine from a file, start it and show its progress')
    .argument('<file>', 'definition in JSON (- reads standard input), or a module that exports a procedure')
    .option('-i, --input <json>', 'input as JSON, @FILE, or @- for standard input', '{}')
    .option('--machine <name>', "name of the state machine (default: the file's name)")
    .option('--name <name>', 'name of the execution (default: a new one)')
    .option('--express', 'as an express state machine: in memory, for five minutes at most, answered at its end')
    .option('--log <level>', 'log its history to files of the server: all, error, fatal or off', oneOf(loggingLevels))
    .option('--detach', 'start it and return at once')
    .option('--json', 'print the execution as JSON when it has ended')
    .action((file: string, options: Options) => run(context, file, options))
  return withExamples(withServerOptions(command), [
    [`holdfast asl run order.asl.json --input '{"order": 7}'`, 'runs it, with live progress'],
    ['holdfast asl run order.asl.json --input @order.json --json', 'for scripts: the result as JSON'],
    ['holdfast asl run order.asl.json --detach', 'starts it and returns at once'],
    ['holdfast asl run quote.asl.json --express', 'in memory, answered at its end'],
  ])
}

async function run(context: Context, file: string, options: Options): Promise<void> {
  const { world } = context
  const input = await readPayload(world, options.input)
  const api = await connect(world, options)
  const definition = await readDefinition(world, file, await api.version())
  if (options.express === true) return runExpress(context, api, { file, definition, input, options })
  const name = options.machine ?? machineNameOf(file)
  const machine = await explained(definition, 'STANDARD', () => api.putMachine(name, definition.text))
  await setLogging(api, name, options)
  const arn = await api.startExecution(machine, input, options.name)
  if (options.detach !== true) return followToEnd(context, { api, arn, server: options, json: options.json === true })
  answer(context, options.json === true, { arn }, () => started(context, arn, options))
}

async function setLogging(api: Api, machine: string, { log }: Options): Promise<void> {
  if (log !== undefined) await api.machines.setLogging(machine, { level: log, includeExecutionData: false })
}

type ExpressFile = {
  readonly file: string
  readonly definition: Definition
  readonly input: JsonText
  readonly options: Options
}

async function runExpress(context: Context, api: Api, given: ExpressFile): Promise<void> {
  const { file, definition, input, options } = given
  const machine = options.machine ?? machineNameOf(file)
  await explained(definition, 'EXPRESS', () => putExpress(api, machine, definition))
  await setLogging(api, machine, options)
  const execution = await api.runExpress(machine, input, options.name)
  if (execution.status !== 'SUCCEEDED') context.exitWith(exitCodes.failed)
  const text = (): string => executionAsText(context, execution, new ExecutionView(), options)
  print(context, options.json === true ? executionAsJson(execution) : text())
}

async function putExpress(api: Api, name: string, definition: Definition): Promise<string> {
  try {
    return await api.createExpress(name, definition.text)
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== 'machine.exists') throw error
    if ((await api.machine(name)).type === 'EXPRESS') return api.putMachine(name, definition.text)
    const accepted = 'a name that is free or that of an express state machine, with --machine NAME'
    throw cliError('cli.usage', `${name} is a standard state machine`, { place: '--machine', accepted, cause: error })
  }
}

/** A definition that the server refuses is shown with every finding, and the line of each. */
async function explained<T>(definition: Definition, type: 'STANDARD' | 'EXPRESS', put: () => Promise<T>): Promise<T> {
  try {
    return await put()
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== 'machine.definition_invalid') throw error
    // Loaded only now: the checker is much, and the server has it.
    const { findingsOf, invalidDefinition, isError } = await import('../../findings.ts')
    const errors = findingsOf(definition, undefined, type).filter(isError)
    throw errors.length === 0 ? error : invalidDefinition(definition, errors)
  }
}

function started({ world, paint }: Context, arn: string, server: ServerOptions): string {
  const name = shortExecution(arn)
  const next = commandLine(world, `show ${quoted(name)} --follow`, server)
  return `${paint.state('running', 'started')}  ${paint.bold(name)}\n  ${paint.dim('follow it')}  ${next}`
}
