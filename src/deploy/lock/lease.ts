/** Whether a lock may be taken. Pure: the row and the time come in. */

/** `deployment`: one at a time in a place. `person`: nobody deploys there until they let it go. */
export type LockKind = 'deployment' | 'person'

export type Lock = {
  readonly project: string
  readonly config: string
  readonly kind: LockKind
  /** A deployment, or who closed the place. Null when it is free. */
  readonly owner: string | null
  /** As people know who closed the place. Read when it is shown, and kept nowhere. */
  readonly ownerName?: string
  readonly reason: string
  /** Fencing token: grows each time the lock changes hands, and each time its owner begins anew. */
  readonly term: number
  readonly takenAt: number
  readonly expiresAt: number
}

/** A deployment's lease: renewed at every state and by the janitor, so that only a dead control plane lets it run out. */
export const leaseMs = 60_000

export type LeaseView =
  | { readonly kind: 'free' }
  /** The asker has it already. */
  | { readonly kind: 'own' }
  | { readonly kind: 'held'; readonly by: string }
  /** Its owner has not ended, and lets nothing be heard: it has to be settled before anybody else may begin. */
  | { readonly kind: 'settling'; readonly by: string }

/** `unended`: whether the owner is a deployment that has not ended. */
export function viewLease(lock: Lock | undefined, owner: string, now: number, unended: boolean): LeaseView {
  if (lock === undefined || lock.owner === null) return { kind: 'free' }
  if (lock.owner === owner) return { kind: 'own' }
  if (lock.expiresAt > now) return { kind: 'held', by: lock.owner }
  return unended ? { kind: 'settling', by: lock.owner } : { kind: 'free' }
}
