/** Where the next step of a walk through the history leads, and how fast it is played. Pure. */

/** Undefined: now, behind the last event. */
export function stepFrom(at: number | undefined, by: 1 | -1, last: number): number | undefined {
  if (at === undefined) return by === 1 ? undefined : Math.max(1, last - 1)
  const next = Math.max(1, at + by)
  return next > last ? undefined : next
}

const shortestMs = 120
const longestMs = 700
const wholeMs = 24_000

/** A short history slowly enough to be read, a long one within half a minute. */
export function pace(events: number): { readonly everyMs: number; readonly events: number } {
  const each = wholeMs / Math.max(1, events)
  if (each >= shortestMs) return { everyMs: Math.min(longestMs, each), events: 1 }
  return { everyMs: shortestMs, events: Math.ceil(shortestMs / each) }
}
