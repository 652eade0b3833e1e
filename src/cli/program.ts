/** The command line: which commands there are, and how a run of one ends. */
import { type Argument, Command, CommanderError } from 'commander'
import { commandLine } from './command-line.ts'
import { createContext, type Context } from './context.ts'
import { checkCommand } from './commands/asl/check.ts'
import { exportCommand as exportMachineCommand } from './commands/asl/export.ts'
import { graphCommand } from './commands/asl/graph.ts'
import { importCommand } from './commands/asl/import.ts'
import { runCommand } from './commands/asl/run.ts'
import { testCommand } from './commands/asl/test.ts'
import { tryCommand } from './commands/asl/try.ts'
import { exportCommand } from './commands/audit/export.ts'
import { verifyCommand } from './commands/audit/verify.ts'
import { addConnectionCommand } from './commands/connections/add.ts'
import { listConnectionsCommand } from './commands/connections/list.ts'
import { removeConnectionCommand } from './commands/connections/remove.ts'
import { consoleCommand } from './commands/console.ts'
import { deployingCommands } from './commands/deploying.ts'
import { downCommand } from './commands/down.ts'
import { initCommand } from './commands/init.ts'
import { executionsCommand } from './commands/executions.ts'
import { hostCommand } from './commands/host.ts'
import { hostsCommand } from './commands/hosts.ts'
import { aliasCommand } from './commands/machines/alias.ts'
import { listMachinesCommand } from './commands/machines/list.ts'
import { loggingCommand } from './commands/machines/logging.ts'
import { describeMapRunCommand } from './commands/map-runs/describe.ts'
import { listMapRunsCommand } from './commands/map-runs/list.ts'
import { publishCommand } from './commands/machines/publish.ts'
import { revisionsCommand } from './commands/machines/revisions.ts'
import { versionsCommand } from './commands/machines/versions.ts'
import { redriveCommand } from './commands/redrive.ts'
import { showCommand } from './commands/show.ts'
import { listGroupsCommand } from './commands/groups/list.ts'
import { removeGroupCommand } from './commands/groups/remove.ts'
import { setGroupCommand } from './commands/groups/set.ts'
import { rotateSecretsCommand } from './commands/secrets/rotate.ts'
import { addPersonCommand } from './commands/people/add.ts'
import { invitePersonCommand } from './commands/people/invite.ts'
import { listPeopleCommand } from './commands/people/list.ts'
import { setPersonCommand } from './commands/people/set.ts'
import { endSessionCommand } from './commands/sessions/end.ts'
import { listSessionsCommand } from './commands/sessions/list.ts'
import { stopCommand } from './commands/stop.ts'
import { addTokenCommand } from './commands/tokens/add.ts'
import { ciRulesCommand } from './commands/tokens/ci-rules.ts'
import { listTokensCommand } from './commands/tokens/list.ts'
import { rotateTokenCommand } from './commands/tokens/rotate.ts'
import { revokeTokenCommand } from './commands/tokens/revoke.ts'
import { loginCommand } from './commands/login.ts'
import { logoutCommand } from './commands/logout.ts'
import { whoamiCommand } from './commands/whoami.ts'
import { upCommand } from './commands/up.ts'
import { cliError, type ExitCode, exitCodeOf, exitCodes } from './errors.ts'
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
    world.err.write(words.includes('--json') ? errorAsJson(error, world) : printError(error, world))
    return exitCodeOf(error)
  }
}

