/** `rollback`: the former release serves again, or any other that once did. */
import { Command } from 'commander'
import { commandLine } from '../command-line.ts'
import { type Context, print, withExamples } from '../context.ts'
import { followDeployment } from '../deployments/follow.ts'
import { placeWords } from '../deployments/words.ts'
import { exitCodes } from '../errors.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { projectName } from '../options.ts'

type Options = ServerOptions & {
  readonly to?: string
  readonly reason?: string
  readonly detach?: true
  readonly json?: true
}

export function rollbackCommand(context: Context): Command {
  const command = new Command('rollback')
    .description('bring the former release back: at once while it is warm, else brought up anew')
    .argument('<project>', 'org/name', projectName)
    .argument('<config>', 'environment, such as production')
    .option('--to <release>', 'a release that once served, as holdfast history lists them')
    .option('--reason <text>', 'why; kept in the audit trail')
    .option('--detach', 'return as soon as it has begun')
    .option('--json', 'print each change as a JSON line')
    .action((project: string, config: string, options: Options) => rollback(context, { project, config }, options))
  return withExamples(withServerOptions(command), [
    ['holdfast rollback acme/shop production', 'back to the release before; what is being deployed is halted'],
    ['holdfast rollback acme/shop production --to 20260102T030405Z-0f1e2d3c4b5a', 'to that one'],
  ])
}

type Place = { readonly project: string; readonly config: string }

async function rollback(context: Context, place: Place, options: Options): Promise<void> {
  const { world, paint } = context
  const { to, reason, detach, json } = options
  const api = await connect(world, options)
  const { value, plain } = await api.deploys.rollBack({ ...place, to, reason })
  if (json === true) print(context, JSON.stringify({ kind: 'begun', ...Object(plain) }))
  else print(context, `${paint.state('running', 'going back')}  ${placeWords(place)}\n  ${sentences[value.outcome]}`)
  if (detach === true) {
    if (json !== true)
      print(context, `  watch it  ${commandLine(world, `status ${value.deployment} --follow`, options)}`)
    return
  }
  const { status } = await followDeployment(context, {
    api,
    id: value.deployment,
    server: options,
    json: json === true,
  })
  // The deployment that was under way is halted: the former release serves, as was wanted.
  if (value.outcome === 'halted' && status === 'halted') context.exitWith(exitCodes.ok)
}

const sentences = {
  halted: 'what is being deployed is halted; the former release serves',
  rollback: 'the former release is warm: the traffic goes back to it now',
  return: 'the release is brought up anew',
} as const
