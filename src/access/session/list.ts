import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import { findHolder } from '../holder.ts'
import { openSession, type SessionProof } from './authenticate.ts'
import { openSessions, type SessionRow } from './rows.ts'

/** Somebody who is signed in to the console, somewhere. Times are milliseconds since 1970 UTC. */
export type ListedSession = {
  readonly id: string
  /** The person, or the token they signed in with: the session is good only as long as it is. */
  readonly holder: { readonly id: string; readonly name: string }
  readonly createdAt: number
  readonly expiresAt: number
  /** To the minute. */
  readonly lastUsedAt?: number
  /** What the browser calls itself. */
  readonly userAgent?: string
  /** The one that asks. */
  readonly isCurrent: boolean
}

/** All that open something, newest first. @throws HoldfastError access.forbidden */
export function listSessions(access: Access, actor: Actor, proof: SessionProof | undefined): readonly ListedSession[] {
  requirePermission(actor, 'session.list')
  return listed(access, openSessions(access.store.read, access.clock.now()), proof)
}

/** Of these those whose holder may still come in. */
export function listed(
  access: Access,
  rows: readonly SessionRow[],
  proof: SessionProof | undefined,
): readonly ListedSession[] {
  const { read } = access.store
  const now = access.clock.now()
  const current = proof === undefined ? undefined : openSession(access, proof)?.id
  return rows.flatMap((row) => {
    const holder = findHolder(read, row.holder_id, now)
    if (holder === undefined) return []
    return {
      ...{ id: row.id, holder: { id: holder.id, name: holder.name }, createdAt: row.created_at },
      ...{ expiresAt: row.expires_at, isCurrent: row.id === current },
      ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
      ...(row.user_agent === null ? {} : { userAgent: row.user_agent }),
    }
  })
}