export function createProgram(context: Context): Command {
  const { world } = context
  const program = new Command(world.program)
    .description('Ship safely. Stay up. Recover in the open.')
    .version(world.version)
    // A command's options stand behind its own name: `hosts --json` and `hosts add NAME --json` are two.
    .enablePositionalOptions()
    .addHelpText('after', () => startHere(world))
  const groups = [
    group('asl', 'state machines in the Amazon States Language: check, run, draw, test, import, export', [
      checkCommand(context),
      runCommand(context),
      graphCommand(context),
      testCommand(context),
      importCommand(context),
      exportMachineCommand(context),
      tryCommand(context),
    ]),
    group('machines', 'state machines of the server: list, revisions, publish versions, lead aliases, log histories', [
      listMachinesCommand(context),
      publishCommand(context),
      revisionsCommand(context),
      versionsCommand(context),
      aliasCommand(context),
      loggingCommand(context),
    ]),
    group('map-runs', 'runs of distributed Maps: how far they are, item by item', [
      listMapRunsCommand(context),
      describeMapRunCommand(context),
    ]),
    group('connections', 'how HTTP tasks prove who they are: add, list, remove; a secret is never shown', [
      addConnectionCommand(context),
      listConnectionsCommand(context),
      removeConnectionCommand(context),
    ]),
    ...accessGroups(context),
    group('audit', 'the audit trail: prove it, export it', [verifyCommand(context), exportCommand(context)]),
  ]
  const commands = [
    initCommand(context),
    ...deployingCommands(context),
    upCommand(context),
    downCommand(context),
    consoleCommand(context),
    loginCommand(context),
    logoutCommand(context),
    whoamiCommand(context),
    executionsCommand(context),
    showCommand(context),
    stopCommand(context),
    redriveCommand(context),
    hostCommand(context),
    hostsCommand(context),
    ...groups,
  ]
  for (const command of commands) program.addCommand(command)
  settle(program, world)
  return program
}

/** Who can come in, and who is in. */
function accessGroups(context: Context): readonly Command[] {
  return [
    group('tokens', 'what programs and people prove themselves with: add, list, revoke; a secret is shown once', [
      addTokenCommand(context),
      listTokensCommand(context),
      rotateTokenCommand(context),
      revokeTokenCommand(context),
      ciRulesCommand(context),
    ]),
    group('people', 'who may sign in, and what they may do: add, list, set, invite', [
      addPersonCommand(context),
      listPeopleCommand(context),
      setPersonCommand(context),
      invitePersonCommand(context),
    ]),
    group('groups', 'what several people may do: set, list, remove', [
      setGroupCommand(context),
      listGroupsCommand(context),
      removeGroupCommand(context),
    ]),
    group('secrets', 'what seals secrets at rest: rotate', [rotateSecretsCommand(context)]),
    group('sessions', 'who is signed in to the console: list, end', [
      listSessionsCommand(context),
      endSessionCommand(context),
    ]),
  ]
}

function group(name: string, description: string, commands: readonly Command[]): Command {
  const command = new Command(name).description(description)
  for (const one of commands) command.addCommand(one)
  return command
}

/** Settings that commander does not hand down to commands that were made elsewhere. */
function settle(command: Command, world: World): void {
  command
    .exitOverride((error) => {
      throw usageError(error, command)
    })
    .configureOutput({
      writeOut: (text) => world.out.write(text),
      writeErr: (text) => world.err.write(text),
      // Told as every other error is, by `run`.
      outputError: () => undefined,
      getOutHelpWidth: () => world.out.columns,
      getErrHelpWidth: () => world.err.columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .configureHelp({
      subcommandTerm: (inner) => [inner.name(), ...inner.registeredArguments.map(argumentTerm)].join(' '),
    })
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
  for (const inner of command.commands) settle(inner, world)
}

const argumentTerm = (argument: Argument): string =>
  argument.required ? `<${argument.name()}>` : `[${argument.name()}]`

/** What commander found wrong, in the form of our own errors; what is not wrong (help, version) stays as it is. */
function usageError(error: CommanderError, command: Command): Error {
  if (error.exitCode === 0 || error.code.startsWith('commander.help')) return error
  const [words = '', hint] = error.message.replace(/^error: /, '').split('\n')
  const [message = '', accepted] = words.split(/(?<=^option .* is invalid)\. /)
  const help = `${pathOf(command)} --help tells more`
  return cliError('cli.usage', `${message.slice(0, 1).toUpperCase()}${message.slice(1)}`, {
    ...(accepted === undefined ? {} : { accepted }),
    repair: hint === undefined ? help : `${hint.replace(/^\(D(.*)\)$/, 'd$1')} ${help}`,
    cause: error,
  })
}

function pathOf(command: Command): string {
  const { parent } = command
  return parent === null ? command.name() : `${pathOf(parent)} ${command.name()}`
}

const startHere = (world: World): string => `
Start here:
  ${commandLine(world, 'up')}              # a server, in this terminal
  ${commandLine(world, 'asl run FILE')}    # a state machine, in another one
  ${commandLine(world, 'deploy FILE')}     # a release; init writes the file

Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 refused, 4 halted, 5 no server answers.`
