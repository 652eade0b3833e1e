import { type Actor, requirePermission } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { CommandInput } from '../contract.ts'
import type { HostView } from '../hosts.ts'
import type { HostFacts } from '../outcome.ts'
import type { HostRegistry, LiveAgent } from './registry.ts'
import { edgeOf, findHost, type HostRow, noteAgent } from './rows.ts'
import { type ParsedPoll, parsePoll, type Poll } from './schemas.ts'

export type TakenCommands = {
  /** So that an agent can say who it is. */
  readonly host: { readonly id: string; readonly name: string; readonly zone: string; readonly address: string }
  readonly commands: readonly CommandInput[]
}

/**
 * An agent's poll: it tells how it is, and waits until there is something to do. `signal` fires when it has hung up.
 * @throws HoldfastError access.forbidden, host.unknown, host.report_invalid, host.superseded, host.closing
 */
export async function takeCommands(
  registry: HostRegistry,
  actor: Actor,
  { host, poll }: { readonly host: string; readonly poll: Poll },
  signal: AbortSignal,
): Promise<TakenCommands> {
  requirePermission(actor, 'host.work', { type: 'host', id: host })
  const told = parsePoll(poll)
  const row = registry.find(host)
  const live = registry.agentOf(row)
  // Refused before anything is noted: what an agent says that was replaced is not how the host is.
  const commands = live.link.take({ ...told, waitMs: Math.min(told.waitMs, registry.settings.pollMs) }, signal)
  if (live.link.hasSession(told.session)) listen(registry, row, live, told)
  const { id, name, zone, address } = row
  return { host: { id, name, zone: told.zone ?? zone, address: told.address ?? address }, commands: await commands }
}

function listen(registry: HostRegistry, row: HostRow, live: LiveAgent, poll: ParsedPoll): void {
  const { clock, logger, store } = registry.options
  const before = live.told
  const edge = poll.edge ?? edgeBefore(poll, before === undefined ? edgeOf(row) : before.edge)
  live.told = { agentVersion: poll.agent.version, edge, facts: factsOf(poll) }
  live.lastSeenAt = clock.now()
  const isNews =
    row.first_seen_at === null ||
    before?.edge?.url !== edge?.url ||
    before?.agentVersion !== poll.agent.version ||
    (poll.zone ?? row.zone) !== row.zone ||
    (poll.address ?? row.address) !== row.address
  if (!isNews && clock.now() - live.notedAt < registry.settings.noteEveryMs) return
  live.notedAt = clock.now()
  // Beside the poll: commands do not wait for the note.
  store
    .write((tx) => note(registry, row.id, { ...poll, edge: edge ?? null }, tx))
    .catch((error: unknown) => logger.warn('what an agent told could not be noted', { host: row.id, error }))
}

/**
 * An agent that was started again has yet to find its edge, which runs on. Without it a deployment would switch the others
 * and leave this one out.
 */
function edgeBefore({ facts }: ParsedPoll, before: HostView['edge']): HostView['edge'] {
  return facts.edge === undefined || facts.edge.state === 'none' ? undefined : before
}

/** The cast: an agent tells what its hostFacts answers; what is read here was checked. */
function factsOf({ facts }: ParsedPoll): HostFacts {
  return facts as unknown as HostFacts
}

function note(
  registry: HostRegistry,
  id: string,
  { agent, edge, facts, zone, address }: ParsedPoll,
  tx: Transaction,
): void {
  const row = findHost(tx, id)
  if (row === undefined) return
  const at = registry.options.clock.now()
  noteAgent(tx, id, {
    at,
    agent_version: agent.version,
    edge_url: edge?.url ?? null,
    facts: JSON.stringify(facts),
    zone: zone ?? row.zone,
    address: address ?? row.address,
  })
  if (row.first_seen_at !== null) return
  appendRecord(tx, {
    at,
    actor: { type: 'machine', id, via: 'api' },
    action: 'host.connect',
    subject: { type: 'host', id },
    change: { name: row.name, hostname: facts.hostname, agent: agent.version },
    cause: { type: 'human', id: row.token_id },
  })
}
