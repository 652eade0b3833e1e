/** Both ways of the same change. */
import type { Actor } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import { unknownHost } from './errors.ts'
import type { HostRegistry } from './registry.ts'
import { findHost, markDraining } from './rows.ts'
import { descriptionOf, type HostDescription } from './view.ts'

export async function changeDraining(
  registry: HostRegistry,
  actor: Actor,
  named: string,
  isDraining: boolean,
): Promise<HostDescription> {
  const { clock, store } = registry.options
  return store.write((tx) => {
    const row = findHost(tx, named)
    if (row === undefined) throw unknownHost(named)
    const live = registry.agents.get(row.id)
    if ((row.draining_since !== null) === isDraining) return descriptionOf(row, live)
    const at = clock.now()
    const since = isDraining ? at : null
    markDraining(tx, row.id, since)
    appendRecord(tx, {
      at,
      actor,
      action: isDraining ? 'host.drain' : 'host.undrain',
      subject: { type: 'host', id: row.id },
      change: { name: row.name },
      cause: { type: 'human', id: actor.id },
    })
    return descriptionOf({ ...row, draining_since: since }, live)
  })
}
