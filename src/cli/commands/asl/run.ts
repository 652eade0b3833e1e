/** `asl run`: a definition from a file, created at the server, started and followed to its end. */
import { Command } from 'commander'
import { HoldfastError } from '../../../base/index.ts'
import type { Api } from '../../client/api.ts'
import { commandLine, quoted } from '../../command-line.ts'
import { type Definition, readDefinition } from '../../definitions.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { readPayload } from '../../files.ts'
import { machineNameOf, shortExecution } from '../../names.ts'
import { followToEnd } from '../../progress/follow-to-end.ts'

type Options = ServerOptions & {
  readonly input: string
  readonly machine?: string
  readonly name?: string
  readonly detach?: true
  readonly json?: true
}

export function runCommand(context: Context): Command {
  const command = new Command('run')
    .description('create (or update) a state machine from a file, start it and show its progress')
    .argument('<file>', 'definition in JSON (- reads standard input), or a module that exports a procedure')
    .option('-i, --input <json>', 'input as JSON, @FILE, or @- for standard input', '{}')
    .option('--machine <name>', "name of the state machine (default: the file's name)")
    .option('--name <name>', 'name of the execution (default: a new one)')
    .option('--detach', 'start it and return at once')
    .option('--json', 'print the execution as JSON when it has ended')
    .action((file: string, options: Options) => run(context, file, options))
  return withExamples(withServerOptions(command), [
    [`holdfast asl run order.asl.json --input '{"order": 7}'`, 'runs it, with live progress'],
    ['holdfast asl run order.asl.json --input @order.json --json', 'for scripts: the result as JSON'],
    ['holdfast asl run order.asl.json --detach', 'starts it and returns at once'],
  ])
}

async function run(context: Context, file: string, options: Options): Promise<void> {
  const { world } = context
  const input = await readPayload(world, options.input)
  const api = await connect(world, options)
  const definition = await readDefinition(world, file, await api.version())
  const machine = await putMachine(api, options.machine ?? machineNameOf(file), definition)
  const arn = await api.startExecution(machine, input, options.name)
  if (options.detach !== true) return followToEnd(context, { api, arn, server: options, json: options.json === true })
  answer(context, options.json === true, { arn }, () => started(context, arn, options))
}

/** A definition that the server refuses is shown with every finding, and the line of each. */
async function putMachine(api: Api, name: string, definition: Definition): Promise<string> {
  try {
    return await api.putMachine(name, definition.text)
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== 'machine.definition_invalid') throw error
    // Loaded only now: the checker is much, and the server has it.
    const { findingsOf, invalidDefinition, isError } = await import('../../findings.ts')
    const errors = findingsOf(definition).filter(isError)
    throw errors.length === 0 ? error : invalidDefinition(definition, errors)
  }
}

function started({ world, paint }: Context, arn: string, server: ServerOptions): string {
  const name = shortExecution(arn)
  const next = commandLine(world, `show ${quoted(name)} --follow`, server)
  return `${paint.state('running', 'started')}  ${paint.bold(name)}\n  ${paint.dim('follow it')}  ${next}`
}
