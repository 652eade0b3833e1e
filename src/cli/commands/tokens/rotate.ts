/** `tokens rotate`: a new secret for a token; the old one is good for as long as it takes to hand the new one out. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { printable } from '../../paint.ts'
import { labelled } from '../../print-error.ts'
import { localTime, timeOf } from '../../times.ts'
import { lifetime, plainToken } from './add.ts'

type Options = ServerOptions & { readonly overlap?: number; readonly own?: true; readonly json?: true }

export function rotateTokenCommand(context: Context): Command {
  const command = new Command('rotate')
    .description('give a token a new secret; its id, what it may and its keys for AWS stay')
    .argument('<id>', 'of the token, as holdfast tokens list prints it')
    .option(
      '--overlap <duration>',
      'the old secret stays good for so long, a week at most (default: it ends at once, and sessions that it began with it)',
      lifetime,
    )
    .option('--own', 'a token of your own, for which nobody has to be an admin')
    .option('--json', 'print token and secret as JSON')
    .action(async (id: string, options: Options) => {
      const { world, paint } = context
      const api = await connect(world, options)
      const { overlap = 0, own = false } = options
      const { token, secret, formerUntil } = await api.access.rotateToken(id, { overlapMs: overlap, own })
      const plain = { token: plainToken(token), secret, formerUntil: timeOf(formerUntil) }
      answer(context, options.json === true, plain, () =>
        [
          `${paint.state('done', 'rotated')} ${paint.bold(printable(token.name))}  ${token.id}`,
          ...labelled(
            [
              ['token', `${secret}  ${paint.dim('(told this once)')}`],
              [
                'the old one',
                overlap === 0 ? 'opens nothing any more' : `is good until ${localTime(formerUntil, world.timeZone)}`,
              ],
            ],
            paint,
            Infinity,
          ),
        ].join('\n'),
      )
    })
  return withExamples(withServerOptions(command), [
    ['holdfast tokens rotate tok_01kah3v6r3c0pmv8m2zq7w9x5t --overlap 1h', 'while the pipelines take the new one'],
    ['holdfast tokens rotate tok_01kah3v6r3c0pmv8m2zq7w9x5t', 'when the old one has leaked'],
  ])
}
