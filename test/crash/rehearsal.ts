/**
 * Crashes without processes: at a chosen boundary the files are copied as they are. That copy is what kill -9 leaves (the
 * page cache survives the process), so every boundary of a run can be tried, in virtual time, one after the other.
 *
 * The world outside (who holds task tokens, who works at the desk) does not die with the process: it goes into the image
 * as it was, with what it had been told, and repeats what it was not told.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { HoldfastError, silentLogger, VirtualClock } from '../../src/base/index.ts'
import {
  createActivity,
  type Engine,
  type EngineExpressions,
  getActivityTask,
  type ObjectStore,
  type ResourceHandler,
  sendTaskSuccess,
  startExecution,
  type TaskAnswer,
  type TaskCall,
} from '../../src/engine/index.ts'
import { FakeObjects } from '../../src/engine/map-run/objects.fake.ts'
import { byHand, type Store, type Transaction } from '../../src/store/index.ts'
import { type CallKey, callKey } from './execution-check.ts'
import type { Life } from './ledger.ts'
import { activityArn, child, everyWait, everyWaitInput, machineArn } from './machines.ts'
import { patience } from './until.ts'
import { admin, databaseFile, installMachine, openWorld, type World } from './world.ts'

/**
 * `committing`: everything is written, COMMIT is not yet; `committed`: COMMIT returned, nobody has been told and no call has
 * been made; `called`: in the midst of a call; `told`: calls made and callers told.
 */
export type BoundaryKind = 'committing' | 'committed' | 'called' | 'told'

/** What a crash leaves. */
export type Image = {
  readonly boundary: { readonly kind: BoundaryKind; readonly number: number }
  readonly folder: string
  readonly now: number
  readonly outside: Outside
  readonly life: Life
  /** Bytes of the write-ahead log when the transaction before was committed: what is beyond was written since. */
  readonly logBytesBefore: number
}

/** The world around the process. */
export type Outside = {
  /** What was written into buckets. */
  readonly objects: ReadonlyMap<string, Buffer>
  /** Task tokens that reached somebody, and whether their answer was acknowledged. */
  readonly tokens: Map<string, boolean>
  /** The order was placed and acknowledged; the caller repeats it until then. */
  readonly ordered: boolean
  readonly chance: number
}

export const atFirst: Outside = { objects: new Map(), tokens: new Map(), ordered: false, chance: 1 }
export const executionName = 'order-7'

/** What is rehearsed: the machine `main`, and what it is given. */
export type Play = {
  readonly input: string
  /** What the caller of a crashed start, an operator or a deploy does: the same again. All of it is idempotent. */
  install(engine: Engine): Promise<void>
}

const everyWaitPlay: Play = {
  input: everyWaitInput,
  async install(engine) {
    await createActivity(engine, admin, { name: 'desk' })
    await installMachine(engine, 'child', child)
    await installMachine(engine, 'main', everyWait)
  },
}

export type RehearsalOptions = {
  /** The machine that waits in every way unless told. */
  readonly play?: Play
  readonly folder: string
  readonly now: number
  readonly outside: Outside
  readonly expressions: EngineExpressions
  /** Where an image is wanted: the folder to put it in. */
  imageAt(boundary: Image['boundary']): string | undefined
}

export type Rehearsal = {
  readonly life: Life
  readonly images: readonly Image[]
  readonly boundaries: number
  readonly objects: ReadonlyMap<string, Buffer>
  /** What the log complained of. */
  readonly errors: readonly object[]
}

/** Runs the order to its end, making images on the way. */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const stage = new Stage(options)
  try {
    await stage.play()
  } finally {
    await stage.leave()
  }
  return stage
}

const token: ResourceHandler['handles'] = ({ kind }) => kind === 'service'

class Stage implements Rehearsal {
  readonly #options: RehearsalOptions
  readonly #clock: VirtualClock
  readonly #world: World
  readonly images: Image[] = []
  readonly errors: object[] = []
  readonly #started: string[] = []
  readonly #closed: string[] = []
  readonly #acknowledged: CallKey[] = []
  readonly #calls: CallKey[] = []
  readonly #tokens: Map<string, boolean>
  readonly #objects: FakeObjects
  #ordered: boolean
  #logBytes = 0
  #chance: number
  boundaries = 0

