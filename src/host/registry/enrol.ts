import { type Actor, hostIdPrefix, makeToken, requirePermission, requireStill } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import { ulid } from '../../base/index.ts'
import { hostError } from '../errors.ts'
import type { HostRegistry } from './registry.ts'
import { findHost, insertHost } from './rows.ts'
import { type HostEnrolment, parseEnrolment } from './schemas.ts'
import { descriptionOf, type HostDescription } from './view.ts'

/** `token` is told this once and kept nowhere: it is what the host's agent comes with. */
export type EnrolledHost = { readonly host: HostDescription; readonly token: string }

/** @throws HoldfastError access.forbidden, host.enrol_invalid, host.name_taken */
export async function enrolHost(registry: HostRegistry, actor: Actor, request: HostEnrolment): Promise<EnrolledHost> {
  requirePermission(actor, 'host.enrol')
  const { name, zone, address } = parseEnrolment(request)
  const { access, clock, randomBytes, store } = registry.options
  return store.write((tx) => {
    requireStill(access, tx, actor, 'host.enrol')
    if (findHost(tx, name) !== undefined) throw nameTaken(name)
    const at = clock.now()
    const id = `${hostIdPrefix}${ulid(at, randomBytes)}`
    const token = makeToken(access, tx, { name: `host ${name}`, holder: { machine: id }, by: actor })
    insertHost(tx, { id, name, zone, address, token_id: token.id, enrolled_at: at })
    appendRecord(tx, {
      at,
      actor,
      action: 'host.enrol',
      subject: { type: 'host', id },
      change: { name, zone, address, token: token.id },
      cause: { type: 'human', id: actor.id },
    })
    const row = findHost(tx, id)
    if (row === undefined) throw new Error('a row that was inserted is there')
    return { host: descriptionOf(row, undefined), token: token.secret }
  })
}

const nameTaken = (name: string) =>
  hostError('host.name_taken', `A host named "${name}" is enrolled already`, {
    place: 'name',
    accepted: 'a name that no other host has',
    repair: `choose another name, or remove that one first: holdfast hosts remove ${name}`,
  })
