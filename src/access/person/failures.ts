/** Sign-ins under a name that failed, and how long the next one has to wait. */
import { appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { tooManyFailures } from '../errors.ts'
import { hashOfSecret } from '../token/secret.ts'
import { type Failures, forgottenMs, oneMore, waitAfter } from './patience.ts'
import type { PersonRow, Queries } from './rows.ts'

const failuresOf = (queries: Queries, name: string): Failures | undefined =>
  queries.prepare<Failures>('SELECT failures, last_at FROM access_failure WHERE login_hash = ?').get(hashOfSecret(name))

/** @throws HoldfastError access.sign_in_wait */
export function requirePatience({ clock }: Access, queries: Queries, name: string): void {
  const waitMs = waitAfter(failuresOf(queries, name), clock.now())
  if (waitMs > 0) throw tooManyFailures(waitMs)
}

type Failed = { readonly name: string; readonly person: PersonRow | undefined }

/** In the trail when it is somebody's name: names of nobody would let strangers fill it. */
export function noteFailure({ clock }: Access, tx: Transaction, { name, person }: Failed): void {
  const at = clock.now()
  const failures = oneMore(failuresOf(tx, name), at)
  tx.prepare('DELETE FROM access_failure WHERE last_at < ?').run(at - forgottenMs)
  tx.prepare(
    `INSERT INTO access_failure (login_hash, failures, last_at) VALUES (?, ?, ?)
      ON CONFLICT (login_hash) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at`,
  ).run(hashOfSecret(name), failures, at)
  if (person !== undefined) noteRefusal(tx, { at, personId: person.id, change: { failures } })
}

export type Refusal = {
  readonly at: number
  readonly personId: string
  readonly change: Readonly<Record<string, string | number>>
}

/** Somebody who is nobody yet has tried to come in as a person. */
export function noteRefusal(tx: Transaction, { at, personId, change }: Refusal): void {
  const actor = { type: 'inbound', id: 'sign-in', via: 'ui' } as const
  appendRecord(tx, { at, actor, action: 'person.sign_in_failed', subject: { type: 'person', id: personId }, change })
}

export function forgetFailures(tx: Transaction, name: string): void {
  tx.prepare('DELETE FROM access_failure WHERE login_hash = ?').run(hashOfSecret(name))
}
