/**
 * Whether a process is ours. A pid alone proves nothing: it is used again. Only this file decides, and every signal passes
 * through `isProven` in the same synchronous stretch as the signal itself.
 */
import type { Identity, ProcessFacts } from '../machine/machine.ts'
import { type Marker, parseMarker } from './marker.ts'

/** The same process, alive, as the one that was written down. */
export function isSame(found: ProcessFacts | undefined, written: Identity): found is ProcessFacts {
  return found !== undefined && !found.zombie && found.pid === written.pid && found.start === written.start
}

export type Evidence = {
  /** As the machine shows it now. */
  readonly found: ProcessFacts | undefined
  readonly marker: string | undefined
  /** The run's shim as the machine shows it now, with its marker: a session it leads is ours as long as it lives. */
  readonly shim?: {
    readonly found: ProcessFacts | undefined
    readonly marker: string | undefined
    readonly written: Identity
  }
}

/**
 * The pid still means the process that was seen (start time), and it carries the marker of this host and owner; an
 * application that threw its environment away is known by the session of its shim, which only its descendants can be in.
 */
export function isProven(written: Identity, owner: Pick<Marker, 'host' | 'owner'>, evidence: Evidence): boolean {
  const { found, marker, shim } = evidence
  if (!isSame(found, written)) return false
  if (isOf(marker, owner)) return true
  if (shim === undefined || !isSame(shim.found, shim.written) || !isOf(shim.marker, owner)) return false
  return marker === undefined && shim.found.session === shim.found.pid && found.session === shim.found.pid
}

function isOf(text: string | undefined, { host, owner }: Pick<Marker, 'host' | 'owner'>): boolean {
  const marker = parseMarker(text)
  return marker !== undefined && marker.host === host && marker.owner === owner
}
