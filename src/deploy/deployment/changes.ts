/** Which deployments a transaction has changed. Whoever changes a row of one says so here, and cannot forget to tell who watches. */
import type { Store, Transaction } from '../../store/index.ts'
import type { Signals } from './signals.ts'

/** All that deployments need of a store. */
export type DeployStore = Pick<Store, 'read' | 'write'>

const changedIn = new WeakMap<Transaction, Set<string>>()

/** Called by whatever writes a row that belongs to this deployment. */
export function noteChange(tx: Transaction, deployment: string): void {
  changedIn.get(tx)?.add(deployment)
}

/** The store, whose commits wake those who watch what was changed: after the commit, so that they read what it wrote. */
export function announcing(store: DeployStore, changes: Signals): DeployStore {
  return {
    read: store.read,
    write: (work) =>
      store.write((tx) => {
        const changed = new Set<string>()
        changedIn.set(tx, changed)
        tx.afterCommit(() => {
          for (const deployment of changed) changes.wake(deployment)
        })
        return work(tx)
      }),
  }
}
