/** `secrets rotate`: a new sealing key, and everything sealed anew under it. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'

type Options = ServerOptions & { readonly json?: true }

export function rotateSecretsCommand(context: Context): Command {
  const command = new Command('rotate')
    .description('make a new sealing key, seal every secret anew under it, and forget the keys before it')
    .option('--json', 'print what was done as JSON')
    .action(async (options: Options) => {
      const done = await (await connect(context.world, options)).access.rotateKeys()
      answer(context, options.json === true, done, () => {
        const { key, sealed, unreadable, dropped } = done
        const lost =
          unreadable === 0 ? [] : [`${unreadable} cannot be opened: their key was lost before; add them again`]
        return [
          `${context.paint.state('done', 'rotated')} key ${key}: ${sealed} sealed anew, ${dropped.length} old keys dropped`,
          ...lost,
          'Back up keys/sealing.json in the data folder, apart from the database',
        ].join('\n  ')
      })
    })
  return withExamples(withServerOptions(command), [
    ['holdfast secrets rotate', 'after a copy of the data folder was lost'],
  ])
}
