/**
 * An engine in a world of its own, for tests: time stands still until it is moved, chance counts, tasks are answered by hand,
 * and `settle()` lets everything happen that can happen without the test.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { Actor } from '../access/index.ts'
import { type Logger, type RandomBytes, silentLogger, VirtualClock } from '../base/index.ts'
import { createExpressions } from '../jsonata/index.ts'
import { openStore, type Store } from '../store/index.ts'
import type { ExecutionDescription, HistoryRecord, StartedExecution } from './contract.ts'
import { fillDisk, freeDisk, refuseInserts } from './broken-store.fake.ts'
import { createEngine, embeddedLimits, type Engine, type EngineOptions } from './engine.ts'
import { describeExecution } from './execution/describe.ts'
import { getExecutionHistory } from './execution/history.ts'
import { startExecution } from './execution/start.ts'
import { type Divergence, replayExecution } from './history/replay.ts'
import { historyDigest } from './history/rows.ts'
import { createStateMachine } from './machine/create.ts'
import type { ResourceHandler, TaskAnswer, TaskCall } from './resource-handler.ts'
import type { EngineLimits } from './run/core.ts'
import { sfc32 } from './run/step-env.ts'

export const admin: Actor = { type: 'user', id: 'ada', via: 'api', grants: [{ role: 'admin' }] }
export const nobody: Actor = { type: 'user', id: 'eve', via: 'api' }
export const roleArn = 'arn:aws:iam::123456789012:role/run'
export const account = { region: 'eu-central-1', accountId: '123456789012' }

export const functionArn = (name: string): string => `arn:aws:lambda:eu-central-1:123456789012:function:${name}`
export const activityArn = (name: string): string => `arn:aws:states:eu-central-1:123456789012:activity:${name}`
export const machineArn = (name: string): string => `arn:aws:states:eu-central-1:123456789012:stateMachine:${name}`
export const executionArn = (machine: string, name: string): string =>
  `arn:aws:states:eu-central-1:123456789012:execution:${machine}:${name}`

type StateText = Readonly<Record<string, unknown>>

/** A state that calls the function `name` and ends, unless `more` says otherwise. */
export const taskState = (name: string, more: StateText = {}): StateText => ({
  Type: 'Task',
  Resource: functionArn(name),
  ...('Next' in more ? {} : { End: true }),
  ...more,
})

/** The text of a machine that begins with the first of the states. */
export const definitionOf = (states: Readonly<Record<string, StateText>>, more: StateText = {}): string =>
  JSON.stringify({ StartAt: Object.keys(states)[0], States: states, ...more })

/** A task that was called and waits for the test. */
export type ScriptedCall = TaskCall & {
  readonly signal: AbortSignal
  /** Whether it still waits. */
  readonly open: boolean
  answer(answer: TaskAnswer): void
  succeed(output: unknown): void
  fail(error: string, cause?: string): void
}

/** Takes every task that is no activity and no nested execution, and keeps it until the test answers. */
class ScriptedHandler implements ResourceHandler {
  readonly calls: ScriptedCall[] = []

  handles(): boolean {
    return true
  }

  call(call: TaskCall, signal: AbortSignal): Promise<TaskAnswer> {
    return new Promise((resolve) => {
      let open = true
      const answer = (given: TaskAnswer): void => {
        open = false
        resolve(given)
      }
      this.calls.push({
        ...call,
        signal,
        get open() {
          return open
        },
        answer,
        succeed: (output) => answer({ kind: 'succeeded', output: JSON.stringify(output) }),
        fail: (error, cause = '') => answer({ kind: 'failed', error, cause }),
      })
    })
  }
}

export type WorldOptions = {
  /** The database file; a store that ends with the world unless told. */
  readonly path?: string
  /** One that was opened already. */
  readonly store?: Store
  /** Whether it is another's, who closes it and judges what was done in it. */
  readonly borrowed?: boolean
  readonly clock?: VirtualClock
  readonly logger?: Logger
  readonly limits?: Partial<EngineLimits>
  readonly randomBytes?: RandomBytes
  /** Asked before the one that waits for the test. */
  readonly handlers?: readonly ResourceHandler[]
  /** Whatever else the engine is to have. */
  readonly engine?: Partial<EngineOptions>
}