  constructor(options: RehearsalOptions) {
    const { folder, now, outside, expressions } = options
    this.#options = options
    this.#clock = new VirtualClock(now)
    this.#tokens = new Map(outside.tokens)
    this.#objects = new FakeObjects(Object.fromEntries(outside.objects))
    this.#ordered = outside.ordered
    this.#chance = outside.chance
    this.#world = openWorld({
      folder,
      clock: this.#clock,
      logger: { ...silentLogger, error: (message, fields) => this.errors.push({ message, fields }) },
      randomBytes: (length) =>
        new Uint8Array(length).map((_, i) => (this.#chance = (this.#chance * 75 + 74) % 65_537) + i),
      expressions,
      handlers: [{ handles: () => true, call: (call) => this.#call(call) }],
      objectStores: [this.#bucket()],
      schedule: byHand,
      onTrace: ({ kind }) => {
        if (kind !== 'commit') return
        this.#boundary('committed')
        this.#logBytes = logBytesIn(folder)
      },
      between: (store) => this.#between(store),
    })
  }

  get life(): Life {
    const [started, closed, acknowledged, calls] = [this.#started, this.#closed, this.#acknowledged, this.#calls]
    return { started: [...started], closed: [...closed], acknowledged: [...acknowledged], calls: [...calls] }
  }

  get objects(): ReadonlyMap<string, Buffer> {
    return this.#objects.objects
  }

  async play(): Promise<void> {
    const { engine, trail } = this.#world
    await engine.recover()
    await this.#settle(this.#play.install(engine))
    await this.#settle(trail.tick())
    await this.#settle(this.#order())
    this.#watch()
    const patient = patience()
    while (this.#closed.length === 0) {
      patient()
      if (this.#awaitsWorker()) await this.#settle(turn())
      else if (this.#tokenToAnswer() !== undefined) await this.#settle(this.#answerToken())
      else if (this.#deskHasWork()) await this.#settle(this.#takeWork())
      else await this.#settle(this.#sleepToNextAlarm())
    }
    while (await this.#settle(trail.tick()));
  }

  get #play(): Play {
    return this.#options.play ?? everyWaitPlay
  }

  async #order(): Promise<void> {
    if (this.#ordered) return
    const request = { stateMachineArn: machineArn('main'), name: executionName, input: this.#play.input }
    try {
      await startExecution(this.#world.engine, admin, request)
    } catch (error) {
      // The start before the crash was stored, and all that comes of it has happened since.
      if (!(error instanceof HoldfastError) || error.code !== 'execution.exists') throw error
    }
    this.#ordered = true
    this.#started.push(executionName)
    this.#boundary('told')
  }

  #watch(): void {
    const { store, engine } = this.#world
    const row = store.read.get<{ id: number; status: number }>(
      'SELECT id, status FROM execution WHERE name = ?',
      executionName,
    )
    const end = (): void => {
      this.#closed.push(executionName)
      this.#boundary('told')
    }
    if (row === undefined || row.status !== 0) return end()
    engine.watchers.add(row.id, (news) => {
      if (news === 'closed') end()
    })
  }

  // ---- calls and the world outside

  #call(call: TaskCall): TaskAnswer | Promise<TaskAnswer> {
    this.#calls.push(`${call.idempotencyKey}/${call.attempt}`)
    if (token(call.resource) && call.token !== undefined) this.#tokens.set(call.token, false)
    this.#boundary('called')
    if (call.resource.arn.endsWith(':flaky') && call.attempt === 0) return { kind: 'failed', error: 'Flaky' }
    const answer = { kind: 'succeeded', output: token(call.resource) ? '{"Payload":{}}' : call.input } as const
    return call.resource.arn.endsWith(':later') ? turn(answer) : answer
  }

  /** The process may die before an object is there, and before it knows that it is. */
  #bucket(): ObjectStore {
    const objects = this.#objects
    return {
      handles: (bucket) => objects.handles(bucket),
      read: (place, from) => objects.read(place, from),
      list: (listing, after) => objects.list(listing, after),
      write: async (place, parts) => {
        this.#boundary('called')
        const size = await objects.write(place, parts)
        this.#boundary('called')
        return size
      },
    }
  }

  #tokenToAnswer(): string | undefined {
    return [...this.#tokens].find(([, acknowledged]) => !acknowledged)?.[0]
  }

  /** Whoever holds a token answers until that is acknowledged. */
  async #answerToken(): Promise<void> {
    const { engine } = this.#world
    const token = this.#tokenToAnswer() ?? ''
    try {
      await sendTaskSuccess(engine, admin, { token, output: '"done"' })
      const place = engine.readToken(token)
      this.#acknowledged.push(callKey(place.executionId, place))
    } catch (error) {
      // The answer before the crash was stored, its acknowledgement was lost.
      if (!(error instanceof HoldfastError) || error.code !== 'task.closed') throw error
    }
    this.#tokens.set(token, true)
    this.#boundary('told')
  }

  #deskHasWork(): boolean {
    return this.#world.store.read.get('SELECT 1 FROM activity_task WHERE taken = 0') !== undefined
  }

  async #takeWork(): Promise<void> {
    const task = await getActivityTask(this.#world.engine, admin, { arn: activityArn }, new AbortController().signal)
    if (task !== undefined) this.#tokens.set(task.token, false)
    this.#boundary('told')
  }

  // ---- time

  /** Ticks until the work is done and nothing more comes of it by itself. */
  async #settle<T>(work: Promise<T>): Promise<T> {
    let done = false
    const settled = work.finally(() => (done = true))
    // It is awaited below; until then a refusal must not count as unhandled.
    settled.catch(() => {})
    for (let idle = 0; idle < 2;) {
      const ran = await this.#world.store.tick()
      await turn()
      idle = ran === 0 && done && !this.#world.engine.mapRuns.busy ? idle + 1 : 0
    }
    return settled
  }

  /** A slow expression is under way in a worker thread. */
  #awaitsWorker(): boolean {
    return this.#world.store.read.get('SELECT 1 FROM inbox') !== undefined
  }

  async #sleepToNextAlarm(): Promise<void> {
    const next = this.#clock.nextAlarm()
    if (next === undefined) throw new Error('nothing moves the execution any more')
    this.#clock.advanceTo(next)
  }

  // ---- boundaries

  #between(store: Store): Store {
    return {
      dialect: store.dialect,
      aheadAtMost: 1,
      read: store.read,
      signals: store.signals,
      get fault() {
        return store.fault
      },
      write: (work) =>
        store.write((tx: Transaction) => {
          const result = work(tx)
          this.#boundary('committing')
          return result
        }),
      tick: () => store.tick(),
      onCommit: (listener) => store.onCommit(listener),
      close: () => store.close(),
    }
  }

  #boundary(kind: BoundaryKind): void {
    const boundary = { kind, number: ++this.boundaries }
    const to = this.#options.imageAt(boundary)
    if (to === undefined) return
    copyFiles(this.#options.folder, to)
    const [objects, tokens] = [new Map(this.#objects.objects), new Map(this.#tokens)]
    const outside = { objects, tokens, ordered: this.#ordered, chance: this.#chance }
    const logBytesBefore = this.#logBytes
    this.images.push({ boundary, folder: to, now: this.#clock.now(), outside, life: this.life, logBytesBefore })
  }

  async leave(): Promise<void> {
    await this.#settle(this.#world.close())
  }
}

export const logFile = `${databaseFile}-wal`

function logBytesIn(folder: string): number {
  const file = join(folder, logFile)
  return existsSync(file) ? statSync(file).size : 0
}

/** The shared memory of the log is not copied: after a crash SQLite makes it anew from the log. */
function copyFiles(from: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 })
  for (const name of [databaseFile, logFile, 'trail-heads.jsonl']) {
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name))
  }
  cpSync(join(from, 'keys'), join(to, 'keys'), { recursive: true })
}
