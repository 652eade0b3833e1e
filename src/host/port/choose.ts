/** Which port the next instance may try. */
import { createHash } from 'node:crypto'

export type PortRange = { readonly from: number; readonly to: number }

/**
 * Where the ports of a host begin: each agent of a machine somewhere else, for an application is given its port some time before
 * it listens there, and nothing keeps another agent from giving it away meanwhile.
 */
export function beginningOf({ from, to }: PortRange, host: string): number {
  const digest = createHash('sha256').update(host).digest()
  return from + (digest.readUInt32BE() % (to - from + 1))
}

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
