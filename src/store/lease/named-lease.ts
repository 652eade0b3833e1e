/** A job that only one of several processes may do at a time. */
import { type Clock, HoldfastError } from '../../base/index.ts'
import type { Store, Transaction } from '../contract.ts'
import { skipLocked } from './locking.ts'

export type NamedLeaseOptions = {
  readonly store: Pick<Store, 'dialect'>
  readonly clock: Clock
  /** Names the job: everybody who may do it uses the same. */
  readonly name: string
  /** Names this process among all that may hold it. */
  readonly holder: string
  /** How long after the last claim others wait before they take it over. Longer than clocks differ. */
  readonly leaseMs: number
}

type LeaseRow = { readonly holder: string | null; readonly term: number; readonly expiresAt: number }

/**
 * A lease with an owner and a term. Who claims it in the transaction of the work needs no more: the row is its own until
 * that commits, so the work of two holders never overlaps. Who works outside of transactions hands the term on, and
 * whatever it changes refuses an earlier one.
 */
export class NamedLease {
  readonly #options: NamedLeaseOptions

  constructor(options: NamedLeaseOptions) {
    this.#options = options
  }

  /** Takes it, or holds it for longer. The term; undefined while somebody else holds it. */
  claim(tx: Transaction): number | undefined {
    const { clock, holder, leaseMs } = this.#options
    const now = clock.now()
    const row = this.#row(tx)
    if (row === undefined) return this.#first(tx, now + leaseMs)
    const mine = row.holder === holder
    if (!mine && row.holder !== null && row.expiresAt > now) return undefined
    const term = mine ? row.term : row.term + 1
    tx.prepare('UPDATE named_lease SET holder = ?, term = ?, expires_at = ? WHERE name = ?').run(
      holder,
      term,
      now + leaseMs,
      this.#options.name,
    )
    return term
  }

  /** Whether it is this process's turn; false also while the store takes no writes. */
  async isMine(store: Store): Promise<boolean> {
    try {
      return (await store.write((tx) => this.claim(tx), { concurrent: true })) !== undefined
    } catch (error) {
      if (error instanceof HoldfastError && error.code.startsWith('store.')) return false
      throw error
    }
  }

  /** The next claim of anybody takes it at once. */
  release(tx: Transaction): void {
    const { name, holder } = this.#options
    tx.prepare('UPDATE named_lease SET holder = NULL WHERE name = ? AND holder = ?').run(name, holder)
  }

  /** A row that another transaction is changing is not seen: somebody else holds it then, or is about to. */
  #row(tx: Transaction): LeaseRow | undefined {
    const { store, name } = this.#options
    const select = 'SELECT holder, term, expires_at AS "expiresAt" FROM named_lease WHERE name = ?'
    return tx.prepare<LeaseRow>(`${select}${skipLocked(store.dialect)}`).get(name)
  }

  /** Two that come first at the same time: one row is kept, and the other finds itself too late. */
  #first(tx: Transaction, expiresAt: number): number | undefined {
    const { name, holder } = this.#options
    const { changes } = tx
      .prepare(
        'INSERT INTO named_lease (name, holder, term, expires_at) VALUES (?, ?, 1, ?) ON CONFLICT (name) DO NOTHING',
      )
      .run(name, holder, expiresAt)
    return changes === 1 ? 1 : undefined
  }
}
