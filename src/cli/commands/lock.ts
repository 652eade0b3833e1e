/** `lock`: nobody deploys to a place until it is opened again. */
import { Command } from 'commander'
import { commandLine } from '../command-line.ts'
import { answer, type Context, withExamples } from '../context.ts'
import { placeArguments, placeWords } from '../deployments/words.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { projectName } from '../options.ts'
import { localTime } from '../times.ts'

type Options = ServerOptions & { readonly reason: string; readonly for?: string; readonly json?: true }

export function lockCommand(context: Context): Command {
  const command = new Command('lock')
    .description('close a place against new deployments; one that is under way goes on')
    .argument('<project>', 'org/name', projectName)
    .argument('<config>', 'environment, such as production')
    .requiredOption('--reason <text>', 'why; told to whoever tries to deploy')
    .option('--for <duration>', 'it opens again by itself after this (default: 8h)')
    .option('--json', 'print the lock as JSON')
    .action(async (project: string, config: string, options: Options) => {
      const { world, paint } = context
      const place = { project, config }
      const api = await connect(world, options)
      const { value, plain } = await api.deploys.lock({ ...place, reason: options.reason, for: options.for })
      answer(context, options.json === true, plain, () =>
        [
          `${paint.state('halted', 'locked')}  ${paint.bold(placeWords(place))} until ${localTime(value.expiresAt, world.timeZone)}`,
          `  ${paint.dim('open it')}  ${commandLine(world, `unlock ${placeArguments(place)}`, options)}`,
        ].join('\n'),
      )
    })
  return withExamples(withServerOptions(command), [
    ['holdfast lock acme/shop production --reason "sale day" --for 24h', 'nobody deploys there today'],
  ])
}
