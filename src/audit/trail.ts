/** The trail of one store: seals, signs, serves followers, prunes and proves. `app/` builds one and starts it. */
import { join } from 'node:path'
import type { Clock, Logger, RandomBytes } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import type { PlainJson } from './canonical.ts'
import { followerTwice, retentionInvalid } from './errors.ts'
import { type FollowHandler, Follower, type FollowerStatus } from './follow.ts'
import { type HeadsFile, openHeadsFile } from './heads-file.ts'
import { openKeys, type TrailKeys } from './keys.ts'
import { pruneRecords } from './prune.ts'
import { queryTrail, type TrailPage, type TrailQuery } from './query.ts'
import { recordText } from './record.ts'
import { redactWith, type Redacted } from './redact.ts'
import { chainEnd, sealRecords } from './seal.ts'
import {
  insertStatement,
  latestStatement,
  signingState,
  signStatement,
  statementBySignature,
  statementsAfter,
  statementsWithin,
} from './statements.ts'
import { type Verification, verifyTrail } from './verify.ts'
import { type TrailRange, records } from './walk.ts'

export type TrailOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly randomBytes: RandomBytes
  /** The data folder: keys lie in `keys/`, the heads in `trail-heads.jsonl`. */
  readonly folder: string
  readonly settings?: Partial<TrailSettings>
}

export type TrailSettings = {
  /** How long the sealed chain may stay without a signed head. */
  readonly headEveryMs: number
  /** How long records are kept; at least a day. */
  readonly keptForMs: number
}

export const trailDefaults: TrailSettings = { headEveryMs: 60_000, keptForMs: 400 * 86_400_000 }

const dayMs = 86_400_000
/** About 5 ms of the loop. */
const sealBatch = 500
const pruneBatch = 2000
const pruneEveryMs = 3_600_000

/**
 * Reads the keys, making them at the first start. Nothing runs until `startTrail` or `tick()`.
 * @throws HoldfastError audit.key_missing, audit.key_damaged, audit.retention
 */
export function openTrail(options: TrailOptions): Trail {
  const settings = { ...trailDefaults, ...options.settings }
  if (!(settings.keptForMs >= dayMs)) throw retentionInvalid(settings.keptForMs)
  const { store, folder, randomBytes } = options
  const signedBefore = (['head', 'cut'] as const).some((kind) => latestStatement(store.read, kind) !== undefined)
  const keys = openKeys({ folder: join(folder, 'keys'), randomBytes, signedBefore })
  const headsFile = openHeadsFile({
    path: join(folder, 'trail-heads.jsonl'),
    keyId: keys.signing.id,
    publicPem: keys.signing.publicPem,
  })
  return new Trail(options, settings, keys, headsFile)
}

export class Trail {
  readonly #store: Store
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #settings: TrailSettings
  readonly #keys: TrailKeys
  readonly #headsFile: HeadsFile
  readonly #followers = new Map<string, Follower>()
  /** Id of the last statement that the heads file holds. */
  #exported: number
  #pruneDueAt = 0
  readonly #sealedListeners = new Set<() => void>()

  constructor(options: TrailOptions, settings: TrailSettings, keys: TrailKeys, headsFile: HeadsFile) {
    this.#store = options.store
    this.#clock = options.clock
    this.#logger = options.logger
    this.#settings = settings
    this.#keys = keys
    this.#headsFile = headsFile
    this.#exported = lastExported(options.store, headsFile)
  }

  /** Calls back after each commit of this process that has sealed something. Returns how to stop. */
  onSealed(listener: () => void): () => void {
    this.#sealedListeners.add(listener)
    return () => this.#sealedListeners.delete(listener)
  }