const shared = createExpressions()
const worlds: World[] = []

/** Ends every world of a test, for `afterEach`; all that ran in it must come out the same when it is replayed. */
export async function endWorlds(): Promise<void> {
  const ending = worlds.splice(0).toReversed()
  const divergences = ending.flatMap((world) => world.divergences())
  for (const world of ending) await world.end()
  if (divergences.length > 0) throw new Error(`a replay came out otherwise: ${inspect(divergences, { depth: 8 })}`)
}

export class World {
  readonly clock: VirtualClock
  readonly store: Store
  readonly engine: Engine
  readonly #options: WorldOptions
  readonly #randomBytes: RandomBytes
  readonly #scripted = new ScriptedHandler()
  readonly #folders: string[] = []
  /** Goes on over a crash. */
  #machines = { next: 1 }
  #tampered = false
  #abandoned = false
  readonly #ownsStore: boolean

  constructor(options: WorldOptions = {}) {
    const { clock = new VirtualClock(), logger = silentLogger } = options
    this.#options = options
    this.#randomBytes = options.randomBytes ?? countedBytes()
    this.clock = clock
    this.#ownsStore = options.borrowed !== true
    this.store = options.store ?? openStore({ path: options.path ?? ':memory:', clock, logger })
    this.engine = createEngine({
      store: this.store,
      clock,
      logger,
      randomBytes: this.#randomBytes,
      expressions: shared,
      account,
      limits: { ...embeddedLimits, ...options.limits },
      handlers: [...(options.handlers ?? []), this.#scripted],
      tokenKey: new Uint8Array(32).fill(7),
      ...options.engine,
    })
    worlds.push(this)
  }

  // ---- time

  /** Everything happens that needs neither time nor the test. */
  async settle(): Promise<void> {
    do {
      await this.engine.writer.idle()
      await turnOfLoop()
    } while (this.engine.writer.busy || this.engine.mapRuns.busy)
  }

  /** Time passes, and what falls due on the way happens in its time. */
  async advance(ms: number): Promise<void> {
    await this.clock.pass(ms, () => this.settle())
  }

  // ---- machines and executions

  /** @returns its ARN */
  async machine(name: string, definition: string): Promise<string> {
    return (await createStateMachine(this.engine, admin, { name, definition, roleArn })).arn
  }

  /** A machine of these states, and one execution of it that has gone as far as it goes alone. @returns its ARN */
  async run(states: Readonly<Record<string, StateText>>, input: unknown = {}, more: StateText = {}): Promise<string> {
    const arn = await this.machine(`machine-${this.#machines.next++}`, definitionOf(states, more))
    return (await this.start(arn, { input })).executionArn
  }

  async start(arn: string, more: { name?: string; input?: unknown } = {}): Promise<StartedExecution> {
    const { name, input = {} } = more
    const request = { stateMachineArn: arn, input: JSON.stringify(input), ...(name === undefined ? {} : { name }) }
    const started = await startExecution(this.engine, admin, request)
    await this.settle()
    return started
  }

  describe(arn: string): Promise<ExecutionDescription> {
    return describeExecution(this.engine, admin, arn)
  }

  async status(arn: string): Promise<string> {
    return (await this.describe(arn)).status
  }

  async output(arn: string): Promise<unknown> {
    const { output } = await this.describe(arn)
    return output === undefined ? undefined : JSON.parse(output)
  }

  async history(arn: string): Promise<readonly HistoryRecord[]> {
    const { items } = await getExecutionHistory(this.engine, admin, { executionArn: arn, limit: 1000 })
    return items
  }

  /** Types of the events, in order. */
  async events(arn: string): Promise<readonly string[]> {
    return (await this.history(arn)).map(({ type }) => type)
  }

  // ---- tasks

  /** All calls so far, answered or not. */
  get calls(): readonly ScriptedCall[] {
    return this.#scripted.calls
  }

  /** The call that waits for an answer: the only one, or the one of this state. */
  call(stateName?: string): ScriptedCall {
    const waiting = this.calls.filter((call) => call.open && !call.signal.aborted)
    const meant = stateName === undefined ? waiting : waiting.filter((call) => call.stateName === stateName)
    const [only] = meant
    if (only === undefined || meant.length > 1) throw new Error(`${meant.length} calls wait: which one is meant?`)
    return only
  }

  async succeed(output: unknown, stateName?: string): Promise<void> {
    this.call(stateName).succeed(output)
    await this.settle()
  }

  async fail(error: string, cause?: string, stateName?: string): Promise<void> {
    this.call(stateName).fail(error, cause)
    await this.settle()
  }

  // ---- the database

  rows<Row extends object>(sql: string, ...parameters: (string | number)[]): Row[] {
    return this.store.read.all<Row>(sql, ...parameters)
  }

  count(table: string): number {
    return this.rows<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)[0]?.n ?? -1
  }

