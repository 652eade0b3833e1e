/** `break`: a lock that is not one's own is broken; the trail keeps who did it and why. */
import { Command } from 'commander'
import { commandLine } from '../command-line.ts'
import { answer, type Context, withExamples } from '../context.ts'
import { placeArguments, placeWords } from '../deployments/words.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { projectName } from '../options.ts'

type Options = ServerOptions & { readonly reason: string; readonly json?: true }

export function breakCommand(context: Context): Command {
  const command = new Command('break')
    .description("break somebody else's lock, or that of a deployment: it is taken back first")
    .argument('<project>', 'org/name', projectName)
    .argument('<config>', 'environment, such as production')
    .requiredOption('--reason <text>', 'why it cannot wait; kept in the audit trail')
    .option('--json', 'print what has become of it as JSON')
    .action(async (project: string, config: string, options: Options) => {
      const { world, paint } = context
      const place = { project, config }
      const api = await connect(world, options)
      const { value, plain } = await api.deploys.breakLock({ ...place, reason: options.reason })
      answer(context, options.json === true, plain, () =>
        value.outcome === 'opened'
          ? `${paint.state('done', 'open')}  ${paint.bold(placeWords(place))}: the lock of ${value.ownerName ?? value.owner} is broken`
          : [
              `${paint.state('halted', 'halting')}  ${paint.bold(placeWords(place))}: ${value.owner} is taken back, then it is open`,
              `  ${paint.dim('watch it')}  ${commandLine(world, `status ${placeArguments(place)} --follow`, options)}`,
            ].join('\n'),
      )
    })
  return withExamples(withServerOptions(command), [
    ['holdfast break acme/shop production --reason "mika is on a plane"', 'opens what mika has closed'],
  ])
}
