import { type Actor, requirePermission, takeBack } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import { ulid } from '../../base/index.ts'
import { hostError } from '../errors.ts'
import { unknownHost } from './errors.ts'
import type { HostRegistry } from './registry.ts'
import { findHost, type HostRow, markRemoved } from './rows.ts'
import { descriptionOf } from './view.ts'

export type HostRemoval = {
  readonly host: string
  /** Also when instances run there: they go on, and nobody here knows them any more. */
  readonly force?: boolean
}

/**
 * The host is no longer enrolled and its token opens nothing; its agent is told so, keeps what runs, and ends.
 * @throws HoldfastError access.forbidden, host.unknown, host.has_instances
 */
export async function removeHost(registry: HostRegistry, actor: Actor, removal: HostRemoval): Promise<void> {
  const { host: named, force = false } = removal
  requirePermission(actor, 'host.remove', { type: 'host', id: named })
  const found = registry.find(named)
  if (!force) await refuseWithInstances(registry, found)
  const { access, clock, store } = registry.options
  await store.write((tx) => {
    const row = findHost(tx, found.id)
    if (row === undefined) throw unknownHost(named)
    const at = clock.now()
    const cause = { type: 'human', id: actor.id } as const
    markRemoved(tx, row.id, at)
    takeBack(access, tx, { id: row.token_id, by: actor, cause })
    const change = { name: row.name, forced: force }
    appendRecord(tx, { at, actor, action: 'host.remove', subject: { type: 'host', id: row.id }, change, cause })
    tx.afterCommit(() => registry.forget(row.id))
  })
}

/** A host that is there is asked; of one that is away or does not answer, what it told last counts. */
async function refuseWithInstances(registry: HostRegistry, row: HostRow): Promise<void> {
  const { isConnected, facts } = descriptionOf(row, registry.agents.get(row.id))
  const asked = isConnected ? await countOfInstances(registry, row) : undefined
  const count = asked ?? facts?.instances ?? 0
  if (count === 0) return
  const known = isConnected ? 'runs' : 'ran, when it was last seen,'
  throw hostError('host.has_instances', `Host "${row.name}" ${known} ${count} instance${count === 1 ? '' : 's'}`, {
    place: row.name,
    accepted: 'a host without instances, or --force: then they go on running where nobody here knows them',
    repair: `holdfast hosts drain ${row.name}, deploy again what runs there, then: holdfast hosts remove ${row.name}`,
  })
}

/** An agent that lives answers at once. */
const answersWithinMs = 10_000

/** Undefined when it does not answer. */
async function countOfInstances(registry: HostRegistry, { id }: HostRow): Promise<number | undefined> {
  const { clock, randomBytes } = registry.options
  const key = `remove/${ulid(clock.now(), randomBytes)}`
  const patience = new AbortController()
  const cancel = clock.alarm(clock.now() + answersWithinMs, () => patience.abort())
  try {
    const { instances } = await registry.run(id, { kind: 'listInstances', key }, patience.signal)
    return instances.filter(({ phase }) => phase !== 'stopped').length
  } catch (fault) {
    if (patience.signal.aborted) return undefined
    throw fault
  } finally {
    cancel()
  }
}
