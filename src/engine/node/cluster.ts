/**
 * Several engines on one store, for tests: nodes that can be killed between two lines, or stand still while the others go on,
 * as a process does whose machine was paused.
 */
import { type Clock, HoldfastError, type RandomBytes, type VirtualClock } from '../../base/index.ts'
import type { Store, Transaction, WriteOptions } from '../../store/index.ts'
import { sfc32 } from '../run/step-env.ts'
import { endWorlds, World, type WorldOptions } from '../world.ts'
import { type Hint, type Hints, localHints } from './hints.ts'
import type { NodeOptions } from './node.ts'

const never = new Promise<never>(() => {})

/** What a node reaches the world through: severed when it dies, held back while it stands still. */
class Thread {
  /** The answer to the next commit is lost, as when the connection breaks in that moment. */
  losesAnswer = false
  /** Nothing can be read, as when the server is away. */
  cannotRead = false
  state: 'alive' | 'frozen' | 'dead' = 'alive'
  readonly store: Store
  readonly clock: Clock
  readonly #clock: VirtualClock
  #held: (() => void)[] = []
  readonly #underWay = new Set<Promise<unknown>>()

  constructor(store: Store, clock: VirtualClock) {
    this.#clock = clock
    this.store = {
      dialect: store.dialect,
      aheadAtMost: store.aheadAtMost,
      read: readingWhile(() => !this.cannotRead, store.read),
      signals: store.signals,
      get fault() {
        return store.fault
      },
      write: (work, options) => this.#write(store, work, options),
      tick: () => store.tick(),
      onCommit: (listener) => store.onCommit(() => this.#when(listener)),
      close: async () => {},
    }
    this.clock = {
      now: () => this.#clock.now(),
      alarm: (atMs, ring) => this.#clock.alarm(atMs, () => this.#when(ring)),
    }
  }

  /** What happens to a node that stands still happens when it goes on; to a dead one nothing does. */
  #when(act: () => void): void {
    if (this.state === 'alive') act()
    else if (this.state === 'frozen') this.#held.push(act)
  }

  #write<T>(store: Store, work: (tx: Transaction) => T | Promise<T>, options?: WriteOptions): Promise<T> {
    const attempt = (): Promise<T> => {
      const loses = this.losesAnswer
      this.losesAnswer = false
      const carriedOut = store.write((tx) => {
        if (this.state !== 'alive') throw new Error('the node is gone')
        return work(loses ? unheard(tx) : tx)
      }, options)
      const written = loses ? carriedOut.then(() => Promise.reject(unknownCommit())) : carriedOut
      this.#underWay.add(written)
      const over = (): boolean => this.#underWay.delete(written)
      written.then(over, over)
      return written
    }
    if (this.state === 'alive') return attempt()
    if (this.state === 'dead') return never
    return new Promise((resolve, reject) => this.#held.push(() => void attempt().then(resolve, reject)))
  }

  /** Resolves once nothing is being written. */
  async quiet(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)
  }

  get busy(): boolean {
    return this.#underWay.size > 0
  }

  thaw(): void {
    if (this.state !== 'frozen') return
    this.state = 'alive'
    for (const act of this.#held.splice(0)) act()
  }
}

function readingWhile(can: () => boolean, read: Store['read']): Store['read'] {
  const demand = (): Store['read'] => {
    if (can()) return read
    throw new HoldfastError('store.unreachable', 'The database cannot be reached', { kind: 'unavailable' })
  }
  return {
    prepare: (sql) => demand().prepare(sql),
    get: (sql, ...parameters) => demand().get(sql, ...parameters),
    all: (sql, ...parameters) => demand().all(sql, ...parameters),
    iterate: (sql, ...parameters) => demand().iterate(sql, ...parameters),
    query: () => demand().query(),
  }
}

const unheard = (tx: Transaction): Transaction => ({
  prepare: (sql) => tx.prepare(sql),
  query: () => tx.query(),
  get: (query) => tx.get(query),
  all: (query) => tx.all(query),
  run: (query) => tx.run(query),
  tryLock: (lock) => tx.tryLock(lock),
  assume: (...assumed) => tx.assume(...assumed),
  afterCommit() {},
})

