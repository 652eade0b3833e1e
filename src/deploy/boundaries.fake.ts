/** Where a control plane dies, and in which order things happen, for histories of crashes. */
import type { Store } from '../store/index.ts'

/** A store whose writes for deployments can stop being answered, before or after their commit. */
export class Boundaries {
  writes = 0
  stop: { readonly at: number; readonly when: 'before' | 'after' } | undefined

  wrap(store: Store): Store {
    return new Proxy(store, {
      get: (inner, name) => (name === 'write' ? (work: never) => this.#write(inner, work) : Reflect.get(inner, name)),
    })
  }

  async #write(store: Store, work: Parameters<Store['write']>[0]): Promise<unknown> {
    const number = this.writes++
    const stopped = this.stop?.at === number ? this.stop.when : undefined
    if (stopped === 'before') return never()
    const answer = await store.write(work)
    return stopped === 'after' ? never() : answer
  }
}

const never = (): Promise<never> => new Promise(() => {})

/** Small, quick and good enough for choosing where to die. */
export function chance(seed: number): (below: number) => number {
  let state = (seed + 1) * 2654435761
  return (below) => {
    state = Math.imul(state ^ (state >>> 15), 2246822519) ^ (state >>> 13)
    state = Math.imul(state ^ (state >>> 16), 3266489917)
    return (state >>> 0) % below
  }
}
