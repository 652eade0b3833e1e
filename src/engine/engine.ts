/** The engine as an object: its parts put together, started and stopped. */
import type { Clock, Logger, RandomBytes } from '../base/index.ts'
import { type Attempt, type Outcome, type Refusal, scheduledCall, type TaskResource } from '../asl/index.ts'
import type { Store } from '../store/index.ts'
import { findActivity } from './activity/queries.ts'
import type { Account } from './arn.ts'
import { SharedHistories } from './execution/shared-history.ts'
import { syncExecutionHandler } from './express/handler.ts'
import { ExpressRoom } from './express/room.ts'
import { ExpressRuns } from './express/runs.ts'
import { startSyncExecution } from './express/start-sync.ts'
import { executionMoved } from './errors.ts'
import { Company } from './node/company.ts'
import { Heads } from './machine/heads.ts'
import { Node, type NodeOptions } from './node/node.ts'
import type { EngineObserver } from './observer.ts'
import type { Queries } from './registry.ts'
import type { ResourceHandler } from './resource-handler.ts'
import { type HistoryLog, writeLogged } from './history/log.ts'
import { ExpressChildren } from './map-run/express-children.ts'
import { MapRuns } from './map-run/runner.ts'
import { Retention, type RetentionSettings } from './retention.ts'
import type { Effects, SlowWork } from './run/effects.ts'
import { Calls } from './run/calls.ts'
import type { Core, EngineExpressions, EngineLimits } from './run/core.ts'
import { awaitsCall, type Live, loadLive, Revisions } from './run/live.ts'
import { Pollers } from './run/pollers.ts'
import { SleeperCache } from './run/sleeper-cache.ts'
import { inboxOf } from './run/statements.ts'
import { Watchers } from './run/watchers.ts'
import { type EventWork, readInbox } from './run/work.ts'
import { Writer } from './run/writer.ts'
import { isNestedStart, refuseNested } from './task/nested.ts'
import { makeTaskToken, readTaskToken, type TokenPlace } from './task/token.ts'

export type EngineOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly randomBytes: RandomBytes
  readonly expressions: EngineExpressions
  readonly account: Account
  readonly limits: EngineLimits
  /** Asked in order; the first that handles a resource carries it out. */
  readonly handlers: readonly ResourceHandler[]
  /** Signs task tokens; must stay the same as long as tokens are out. At least 16 bytes. */
  readonly tokenKey: Uint8Array
  /** Several engines on one database: each is a node. Undefined where the store admits one process only. */
  readonly node?: NodeOptions
  readonly mockCheck?: Core['mockCheck']
  readonly objectStores?: Core['objectStores']
  /** Counts, traces and tells what is slow. */
  readonly observer?: EngineObserver
  /** Without it finished executions are kept for ever. */
  readonly retention?: RetentionSettings
  /** Where histories are logged to that are to be; without it none is. */
  readonly historyLog?: HistoryLog
}

/** Everything the verbs need; `Registry` for those that only keep definitions. */
export type Engine = Core & {
  readonly writer: Writer
  readonly pollers: Pollers
  readonly watchers: Watchers
  readonly histories: SharedHistories
  /** Calls of tasks under way. */
  readonly callsUnderWay: number
  readonly express: ExpressRuns
  readonly mapRuns: MapRuns
  readToken(token: string): TokenPlace
  /** Goes on with what was under way when the last process ended. Call once, before the first verb. */
  recover(): Promise<{ readonly executions: number }>
  /** Lets what is under way be written, aborts calls (they are made again after the next start), stops timers. */
  close(): Promise<void>
}

/** Embedded defaults; `--aws-limits` sets AWS's own. */
export const embeddedLimits: EngineLimits = {
  definitionBytes: 4 * 1024 * 1024,
  payloadBytes: 4 * 1024 * 1024,
  historyEvents: 1_000_000,
  expressExecutions: 10_000,
}
export const awsLimits: EngineLimits = {
  definitionBytes: 1_048_576,
  payloadBytes: 262_144,
  historyEvents: 25_000,
  expressExecutions: 10_000,
}

export function createEngine(options: EngineOptions): Engine {
  return new Assembly(options).engine
}