  /** What the trail was told, in order. */
  trail(): { action: string; subject: string; change: unknown }[] {
    type Row = { readonly action: string; readonly subject: string; readonly change: string | null }
    return this.rows<Row>('SELECT action, subject_id AS subject, change FROM trail_unsealed ORDER BY position').map(
      (row) => ({ ...row, change: row.change === null ? undefined : (JSON.parse(row.change) as unknown) }),
    )
  }

  /** Writes past every rule, as a defect would. What it changes cannot be replayed. */
  tamper(sql: string, ...parameters: (string | number)[]): Promise<unknown> {
    this.#tampered = true
    return this.store.write((tx) => tx.prepare(sql).run(...parameters))
  }

  /** As a defect would that meets some rows and not the others. */
  refuseInserts(table: string, when: string): Promise<unknown> {
    return refuseInserts(this.store, table, when)
  }

  /** The disk takes no page more than it has now and `spare` ones, until `freeDisk`. */
  fillDisk(spare = 0): Promise<unknown> {
    return fillDisk(this.store, spare)
  }

  freeDisk(): Promise<unknown> {
    return freeDisk(this.store)
  }

  /** What comes out otherwise than it is stored when every execution is replayed. */
  divergences(): readonly Divergence[] {
    if (this.#tampered || !this.#ownsStore) return []
    const { engine } = this
    return this.rows<{ id: number; digest: string | null }>('SELECT id, digest FROM execution').flatMap(
      ({ id, digest }) => {
        const { steps, divergence } = replayExecution(engine, engine.store.read, id)
        if (divergence !== undefined) return [divergence]
        const found = historyDigest(engine.store.read, id)
        return digest === null || digest === found ? [] : [{ kind: 'end', seq: steps, stored: digest, replayed: found }]
      },
    )
  }

  // ---- the process

  /**
   * The process dies here and now: a new one begins with what was committed (not yet recovered). The old one lives on with
   * its own copy, which nobody sees any more.
   */
  crash(options: WorldOptions = {}): World {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
    const path = this.store.dialect === 'sqlite' ? this.#copyFile(folder) : this.#copyOfDatabase
    const world = new World({ ...this.#options, clock: this.clock, randomBytes: this.#randomBytes, ...options, path })
    world.#folders.push(folder)
    world.#machines = this.#machines
    // Tokens made with another key are others.
    world.#tampered = this.#tampered || options.engine?.tokenKey !== undefined
    return world
  }

  #copyFile(folder: string): string {
    const { file } = this.rows<{ file: string }>('PRAGMA database_list')[0] ?? { file: '' }
    const path = join(folder, 'holdfast.sqlite')
    for (const end of ['', '-wal']) if (existsSync(file + end)) copyFileSync(file + end, path + end)
    return path
  }

  /** What stands in for `openStore` where tests run on PostgreSQL knows it. */
  get #copyOfDatabase(): string {
    return `copy-of-database:${this.rows<{ name: string }>('SELECT current_database() AS name')[0]?.name}`
  }

  /** Its process is gone, and nothing of it can be closed. */
  abandon(): void {
    this.#abandoned = true
  }

  async end(): Promise<void> {
    if (!this.#abandoned) await this.engine.close()
    if (this.#ownsStore) await this.store.close()
    for (const folder of this.#folders) rmSync(folder, { recursive: true })
  }
}

const turnOfLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Bytes that differ each time and are the same in each run. */
function countedBytes(): RandomBytes {
  const next = sfc32('00112233445566778899aabbccddeeff')
  return (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256))
}
