/** How a machine does, out of what became of its last executions. Pure. */
import type { Tone } from '../../../base/index.ts'
import type { MachineSummary } from '../../api/generated.ts'

type Lately = NonNullable<MachineSummary['lately']>

/** Of what ended by itself: whoever stops an execution says nothing about its machine. Undefined when nothing did. */
export function successRate({ succeeded, failed }: Pick<Lately, 'succeeded' | 'failed'>): number | undefined {
  const ended = succeeded + failed
  return ended === 0 ? undefined : succeeded / ended
}

/** `100 %` only when nothing failed: 199 of 200 are 99 %. */
export function percentWords(rate: number): string {
  return `${Math.floor(rate * 100)} %`
}

export function toneOfLately(lately: Pick<Lately, 'running' | 'succeeded' | 'failed'>): Tone | undefined {
  if (lately.failed > 0) return 'failed'
  if (lately.running > 0) return 'running'
  return lately.succeeded > 0 ? 'done' : undefined
}

/** Who made a revision, as people know them. */
export const authorOf = (madeBy: Lately['last']['madeBy']): string | undefined =>
  madeBy === undefined ? undefined : (madeBy.name ?? (madeBy.type === 'system' ? 'Holdfast' : madeBy.id))
