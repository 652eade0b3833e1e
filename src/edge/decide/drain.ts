/** How what is under way on a target ends, once the target no longer serves. */
import type { RouteTimeouts } from '../contract.ts'

/**
 * - `request`: may finish; the rest is cut at `drainMs`
 * - `websocket`: close frame 1001
 * - `events`: a server-sent event stream: `retry:` and an orderly end
 * - `tunnel`: any other upgrade: nobody can be told, so it keeps all the time there is
 */
export type ExchangeKind = 'request' | 'websocket' | 'events' | 'tunnel'

export type Ending = { readonly at: number; readonly how: 'cut' | 'close' }

type DrainTimes = Pick<RouteTimeouts, 'drainMs' | 'upgradeDrainMs'>

/**
 * `chance`, 0 to 1, differs by connection: closings are spread over the later three quarters of the time, so that ten
 * thousand clients do not come back in the same moment.
 */
export function planEnding(
  kind: ExchangeKind,
  drain: { readonly startedAt: number; readonly chance: number } & DrainTimes,
): Ending {
  switch (kind) {
    case 'request':
      return { at: drain.startedAt + drain.drainMs, how: 'cut' }
    case 'tunnel':
      return { at: drain.startedAt + drain.upgradeDrainMs, how: 'cut' }
    case 'websocket':
    case 'events':
      return { at: drain.startedAt + Math.round(drain.upgradeDrainMs * (0.25 + 0.75 * drain.chance)), how: 'close' }
  }
}

/** How long a client of an event stream is told to wait before it comes back: spread, too. */
export function comeBackMs(chance: number): number {
  return 500 + Math.round(2500 * chance)
}