class Assembly {
  readonly engine: Engine
  readonly #core: Core
  readonly #writer: Writer
  readonly #calls: Calls
  readonly #cache = new SleeperCache()
  readonly #pollers: Pollers
  readonly #watchers: Watchers
  readonly #mapRuns: MapRuns
  readonly #retention: Retention | undefined
  readonly #express: ExpressRuns
  readonly #children: ExpressChildren
  readonly #company: Company | undefined
  #cancelAlarm: (() => void) | undefined
  #alarmAt = Infinity
  #closed = false

  constructor(options: EngineOptions) {
    const { tokenKey, retention, randomBytes } = options
    const startSync = syncExecutionHandler((...asked) => startSyncExecution(this.engine, ...asked), randomBytes)
    const handlers = [startSync, ...options.handlers]
    const node = options.node && new Node(options, options.node)
    this.#core = {
      ...options,
      handlers,
      revisions: new Revisions(options.store.read),
      heads: new Heads(),
      cache: this.#cache,
      node,
      expressRoom: new ExpressRoom(options.limits.expressExecutions),
      token: (place) => makeTaskToken(tokenKey, place),
      refuse: (queries, resource, parameters) => refuse(handlers, queries, resource, parameters),
    }
    this.#writer = new Writer(this.#core, {
      committed: (effects) => this.#committed(effects),
      forwarded: (letter, waiting) => this.#company?.mail.await(letter, waiting),
      lifeOver: () => this.#lifeOver(),
    })
    this.#calls = new Calls(this.#core, (work) => this.#writer.post(work))
    this.#express = new ExpressRuns(this.#core, this.#writer)
    this.#children = new ExpressChildren(this.#express, (work) => this.#writer.post(work), options.logger)
    this.#pollers = new Pollers(this.#writer, options.clock)
    this.#watchers = new Watchers()
    this.#mapRuns = new MapRuns(this.#core, (work) => this.#writer.submit(work))
    this.#retention = retention && new Retention(options, retention)
    this.#company =
      node &&
      new Company({
        ...options,
        node,
        writer: this.#writer,
        pollers: this.#pollers,
        watchers: this.#watchers,
        armTimer: (due) => this.#armTimer(due),
      })
    const [calls, express] = [this.#calls, this.#express]
    this.engine = {
      ...this.#core,
      get callsUnderWay() {
        return calls.count + express.calls
      },
      writer: this.#writer,
      pollers: this.#pollers,
      watchers: this.#watchers,
      histories: new SharedHistories(),
      express: this.#express,
      mapRuns: this.#mapRuns,
      readToken: (token) => readTaskToken(tokenKey, token),
      recover: () => this.#recover(),
      close: () => this.#close(),
    }
  }

  // ---- effects, after COMMIT

  #committed(effects: Effects): void {
    for (const [id, live] of effects.touched) this.#cache.put(id, live)
    this.#armTimer(effects.earliestTimer)
    // What is lost here in a crash stands in the history all the same.
    const { historyLog } = this.#core
    if (historyLog !== undefined && effects.logged.length > 0) writeLogged(historyLog, effects.logged)
    if (this.#closed) return
    this.#takenOver(effects)
    for (const { executionId, attempt } of effects.cancels) {
      this.#calls.cancel(executionId, attempt)
      this.#children.cancel(executionId)
    }
    for (const live of effects.expressChildren) this.#children.begin(live)
    for (const { live, command } of effects.calls) {
      if (effects.taken.includes(live.row.id)) continue
      // A call that the same commit has scheduled and cancelled again is never made.
      if (awaitsCall(this.#cache.get(live.row.id), command)) this.#calls.begin(live, command)
    }
    for (const id of effects.continues) this.#continue(id)
    this.#express.begin(effects.express)
    for (const slow of effects.slow) void this.#evaluate(slow)
    for (const [arn, tasks] of effects.activities) this.#wake(arn, tasks)
    for (const id of effects.mapRuns) this.#mapRuns.wake(id)
    this.#watchers.notify(effects.touched.keys(), effects.closed)
    for (const hint of effects.hints) this.#core.node?.send(hint)
  }

  /** What workers here do not wait for, those at other nodes may. */
  #wake(arn: string, tasks: number): void {
    if (this.#pollers.wake(arn, tasks) > 0) this.#core.node?.send({ kind: 'activity', arn })
  }

  #continue(executionId: number): void {
    this.#writer.post({ kind: 'event', executionId, event: { kind: 'continue' } })
  }

  /** The event is in the inbox: when this process ends before the answer, the next one evaluates again. */
  async #evaluate({ work, key, expression }: SlowWork): Promise<void> {
    const { now, recorded } = work.again
    const { observer } = this.#core
    const life = this.#core.node?.life
    const began = observer?.elapsed() ?? 0
    const outcome = await this.#outcomeOf(expression, now)
    if (observer !== undefined) this.#noteExpression(observer, work, observer.elapsed() - began)
    // Of a life that is over the event is another node's, which evaluates for itself.
    if (this.#closed || this.#core.node?.life !== life) return
    const known = new Map([...recorded, [key, JSON.stringify(outcome)] as const])
    this.#writer.post({ ...work, again: { ...work.again, recorded: known } })
  }

  /** The text of an expression may hold what is nobody's to read: where it stands is enough to find it. */
  #noteExpression(observer: EngineObserver, { executionId, event }: EventWork, ms: number): void {
    if (ms < observer.slowMs) return
    const live = this.#cache.get(executionId)
    const visit = 'frame' in event ? live?.state.frames.get(event.frame)?.visit : undefined
    const state = visit === undefined ? undefined : live?.machine.states[visit.state]?.name
    observer.slow({ doing: 'expression', ms, execution: live?.state.about.arn, state, detail: event.kind })
  }

  async #outcomeOf({ source, bindings }: SlowWork['expression'], now: number): Promise<Outcome> {
    const random = (): number => new DataView(this.#core.randomBytes(4).slice().buffer).getUint32(0) / 2 ** 32
    try {
      return await this.#core.expressions.evaluateSlowly(source, bindings, { now, random })
    } catch (error) {
      if (!this.#closed) this.#core.logger.error('an expression could not be evaluated', { source, error })
      return { kind: 'failed', detail: `: ${error instanceof Error ? error.message : String(error)}` }
    }
  }

  // ---- timers: rows in the store, one alarm for the earliest

  #armTimer(due: number): void {
    if (this.#closed || due >= this.#alarmAt) return
    this.#cancelAlarm?.()
    this.#alarmAt = due
    this.#cancelAlarm = this.#core.clock.alarm(due, () => this.#ring())
  }

  #ring(): void {
    this.#alarmAt = Infinity
    this.#cancelAlarm = undefined
    this.#writer.post({ kind: 'timers' })
  }

  // ---- start and end

  async #recover(): Promise<{ readonly executions: number }> {
    const executions = this.#company === undefined ? this.#recoverAlone() : await this.#company.rounds.start()
    this.#mapRuns.look()
    this.#retention?.start()
    return { executions }
  }

  #recoverAlone(): number {
    const { store } = this.#core
    const waiting = store.read.all<InboxRow>('SELECT id, execution_id AS executionId, event FROM inbox ORDER BY id')
    const accepted = waiting.map(({ id, executionId, event }) => ({ executionId, ...readInbox(event), inboxId: id }))
    for (const work of accepted) this.#writer.post({ kind: 'event', ...work })
    const due = store.read.get<{ due: number | null }>('SELECT MIN(due) AS due FROM timer')?.due
    // What ran out while no process was there comes before any answer to a call that is made again.
    if (typeof due === 'number' && due <= this.#core.clock.now()) this.#writer.post({ kind: 'timers' })
    else if (typeof due === 'number') this.#armTimer(due)
    const busy = store.read.all<{ id: number }>('SELECT id FROM execution WHERE busy = 1')
    const answered = new Set(accepted.flatMap(({ executionId, event }) => answeredCall(executionId, event)))
    for (const { id } of busy) {
      const live = this.#load(id)
      this.#cache.put(id, live)
      if (live !== undefined) this.#resume(live, answered)
    }
    this.#express.recover()
    return busy.length
  }

  /** What a node has left that is no more goes on here; first what ran out while nobody was there to see it. */
  #takenOver({ taken, waiting }: Effects): void {
    if (taken.length === 0 && waiting.length === 0) return
    this.#mapRuns.look()
    this.#writer.post({ kind: 'timers' })
    for (const { id, executionId, event } of waiting) {
      this.#writer.post({ kind: 'event', executionId, ...readInbox(event), inboxId: id })
    }
    for (const id of taken) {
      const live = this.#cache.get(id)
      if (live !== undefined) this.#resume(live, this.#answeredOf(id))
    }
  }

  /** When that cannot be read, none: a call made once more is allowed, an execution that nobody goes on with is not. */
  #answeredOf(executionId: number): ReadonlySet<string> {
    try {
      const waiting = inboxOf(this.#core.store.read, executionId)
      return new Set(waiting.flatMap((text) => answeredCall(executionId, readInbox(text).event)))
    } catch (error) {
      this.#core.logger.warn('what answers wait for an execution could not be read', { executionId, error })
      return new Set()
    }
  }

  /** This life is over, or may have written more than is known: nothing that is in memory counts any more. */
  async #lifeOver(): Promise<void> {
    const { node, logger } = this.#core
    logger.warn('this node was cut off, and others may go on with its executions; it begins anew', {
      node: node?.life,
    })
    this.#calls.cancelAll(executionMoved)
    this.#express.abandon(executionMoved())
    this.#cache.clear()
    this.#company?.mail.lose()
    await node?.begin()
    this.#company?.rounds.lookSoon()
  }

  /**
   * Makes the calls again that were under way, and goes on where a long run was cut. A call whose answer waits in the inbox
   * is over: only what becomes of it is not decided yet.
   */
  #resume(live: Live, answered: ReadonlySet<string>): void {
    if (live.express) return this.#children.begin(live)
    const { id } = live.row
    for (const frame of live.state.frames.values()) {
      const command = scheduledCall(live.machine, frame)
      if (command === undefined || command.resource.kind === 'activity') continue
      if (!answered.has(callName(id, command))) this.#calls.begin(live, command)
    }
    const ready = [...live.state.frames.values()].some(({ visit }) => visit?.phase === 'ready')
    if (ready) this.#continue(id)
  }

  /** One execution that cannot be read must not keep all others from going on. */
  #load(id: number): Live | undefined {
    try {
      return loadLive(this.#core, this.#core.revisions, this.#core.store.read, id)
    } catch (error) {
      this.#core.logger.error('an execution cannot be read and is left as it is', { executionId: id, error })
      return undefined
    }
  }

  async #close(): Promise<void> {
    this.#closed = true
    this.#cancelAlarm?.()
    this.#calls.cancelAll()
    this.#express.close()
    this.#pollers.close()
    this.#watchers.close()
    await this.#retention?.stop()
    await this.#company?.rounds.stop()
    await Promise.all([this.#mapRuns.close(), this.#writer.drain()])
    await this.#company?.leave()
  }
}

