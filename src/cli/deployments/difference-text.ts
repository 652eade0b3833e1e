/** What differs between two deployments or releases, as people read it. Pure. */
import type { Comparison, PatchSteps } from '../client/deploy-schemas.ts'
import type { Context } from '../context.ts'
import { type Paint, printable } from '../paint.ts'
import { clip } from '../width.ts'
import { textWidth } from '../world.ts'
import { placeWords } from './words.ts'

export type Difference = readonly { readonly op: string; readonly path: string; readonly value?: unknown }[]

type Style = { readonly paint: Paint; readonly width: number }

export function comparisonText(context: Context, { from, to, release, plan }: Comparison): string {
  const style = { paint: context.paint, width: textWidth(context.world.out) }
  const { paint } = style
  return [
    `${paint.bold(`${from.id} → ${to.id}`)}`,
    `  ${printable(placeWords(from))}${placeWords(from) === placeWords(to) ? '' : ` → ${printable(placeWords(to))}`}`,
    '',
    `  ${paint.bold('release')}  ${from.releaseId} → ${to.releaseId}`,
    ...patchLines(release, style, 'the same release'),
    '',
    `  ${paint.bold('plan')}`,
    ...planLines(plan, style),
  ].join('\n')
}

export function releasesText(context: Context, [from, to]: readonly [string, string], release: Difference): string {
  const style = { paint: context.paint, width: textWidth(context.world.out) }
  return [style.paint.bold(`${from} → ${to}`), ...patchLines(release, style, 'nothing differs')].join('\n')
}

function planLines(plan: Comparison['plan'], style: Style): readonly string[] {
  const { paint, width } = style
  if (plan === undefined) return ['    one of them never came so far as to have a plan']
  const { added, removed, changed, reordered, around } = plan
  const lines = [
    ...added.map((says) => paint.tone('done', clip(`    + ${printable(says)}`, width))),
    ...removed.map((says) => paint.tone('failed', clip(`    - ${printable(says)}`, width))),
    ...changed.flatMap(({ call, change }) => [`    ~ ${printable(call)}`, ...patchLines(change, style, '', '      ')]),
    ...(reordered ? ['    the calls come in another order'] : []),
    ...patchLines(around, style, ''),
  ]
  return lines.length === 0 ? ['    the same plan'] : lines
}

/** `~ services.web.instances  2 → 3`. A patch tells what was there before each change. */
function patchLines(
  patch: Difference | PatchSteps,
  { paint, width }: Style,
  none: string,
  indent = '    ',
): readonly string[] {
  if (patch.length === 0) return none === '' ? [] : [`${indent}${none}`]
  const before = new Map<string, unknown>()
  return patch.flatMap(({ op, path, value }) => {
    if (op === 'test') {
      before.set(path, value)
      return []
    }
    const old = short(before.get(path))
    const name = nameOf(path)
    const line =
      op === 'add'
        ? `+ ${name}  ${short(value)}`
        : op === 'remove'
          ? `- ${name}  ${old}`
          : `~ ${name}  ${old} → ${short(value)}`
    const tone = op === 'add' ? 'done' : op === 'remove' ? 'failed' : 'running'
    return [paint.tone(tone, clip(`${indent}${printable(line)}`, width))]
  })
}

/** `/services/web/instances` → `services.web.instances`. */
const nameOf = (pointer: string): string =>
  pointer.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~') || 'all of it'

/** What is longer is there in full with `--json`. */
const longestValue = 60

const short = (value: unknown): string => clip(JSON.stringify(value) ?? 'nothing', longestValue)
