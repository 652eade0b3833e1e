/** What a named lease must do, whatever database stands behind the store. */
import { afterEach, describe, expect, it } from 'vitest'
import { VirtualClock } from '../../base/index.ts'
import type { Store } from '../contract.ts'
import { NamedLease } from './named-lease.ts'

/** Opens a store with Holdfast's own tables, which ticks by itself. */
export type OpenLeaseStore = () => Promise<Store>

export function describeNamedLease(name: string, open: OpenLeaseStore): void {
  const opened: Store[] = []
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close()
  })

  async function twoHolders() {
    const store = await open()
    opened.push(store)
    const clock = new VirtualClock()
    const of = (holder: string, job = 'seal') => new NamedLease({ store, clock, name: job, holder, leaseMs: 1000 })
    const claim = (lease: NamedLease) => store.write((tx) => lease.claim(tx))
    return { store, clock, of, claim, ada: of('ada'), bob: of('bob') }
  }

  describe(`${name}: a named lease`, () => {
    it('belongs to who claims it first, as long as it is renewed', async () => {
      const { clock, claim, ada, bob } = await twoHolders()
      expect(await claim(ada)).toBe(1)
      for (let round = 0; round < 5; round++) {
        clock.advanceBy(999)
        expect(await claim(bob)).toBeUndefined()
        expect(await claim(ada)).toBe(1)
      }
    })

    it('goes to another when it was not renewed in time, with a higher term', async () => {
      const { clock, claim, ada, bob } = await twoHolders()
      await claim(ada)
      clock.advanceBy(1000)
      expect(await claim(bob)).toBe(2)
      expect(await claim(ada)).toBeUndefined()
      clock.advanceBy(1000)
      expect(await claim(ada)).toBe(3)
    })

    it('goes to another at once when it is given back, and only its holder can do that', async () => {
      const { store, claim, ada, bob } = await twoHolders()
      await claim(ada)
      await store.write((tx) => bob.release(tx))
      expect(await claim(bob)).toBeUndefined()
      await store.write((tx) => ada.release(tx))
      expect(await claim(bob)).toBe(2)
      expect(await claim(ada)).toBeUndefined()
    })

    it('is one for each job', async () => {
      const { of, claim, ada } = await twoHolders()
      await claim(ada)
      expect(await claim(of('bob', 'prune'))).toBe(1)
    })

    it('is not taken by a transaction that is undone', async () => {
      const { store, claim, ada, bob } = await twoHolders()
      const undone = store.write((tx) => {
        ada.claim(tx)
        throw new Error('no')
      })
      await expect(undone).rejects.toThrow('no')
      expect(await claim(bob)).toBe(1)
    })

    it('says whose turn it is', async () => {
      const { store, clock, ada, bob } = await twoHolders()
      expect([await ada.isMine(store), await bob.isMine(store)]).toEqual([true, false])
      clock.advanceBy(1000)
      expect([await bob.isMine(store), await ada.isMine(store)]).toEqual([true, false])
      await store.close()
      expect(await bob.isMine(store)).toBe(false)
    })

    it('of two who claim it together goes to one', async () => {
      const { claim, of } = await twoHolders()
      const terms = await Promise.all(Array.from({ length: 8 }, (_, i) => claim(of(`holder ${i}`))))
      expect(terms.filter((term) => term !== undefined)).toEqual([1])
    })
  })
}
