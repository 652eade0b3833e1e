/** The one table of locks. Every change of a lock and what depends on it stand in the caller's transaction. */
import { nameOfActor } from '../../access/index.ts'
import { formatDuration, type HoldfastError } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import { deployError } from '../errors.ts'
import { type Place, placeName } from '../place.ts'
import type { Queries } from '../sql.ts'
import { leaseMs, type Lock, type LockKind, viewLease } from './lease.ts'

const columns = `project, config, kind, owner, reason, term, taken_at AS takenAt, expires_at AS expiresAt`

export function lockOf(queries: Queries, { project, config }: Place, kind: LockKind): Lock | undefined {
  const sql = `SELECT ${columns} FROM deploy_lock WHERE project = ? AND config = ? AND kind = ?`
  return queries.prepare<Lock>(sql).get(project, config, kind)
}

/** Those of a place that somebody holds. The lease of a deployment that ran out is held until somebody else takes it. */
export function heldLocks(queries: Queries, place: Place, now: number): Lock[] {
  const locks = [lockOf(queries, place, 'deployment'), lockOf(queries, place, 'person')]
  return locks.flatMap((lock) =>
    lock === undefined || lock.owner === null || !isHeld(lock, now) ? [] : [withOwnerName(queries, lock)],
  )
}

/** A person's lock is over with its time. */
export const isHeld = ({ kind, expiresAt }: Lock, now: number): boolean => kind === 'deployment' || expiresAt > now

export function allLocks(queries: Queries): Lock[] {
  const sql = `SELECT ${columns} FROM deploy_lock WHERE owner IS NOT NULL ORDER BY project, config, kind`
  return queries.prepare<Lock>(sql).all()
}

/** A deployment has no name but its id. */
export function withOwnerName(queries: Queries, lock: Lock): Lock {
  const ownerName = lock.kind === 'person' && lock.owner !== null ? personName(queries, lock.owner) : undefined
  return ownerName === undefined ? lock : { ...lock, ownerName }
}

export const personName = (queries: Queries, owner: string): string | undefined =>
  nameOfActor(queries, { type: 'user', id: owner })

export type Taking = { readonly owner: string; readonly reason: string; readonly now: number }

/**
 * The lease for a deployment. The writer runs one transaction after the other, so of two that meet here the second sees
 * what the first has taken. Answers the term.
 * @throws HoldfastError deploy.locked, deploy.lock_settling
 */
export function takeDeploymentLock(tx: Transaction, place: Place, taking: Taking): number {
  requireUnclosed(tx, place, taking.now)
  const lock = lockOf(tx, place, 'deployment')
  const view = viewLease(lock, taking.owner, taking.now, lock?.owner !== null && isUnended(tx, lock?.owner ?? ''))
  if (view.kind === 'held') throw heldBy(place, view.by)
  if (view.kind === 'settling') throw settling(place, view.by)
  const term = (lock?.term ?? 0) + 1
  writeLock(tx, { ...place, kind: 'deployment', term, ...taking, expiresAt: taking.now + leaseMs })
  return term
}

/** No person has closed the place. @throws HoldfastError deploy.locked */
export function requireUnclosed(tx: Transaction, place: Place, now: number): void {
  const lock = lockOf(tx, place, 'person')
  if (lock?.owner === null || lock === undefined || lock.expiresAt <= now) return
  throw closedBy(tx, lock, now)
}

/**
 * Keeps the lease. One that ran out is kept too, as long as nobody else took it: the term says so.
 * @throws HoldfastError deploy.lock_lost
 */
export function renewDeploymentLock(tx: Transaction, place: Place, held: { owner: string; term: number; now: number }) {
  const { owner, term, now } = held
  const kept = tx
    .prepare(
      `UPDATE deploy_lock SET expires_at = ?
      WHERE project = ? AND config = ? AND kind = 'deployment' AND owner = ? AND term = ?`,
    )
    .run(now + leaseMs, place.project, place.config, owner, term)
  if (kept.changes === 0) throw lockLost(place, owner)
}

/** A new term for the same owner: whatever was sent under the old one is refused from now on. @throws HoldfastError deploy.lock_lost */
export function raiseTerm(tx: Transaction, place: Place, owner: string, now: number): number {
  const lock = lockOf(tx, place, 'deployment')
  if (lock?.owner !== owner) throw lockLost(place, owner)
  writeLock(tx, { ...lock, owner, now, term: lock.term + 1, expiresAt: now + leaseMs })
  return lock.term + 1
}

/** Lets go. What is not held by this owner (any more) stays as it is: letting go twice is no error. */
export function freeLock(tx: Transaction, place: Place, kind: LockKind, owner: string): boolean {
  const freed = tx
    .prepare('UPDATE deploy_lock SET owner = NULL WHERE project = ? AND config = ? AND kind = ? AND owner = ?')
    .run(place.project, place.config, kind, owner)
  return freed.changes > 0
}

export type WrittenLock = Place &
  Taking & { readonly kind: LockKind; readonly term: number; readonly expiresAt: number }

export function writeLock(tx: Transaction, lock: WrittenLock): void {
  const { project, config, kind, owner, reason, term, now, expiresAt } = lock
  tx.prepare(
    `INSERT INTO deploy_lock (project, config, kind, owner, reason, term, taken_at, expires_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (project, config, kind) DO UPDATE SET owner = excluded.owner, reason = excluded.reason,
      term = excluded.term, taken_at = excluded.taken_at, expires_at = excluded.expires_at`,
  ).run(project, config, kind, owner, reason, term, now, expiresAt)
}

function isUnended(tx: Transaction, deployment: string): boolean {
  return tx.prepare('SELECT 1 FROM deployment WHERE id = ? AND ended_at IS NULL').get(deployment) !== undefined
}

export function closedBy(tx: Transaction, lock: Lock, now: number): HoldfastError {
  const { project, config, owner, ownerName = owner } = withOwnerName(tx, lock)
  const place = { project, config }
  const where = `${place.project} ${place.config}`
  const left = formatDuration(Math.max(0, lock.expiresAt - now))
  const message = `${ownerName} has locked ${placeName(place)} for another ${left}: ${lock.reason}`
  return deployError('deploy.locked', message, {
    repair: `yours: holdfast unlock ${where}; another's: wait, or ask them, or: holdfast break ${where} --reason WHY`,
  })
}

const heldBy = (place: Place, owner: string): HoldfastError =>
  deployError('deploy.locked', `${owner} is under way in ${placeName(place)}`, {
    repair: `wait for it, or: holdfast halt ${owner}`,
  })

const settling = (place: Place, owner: string): HoldfastError =>
  deployError('deploy.lock_settling', `What ${owner} left behind in ${placeName(place)} is being put in order`)

const lockLost = (place: Place, owner: string): HoldfastError =>
  deployError('deploy.lock_lost', `${owner} no longer holds the lock of ${placeName(place)}`)
