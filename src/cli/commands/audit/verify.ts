/** `audit verify`: walks the hash chain of the trail. */
import { Command } from 'commander'
import { type ExportVerification, verifyExport } from '../../../audit/index.ts'
import type { Verification } from '../../client/api.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { exitCodes } from '../../errors.ts'
import { readText } from '../../files.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { wholeNumber } from '../../options.ts'
import { labelled } from '../../print-error.ts'
import { textWidth } from '../../world.ts'

type Options = ServerOptions & {
  readonly from?: number
  readonly to?: number
  readonly file?: string
  readonly keyId?: string
  readonly json?: true
}

export function verifyCommand(context: Context): Command {
  const command = new Command('verify')
    .description('prove that no record of the audit trail was changed, removed or inserted')
    .option('--from <seq>', 'first record', wholeNumber(1))
    .option('--to <seq>', 'last record', wholeNumber(1))
    .option('--file <file>', 'prove an export (audit export, or the console) without a server; - is standard input')
    .option('--key-id <id>', 'with --file: whose signature counts, as an earlier verification named it')
    .option('--json', 'print what was found as JSON')
    .action(async ({ json, from, to, file, keyId, ...server }: Options) => {
      if (file !== undefined) return verifyFile(context, { file, keyId, json: json === true })
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
    ['holdfast audit verify --file holdfast-trail.jsonl', 'a copy, on a machine that knows no server'],
  ])
}

type Wanted = { readonly file: string; readonly keyId: string | undefined; readonly json: boolean }

/** On any machine: what proves the export is in it. Whose key signed it only somebody who knows the key can tell. */
async function verifyFile(context: Context, { file, keyId, json }: Wanted): Promise<void> {
  const found = verifyExport((await readText(context.world, file)).split('\n'))
  const isOurs = keyId === undefined || keyId === found.keyId
  const isProven = found.ok && isOurs
  if (!isProven) context.exitWith(exitCodes.failed)
  answer(context, json, { ...found, ok: isProven }, () => {
    if (!isOurs) return reportKey(context, keyId, found.keyId)
    return found.broken === undefined ? reportFile(context, found) : reportBreak(found.broken, context)
  })
}

function reportFile({ paint, world }: Context, found: ExportVerification): string {
  const { from, to, checkedRecords, signedThrough, keyId = 'none' } = found
  const details = [
    ['signed', signedThrough >= to ? 'all of it' : `to record ${signedThrough} of ${to}; the rest is chained only`],
    ['key', `${keyId}: compare it with that of the first line of trail-heads.jsonl, or give it as --key-id`],
  ] as const
  return [
    paint.state(
      'done',
      `the export holds: ${checkedRecords} records, ${from} to ${to}, none changed, removed or inserted`,
    ),
    ...labelled(details, paint, textWidth(world.out)),
  ].join('\n')
}

function reportKey({ paint, world }: Context, wanted: string, found: string | undefined): string {
  const details = [['next', 'ask who made this export: it is not signed by the Holdfast that you expect']] as const
  return [
    paint.state('failed', `the export is signed with the key ${found ?? 'none'}, not ${wanted}`),
    ...labelled(details, paint, textWidth(world.out)),
  ].join('\n')
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
