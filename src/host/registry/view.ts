/** A host for those who look at it: what is written down, and over it what its agent told since. */
import type { HostView } from '../hosts.ts'
import type { HostFacts } from '../outcome.ts'
import type { LiveAgent } from './registry.ts'
import { edgeOf, type HostRow } from './rows.ts'

/** For people and the API: a host that is draining may be away as well. */
export type HostDescription = HostView & {
  readonly enrolledAt: number
  readonly isDraining: boolean
  readonly isConnected: boolean
  readonly agentVersion: string | undefined
  /** Commands that wait for its answer. */
  readonly commandsUnderWay: number
}

export function viewOf(row: HostRow, live: LiveAgent | undefined): HostView {
  const isConnected = live?.link.isConnected ?? false
  return {
    id: row.id,
    name: row.name,
    zone: row.zone,
    address: row.address,
    state: !isConnected ? 'away' : row.draining_since === null ? 'connected' : 'draining',
    edge: live?.told === undefined ? edgeOf(row) : live.told.edge,
    lastSeenAt: live?.lastSeenAt ?? row.last_seen_at ?? undefined,
    facts: live?.told?.facts ?? factsOf(row),
  }
}

export function descriptionOf(row: HostRow, live: LiveAgent | undefined): HostDescription {
  return {
    ...viewOf(row, live),
    enrolledAt: row.enrolled_at,
    isDraining: row.draining_since !== null,
    isConnected: live?.link.isConnected ?? false,
    agentVersion: live?.told?.agentVersion ?? row.agent_version ?? undefined,
    commandsUnderWay: live?.link.commandsUnderWay ?? 0,
  }
}

/** Written by takeCommands alone, of what it had parsed. */
const factsOf = ({ facts }: HostRow): HostFacts | undefined =>
  facts === null ? undefined : (JSON.parse(facts) as HostFacts)