  /** Seals what waits, in order, up to a batch. Says how many records. */
  async seal(): Promise<number> {
    // By the index: the table is emptied so often that what is read in no order may be mostly what is gone.
    const waits = this.#store.read.get('SELECT position FROM trail_unsealed ORDER BY position LIMIT 1')
    if (waits === undefined) return 0
    const sealed = await this.#store.write((tx) => (tx.tryLock('trail') ? sealRecords(tx, sealBatch) : 0), {
      aside: true,
    })
    if (sealed > 0) for (const listener of this.#sealedListeners) listener()
    return sealed
  }

  /** Signs the end of the chain if that is not signed yet, and exports what the heads file lacks. */
  async signHead(): Promise<void> {
    await this.#store.write((tx) => {
      const end = chainEnd(tx)
      if (end.seq <= signingState(tx).signed) return
      const { seq, hash } = end
      insertStatement(tx, signStatement(this.#keys.signing, { kind: 'head', seq, hash, at: this.#clock.now() }))
    })
    this.#exportStatements()
  }

  #exportStatements(): void {
    const statements = statementsAfter(this.#store.read, this.#exported)
    if (statements.length === 0) return
    this.#headsFile.append(statements)
    this.#exported = statements.at(-1)?.id ?? this.#exported
  }

  /** When the next head is due: undefined while all that is sealed is signed. */
  headDueAt(): number | undefined {
    const { sealed, signed, headAt } = signingState(this.#store.read)
    if (sealed <= signed) return undefined
    const now = this.#clock.now()
    // A head of tomorrow: the clock was set back. Waiting for it would leave the chain unsigned for as long as it was ahead.
    return headAt === undefined || headAt > now ? now : headAt + this.#settings.headEveryMs
  }

  /** One round: seal, let each follower handle its next records, sign and prune if due. True when more can be done at once. */
  async tick(): Promise<boolean> {
    const sealed = await this.seal()
    const handled = await Promise.all([...this.#followers.values()].map((follower) => follower.tick()))
    const due = this.headDueAt()
    // Last, for a heads file that cannot be written must not hold up the followers.
    if (due !== undefined && due <= this.#clock.now()) await this.signHead()
    const pruned = this.#pruneDueAt <= this.#clock.now() ? await this.prune() : 0
    return [sealed === sealBatch, pruned > 0, ...handled.map((count) => count > 0)].includes(true)
  }

  /** When a tick is next needed although nothing new is committed. */
  nextDueAt(): number {
    const retries = [...this.#followers.values()].map((follower) => follower.retryAt())
    return Math.min(...[this.headDueAt(), this.#pruneDueAt, ...retries].filter((time) => time !== undefined))
  }

  /**
   * Calls `handler` for each sealed record after the follower's cursor, in order, as long as the trail ticks.
   * @throws HoldfastError audit.follower_name when the name is taken
   */
  async follow(name: string, handler: FollowHandler, startAt: 'first' | 'now' = 'now'): Promise<Follower> {
    if (this.#followers.has(name)) throw followerTwice(name)
    const follower = new Follower({
      store: this.#store,
      clock: this.#clock,
      logger: this.#logger,
      name,
      handler,
      startAt,
    })
    this.#followers.set(name, follower)
    await follower.begin()
    return follower
  }

  followers(): FollowerStatus[] {
    return [...this.#followers.values()].map((follower) => follower.status())
  }

  /** Cuts off records that are past their time. Says how many; call again while that is not 0. */
  async prune(): Promise<number> {
    const { keptForMs } = this.#settings
    const removed = await this.#store.write((tx) =>
      pruneRecords(tx, { key: this.#keys.signing, nowMs: this.#clock.now(), keptForMs, limit: pruneBatch }),
    )
    this.#exportStatements()
    if (removed === 0) this.#pruneDueAt = this.#clock.now() + pruneEveryMs
    return removed
  }

  /** @throws HoldfastError audit.range */
  verify(range?: TrailRange): Promise<Verification> {
    return verifyTrail({ read: this.#store.read, key: this.#keys.signing, headsFile: this.#headsFile }, range)
  }

  /** JSON Lines: each sealed record in its canonical form, with its hash. */
  async *export(range: TrailRange = {}): AsyncGenerator<string, void, undefined> {
    for await (const record of records(this.#store.read, range)) yield `${recordText(record)}\n`
  }

  /**
   * The same, then what proves it where nobody has the database: the key, the cut before its first record if there is one, and the
   * last signed head within it. `verifyExport` reads it.
   */
  async *exportWithProof(range: TrailRange = {}): AsyncGenerator<string, void, undefined> {
    let [first, last] = [0, 0]
    for await (const record of records(this.#store.read, range)) {
      first ||= record.seq
      last = record.seq
      yield `${recordText(record)}\n`
    }
    const { id: keyId, publicPem: publicKey } = this.#keys.signing
    yield `${JSON.stringify({ kind: 'key', keyId, publicKey })}\n`
    for (const statement of statementsWithin(this.#store.read, first, last)) {
      const { kind, seq, hash, at, signature } = statement
      yield `${JSON.stringify({ kind, seq, hash, at, keyId: statement.keyId, signature })}\n`
    }
  }

  /** @throws HoldfastError audit.cursor */
  query(query: TrailQuery): TrailPage {
    return queryTrail(this.#store.read, query)
  }

  /** What stands for a secret in a record. */
  redact(secret: PlainJson): Redacted {
    return redactWith(this.#keys.redaction, secret)
  }
}

/** The heads file may lag behind the database by a crash; it never leads, unless the database was put back. */
function lastExported(store: Store, headsFile: HeadsFile): number {
  const ids = headsFile.tail().map(({ signature }) => statementBySignature(store.read, signature)?.id ?? 0)
  return Math.max(0, ...ids)
}
