/** Which port the next instance may try. */

export type PortRange = { readonly from: number; readonly to: number }

/**
 * All that are nobody's, beginning behind the one given last: a port that was just freed is the last to come round again,
 * so that a connection meant for the old process never meets the new one.
 */
export function* portCandidates(
  range: PortRange,
  taken: ReadonlySet<number>,
  last: number | undefined,
): Generator<number> {
  const size = range.to - range.from + 1
  const start = last === undefined || last < range.from || last > range.to ? 0 : last - range.from + 1
  for (let step = 0; step < size; step++) {
    const port = range.from + ((start + step) % size)
    if (!taken.has(port)) yield port
  }
}
