/** The command line: which commands there are, and how a run of one ends. */
import { Command, CommanderError } from 'commander'
import { createContext, type Context } from './context.ts'
import { checkCommand } from './commands/asl/check.ts'
import { graphCommand } from './commands/asl/graph.ts'
import { runCommand } from './commands/asl/run.ts'
import { testCommand } from './commands/asl/test.ts'
import { exportCommand } from './commands/audit/export.ts'
import { verifyCommand } from './commands/audit/verify.ts'
import { downCommand } from './commands/down.ts'
import { executionsCommand } from './commands/executions.ts'
import { showCommand } from './commands/show.ts'
import { stopCommand } from './commands/stop.ts'
import { upCommand } from './commands/up.ts'
import { type ExitCode, exitCodeOf, exitCodes } from './errors.ts'
import { paintFor } from './paint.ts'
import { errorAsJson, printError } from './print-error.ts'
import type { World } from './world.ts'

/** Runs one command. Never throws: what goes wrong is printed and told by the exit code. */
export async function run(words: readonly string[], world: World): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok
  const context = createContext(world, (code) => (exitCode = code))
  try {
    await createProgram(context).parseAsync([...words], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    if (world.interrupted.aborted) return exitCodes.interrupted
    const asJson = words.includes('--json')
    world.err.write(asJson ? errorAsJson(error) : printError(error, paintFor(world.err, world.environment)))
    return exitCodeOf(error)
  }
}

export function createProgram(context: Context): Command {
  const program = new Command('holdfast')
    .description('Ship safely. Stay up. Recover in the open.')
    .version(context.world.version)
    .addHelpText('after', exitCodeHelp)
  const groups = [
    group('asl', 'work with state machines in the Amazon States Language', [
      checkCommand(context),
      runCommand(context),
      graphCommand(context),
      testCommand(context),
    ]),
    group('audit', 'the audit trail', [verifyCommand(context), exportCommand(context)]),
  ]
  const commands = [
    upCommand(context),
    downCommand(context),
    executionsCommand(context),
    showCommand(context),
    stopCommand(context),
    ...groups,
  ]
  for (const command of commands) program.addCommand(command)
  settle(program, context.world)
  return program
}

function group(name: string, description: string, commands: readonly Command[]): Command {
  const command = new Command(name).description(description)
  for (const one of commands) command.addCommand(one)
  return command
}

/** Settings that commander does not hand down to commands that were made elsewhere. */
function settle(command: Command, world: World): void {
  command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.out.write(text),
      writeErr: (text) => world.err.write(text),
      getOutHelpWidth: () => world.out.columns,
      getErrHelpWidth: () => world.err.columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError(`(holdfast ${pathOf(command)}--help tells more)`)
    .helpCommand(false)
  for (const inner of command.commands) settle(inner, world)
}

function pathOf(command: Command): string {
  const { parent } = command
  return parent === null ? '' : `${pathOf(parent)}${command.name()} `
}

const exitCodeHelp = `
Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 refused, 5 no server answers.
Start here: holdfast up, then in another terminal: holdfast asl run FILE`