const unknownCommit = () =>
  new HoldfastError('store.commit_unknown', 'The connection broke while it was committed', { kind: 'internal' })

/** One node: a world of its own on the store of all. */
export type ClusterNode = {
  readonly world: World
  readonly name: string
  readonly thread: Thread
}

export type ClusterOptions = {
  /** A store of its own for each node, on the database of them all; unless told they have one store. */
  readonly stores?: () => Store
  /** Whether a hint arrives; all do unless told. */
  readonly arrives?: (hint: Hint) => boolean
  readonly world?: WorldOptions
  readonly node?: Partial<NodeOptions>
}

const clusters: Cluster[] = []

/** Ends every cluster of a test with its worlds, for `afterEach`. */
export async function endClusters(): Promise<void> {
  const ending = clusters.splice(0)
  for (const cluster of ending) {
    for (const node of cluster.nodes) if (node.thread.state === 'frozen') cluster.kill(node)
  }
  await endWorlds()
  for (const cluster of ending) await cluster.close()
}

export class Cluster {
  /** Reads, and keeps definitions; carries nothing out. */
  readonly ground: World
  readonly nodes: ClusterNode[] = []
  readonly #options: ClusterOptions
  readonly #hints: Hints
  readonly #randomBytes: RandomBytes
  readonly #stores: Store[] = []
  #names = 0

  constructor(options: ClusterOptions = {}) {
    clusters.push(this)
    this.#options = options
    this.ground = new World({ ...options.world, ...(options.stores && { store: options.stores() }) })
    const { arrives = () => true } = options
    const all = localHints()
    this.#hints = { ...all, send: (hint) => (arrives(hint) ? all.send(hint) : undefined) }
    const next = sfc32('ffeeddccbbaa99887766554433221100')
    this.#randomBytes = (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256))
  }

  get clock(): VirtualClock {
    return this.ground.clock
  }

  /** Nodes that do what they are told. */
  get alive(): readonly ClusterNode[] {
    return this.nodes.filter(({ thread }) => thread.state === 'alive')
  }

  /** A node that has begun to live. One of the same name is a process that was started again. */
  async join(name = `node-${++this.#names}`): Promise<ClusterNode> {
    const store = this.#options.stores?.() ?? this.ground.store
    if (store !== this.ground.store) this.#stores.push(store)
    const thread = new Thread(store, this.clock)
    const world = new World({
      ...this.#options.world,
      randomBytes: this.#randomBytes,
      clock: this.clock,
      ...{ store, borrowed: true },
      engine: {
        ...this.#options.world?.engine,
        store: thread.store,
        clock: thread.clock,
        node: { name, hints: this.#hintsOf(thread), leaseMs: 10_000, ...this.#options.node },
      },
    })
    const node = { world, name, thread }
    this.nodes.push(node)
    await world.engine.recover()
    await this.settle()
    return node
  }

  #hintsOf(thread: Thread): Hints {
    return {
      send: (hint) => this.#hints.send(hint),
      listen: (listener) => this.#hints.listen((hint) => (thread.state === 'alive' ? listener(hint) : undefined)),
    }
  }

  /** It dies here and now: what is not committed never will be. */
  kill({ thread, world }: ClusterNode): void {
    thread.state = 'dead'
    world.abandon()
  }

  /** It stands still, and does not know it. */
  freeze({ thread }: ClusterNode): void {
    if (thread.state === 'alive') thread.state = 'frozen'
  }

  async thaw({ thread }: ClusterNode): Promise<void> {
    thread.thaw()
    await this.settle()
  }

  // ---- time

  async settle(): Promise<void> {
    do {
      for (const { world } of this.alive) await world.engine.writer.idle()
      for (const { thread } of this.nodes) await thread.quiet()
      await new Promise((resolve) => setImmediate(resolve))
    } while (
      this.alive.some(({ world: { engine } }) => engine.writer.busy || engine.mapRuns.busy) ||
      this.nodes.some(({ thread }) => thread.busy)
    )
  }

  async close(): Promise<void> {
    for (const store of this.#stores) await store.close()
  }

  async advance(ms: number): Promise<void> {
    await this.clock.pass(ms, () => this.settle())
  }
}