type InboxRow = { readonly id: number; readonly executionId: number; readonly event: string }

const callName = (executionId: number, { frame, enteredId, attempt }: Attempt): string =>
  `${executionId}/${frame}/${enteredId}/${attempt}`

/** The call that an event ends, if it ends one. */
function answeredCall(executionId: number, event: EventWork['event']): readonly string[] {
  switch (event.kind) {
    case 'taskSubmitted':
    case 'taskSucceeded':
    case 'taskFailed':
    case 'timer':
      return [callName(executionId, event)]
    default:
      return []
  }
}

/** Why a task cannot be scheduled at all. */
function refuse(
  handlers: readonly ResourceHandler[],
  queries: Queries,
  resource: TaskResource,
  parameters: string,
): Refusal | undefined {
  if (resource.kind === 'activity') {
    if (findActivity(queries, resource.arn) !== undefined) return undefined
    return { error: 'States.Runtime', cause: `The activity ${resource.arn} does not exist.` }
  }
  const reason = isNestedStart({ resource })
    ? refuseNested(parameters)
    : handlers.find((handler) => handler.handles(resource))?.refuse?.(resource, parameters)
  if (reason === undefined) return undefined
  const cause = `The Parameters '${parameters}' could not be used to start the Task: [${reason}]`
  return { error: 'States.Runtime', cause }
}
