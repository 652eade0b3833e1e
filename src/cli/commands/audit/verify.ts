/** `audit verify`: walks the hash chain of the trail. */
import { Command } from 'commander'
import type { Verification } from '../../client/api.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { exitCodes } from '../../errors.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { wholeNumber } from '../../options.ts'
import { labelled } from '../../print-error.ts'
import { textWidth } from '../../world.ts'

type Options = ServerOptions & { readonly from?: number; readonly to?: number; readonly json?: true }

export function verifyCommand(context: Context): Command {
  const command = new Command('verify')
    .description('prove that no record of the audit trail was changed, removed or inserted')
    .option('--from <seq>', 'first record', wholeNumber(1))
    .option('--to <seq>', 'last record', wholeNumber(1))
    .option('--json', 'print what was found as JSON')
    .action(async ({ json, from, to, ...server }: Options) => {
      const api = await connect(context.world, server)
      const found = await api.verifyTrail({
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      })
      if (!found.ok) context.exitWith(exitCodes.failed)
      answer(context, json === true, found, () => report(found, context))
    })
  return withExamples(withServerOptions(command), [
    ['holdfast audit verify', 'the whole trail'],
    ['holdfast audit verify --from 1000 --json', 'from there on, for a monitor'],
  ])
}

/** The verdict first, then how far the proof reaches. */
function report(found: Verification, { paint, world }: Context): string {
  const { checked, to, signedThrough, prunedThrough, unsealed, broken } = found
  const records = `${checked} record${checked === 1 ? '' : 's'}`
  if (broken !== undefined) return reportBreak(broken, { paint, world })
  const details = [
    ['signed', signedThrough >= to ? 'all of it' : `to record ${signedThrough} of ${to}; the rest will be in a minute`],
    ['pruned', prunedThrough === 0 ? undefined : `to record ${prunedThrough}, as a signed cut says`],
    ['unsealed', unsealed === 0 ? undefined : `${unsealed} more, sealed in a moment: verify again`],
  ] as const
  return [
    paint.state('done', `the trail holds: ${records}, none changed, removed or inserted`),
    ...labelled(details, paint, textWidth(world.out)),
  ].join('\n')
}

function reportBreak({ seq, reason, detail }: NonNullable<Verification['broken']>, { paint, world }: Style): string {
  const details = [
    ['reason', `${reason.replaceAll('_', ' ')}: ${detail}`],
    ['next', 'keep the data folder as it is, and compare with copies of trail-heads.jsonl and of earlier exports'],
  ] as const
  return [
    paint.state('failed', `the trail breaks at record ${seq}`),
    ...labelled(details, paint, textWidth(world.out)),
  ].join('\n')
}

type Style = Pick<Context, 'paint' | 'world'>
