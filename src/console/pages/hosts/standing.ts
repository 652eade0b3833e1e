/** How a host, an instance and a target stand, and how full something is. Pure. */
import type { Tone } from '../../../base/index.ts'
import type { EdgeRoute, Host, HostInstance } from '../../api/generated.ts'

export type HostStanding = {
  readonly tone: Tone
  readonly says: 'connected' | 'draining' | 'away' | 'awayDraining' | 'awaited'
}

export function standingOf({
  state,
  isDraining,
  lastSeenAt,
}: Pick<Host, 'state' | 'isDraining' | 'lastSeenAt'>): HostStanding {
  if (state === 'away') {
    if (lastSeenAt === undefined) return { tone: 'waiting', says: 'awaited' }
    return { tone: 'failed', says: isDraining ? 'awayDraining' : 'away' }
  }
  return isDraining ? { tone: 'halted', says: 'draining' } : { tone: 'done', says: 'connected' }
}

/** What has failed comes first, and is looked for first; what never came needs nobody as much. The rest stays as it is. */
export const mostUrgentFirst = <One extends Parameters<typeof standingOf>[0]>(hosts: readonly One[]): readonly One[] =>
  hosts.toSorted((a, b) => Number(isGone(b)) - Number(isGone(a)))

/** It was there, and is not. */
export const isGone = (host: Parameters<typeof standingOf>[0]): boolean => standingOf(host).tone === 'failed'

type InstanceSays = 'healthy' | 'starting' | 'unhealthy' | 'gone' | 'crashLooping' | 'ended' | 'stopping' | 'unknown'
export type InstanceStanding = { readonly tone: Tone; readonly says: InstanceSays }

/** What its supervisor is at says more than its health, while it does not simply run. */
export function instanceStanding({ phase, state }: Pick<HostInstance, 'phase' | 'state'>): InstanceStanding {
  if (phase === 'crash-looping') return { tone: 'failed', says: 'crashLooping' }
  if (phase === 'ended') return { tone: 'halted', says: 'ended' }
  if (phase === 'stopping' || phase === 'stopped') return { tone: 'halted', says: 'stopping' }
  if (state === 'healthy') return { tone: 'done', says: 'healthy' }
  if (state === 'starting') return { tone: 'running', says: 'starting' }
  if (state === 'unhealthy') return { tone: 'failed', says: 'unhealthy' }
  return state === 'gone' ? { tone: 'halted', says: 'gone' } : { tone: 'waiting', says: 'unknown' }
}

type Target = EdgeRoute['targets'][number]
type TargetSays = 'serving' | 'warm' | 'draining' | 'drained' | 'unproven' | 'unhealthy' | 'impostor'
export type TargetStanding = { readonly tone: Tone; readonly says: TargetSays }

export function targetStanding(target: Pick<Target, 'state' | 'isServing' | 'isDraining' | 'health'>): TargetStanding {
  const { state, isServing, isDraining, health } = target
  if (health === 'impostor') return { tone: 'failed', says: 'impostor' }
  if (isDraining) return { tone: 'running', says: 'draining' }
  if (state === 'draining') return { tone: 'halted', says: 'drained' }
  if (health === 'unhealthy') return { tone: 'failed', says: 'unhealthy' }
  if (health === 'unproven') return { tone: 'running', says: 'unproven' }
  return isServing ? { tone: 'done', says: 'serving' } : { tone: 'waiting', says: 'warm' }
}

/** Capacity from which somebody should look. */
const tight = 0.9
export type Fullness = { readonly share: number; readonly isTight: boolean }

export function fullness(used: number, total: number): Fullness {
  const share = total <= 0 ? 0 : Math.min(1, Math.max(0, used / total))
  return { share, isTight: share >= tight }
}

/** `812 MiB`, `3.4 GiB`. */
export function sizeWords(bytes: number): string {
  const gib = bytes / 2 ** 30
  return gib >= 1 ? `${gib.toFixed(gib < 100 ? 1 : 0)} GiB` : `${Math.round(bytes / 2 ** 20)} MiB`
}

/** `0`, `0.4`, `12`, `1,204`: no finer than anybody reads it. */
export function rateWords(perSecond: number, language: string): string {
  const digits = perSecond > 0 && perSecond < 10 ? 1 : 0
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: digits, minimumFractionDigits: 0 })
  return perSecond > 0 && perSecond < 0.1 ? '<0.1' : format.format(perSecond)
}

export const msWords = (ms: number | null): string =>
  ms === null
    ? '–'
    : ms < 10
      ? `${ms.toFixed(1)} ms`
      : ms < 10_000
        ? `${Math.round(ms)} ms`
        : `${Math.round(ms / 1000)} s`

export const percentWords = (share: number, language: string): string =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: share > 0 && share < 0.1 ? 1 : 0 }).format(
    share,
  )

/** Of those who answered, how many failed: null while nobody did. */
export const failedShare = ({
  perSecond,
  failedPerSecond,
}: {
  readonly perSecond: number
  readonly failedPerSecond: number
}): number | null => (perSecond === 0 ? null : Math.min(1, failedPerSecond / perSecond))
