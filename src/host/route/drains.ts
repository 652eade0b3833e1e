/** What the edge still has under way on targets that take nothing new any more: told by its events and its status. Pure. */
import type { EdgeEvent, RouteStatus } from '../../edge/index.ts'

export type DrainingTarget = { readonly target: string; readonly release: string }

/** By event; also of routes that are gone, which no status tells of. */
export type Drains = ReadonlyMap<string, DrainingTarget>

export const noDrains: Drains = new Map()

export function drainsAfter(drains: Drains, event: EdgeEvent): Drains {
  switch (event.kind) {
    case 'drain_started': {
      const { target, release } = event
      return new Map([...drains, [keyOf(event), { target, release }]])
    }
    case 'drain_called_off':
    case 'target_drained':
      return new Map([...drains].filter(([key]) => key !== keyOf(event)))
    // Its end may be among what was missed; the status tells of those that are left.
    case 'missed':
      return noDrains
    default:
      return drains
  }
}

const keyOf = (event: DrainingTarget & { readonly route: string }): string =>
  JSON.stringify([event.route, event.target, event.release])

/** Whether a request may still be under way on it, or come to it. */
export function isUnderWay(
  { target, release }: DrainingTarget,
  drains: Drains,
  statuses: readonly RouteStatus[],
): boolean {
  if ([...drains.values()].some((each) => each.target === target && each.release === release)) return true
  return statuses.some(({ targets }) =>
    targets.some((each) => each.id === target && each.release === release && !each.drained && !each.serving),
  )
}
