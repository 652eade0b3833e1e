/**
 * Holds the listening sockets and never accepts, so that workers can come and go. Knows the routes, tells the workers, adds
 * up what they tell. It does nothing per request.
 */
import type {
  DrainRequest,
  EdgeHappening,
  EdgeRoutes,
  EdgeStatus,
  HealthStatus,
  RoutesInForce,
  StatusRequest,
} from '../contract.ts'
import { edgeError, messageOf } from '../errors.ts'
import type { EdgeMachine } from '../machine.ts'
import { believeAll, targetKey } from '../proxy/live-routes.ts'
import { type CompleteRoutes, parseRoutes } from '../routes/parse-routes.ts'
import { pulseMs } from '../worker/protocol.ts'
import type { WorkerReport } from '../worker/report.ts'
import { DrainBook } from './drain-book.ts'
import type { EventLog } from './event-log.ts'
import type { LoadedListener, LoadedSettings } from './load-settings.ts'
import { keepLastWords, mergeReports } from './merge-status.ts'
import type { ListeningSockets } from './sockets.ts'
import { WorkerHandle, type WorkerLink } from './worker-handle.ts'

export type KeeperOptions = {
  readonly machine: EdgeMachine
  readonly pid: number
  readonly sockets: ListeningSockets
  readonly settings: LoadedSettings
  /** The last good ones. */
  readonly routes: CompleteRoutes | undefined
  readonly events: EventLog
  readonly spawn: (descriptors: readonly number[]) => WorkerLink
  /** Durable when it resolves. */
  readonly store: (routes: CompleteRoutes) => Promise<void>
  readonly readSettings: () => Promise<LoadedSettings>
}

/** An urgent push must not hang on a worker that hangs; the watch over pulses replaces that one. */
const askMs = 3000
const startMs = 15_000
/** A worker that was told to leave and does not is killed so much later. */
const stopMs = 3000
const crashesAtOnce = 3

export class Keeper {
  readonly #options: KeeperOptions
  readonly #startedAt: number
  #settings: LoadedSettings
  #routes: CompleteRoutes | undefined
  #origin: EdgeStatus['origin']
  #inForce: number
  #withheld: DrainRequest[] = []
  #health: Record<string, HealthStatus>
  #current: WorkerHandle | undefined
  #next: WorkerHandle | undefined
  readonly #leaving = new Set<WorkerHandle>()
  #lastWords: WorkerReport | undefined
  readonly #drains = new DrainBook()
  #crashes = 0
  #quickCrashes = 0
  #stopping = false
  #stored: Promise<void> = Promise.resolve()
  #restarting: Promise<void> = Promise.resolve()

  constructor(options: KeeperOptions) {
    this.#options = options
    this.#startedAt = options.machine.clock.now()
    this.#settings = options.settings
    this.#routes = options.routes
    this.#origin = options.routes === undefined ? 'none' : 'disk'
    this.#inForce = options.routes?.version ?? 0
    this.#health = options.routes === undefined ? {} : { ...believeAll(options.routes, this.#startedAt) }
  }

  /** Resolves when a worker serves. `orphan`: the worker of a keeper that died, to be relieved. @throws HoldfastError */
  async start(orphan?: WorkerLink): Promise<void> {
    this.#tick()
    if (orphan !== undefined) this.#adopt(orphan)
    this.#current = this.#launch()
    await this.#current.serving
    for (const worker of this.#leaving) worker.send({ kind: 'leave' })
  }

  /** Each push speaks to the workers at once, in the order of the calls. */
  async applyRoutes(pushed: unknown): Promise<RoutesInForce> {
    const { clock } = this.#options.machine
    const startedAt = clock.now()
    const routes = parseRoutes(pushed)
    this.#refuseStale(routes)
    this.#routes = routes
    this.#origin = 'push'
    this.#withheld = []
    this.#forgetHealth(routes)
    const stored = this.#store(routes)
    const workers = this.#live()
    await Promise.all(workers.map((worker) => this.#push(worker, routes)))
    this.#inForce = Math.max(this.#inForce, routes.version)
    const tookMs = clock.now() - startedAt
    this.#options.events.add({ kind: 'routes_in_force', version: routes.version, tookMs })
    return { version: routes.version, workers: this.#live().length, tookMs, stored: await stored }
  }

  routes(): EdgeRoutes {
    return this.#routes ?? { version: 0, routes: [] }
  }

  async drain(request: DrainRequest): Promise<void> {
    const current = this.#current
    if (current === undefined) throw edgeError('edge.worker_silent', 'No worker of the edge is up at the moment')
    await current.ask({ about: 'drain', request }, askMs)
    this.#withheld.push(request)
    // A worker that leaves may never have known the target; what it knows it takes out, too.
    const others = this.#live().filter((worker) => worker !== current)
    await Promise.allSettled(others.map((worker) => worker.ask({ about: 'drain', request }, askMs)))
  }

  async status({ windowsSince = 0 }: StatusRequest = {}): Promise<EdgeStatus> {
    const workers = this.#live()
    const answers = await Promise.allSettled(
      workers.map((worker) => worker.ask({ about: 'report', windowsSince }, askMs)),
    )
    const reports = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [reportIn(answer.value)] : []))
    return {
      version: this.#inForce,
      origin: this.#origin,
      now: this.#options.machine.clock.now(),
      keeper: { pid: this.#options.pid, startedAt: this.#startedAt },
      listeners: this.#settings.listeners.map(({ name, host, certificates }, at) => {
        return { name, host, port: this.#options.sockets.ports[at] ?? 0, tls: certificates !== undefined }
      }),
      workers: workers.map((worker) => worker.status()),
      crashes: this.#crashes,
      ...mergeReports(reports, this.#lastWords, windowsSince),
    }
  }

  /** Certificates are read in place; other listeners or rules for clients come with new workers. */
  async reload(): Promise<void> {
    const settings = await this.#options.readSettings()
    const count = await this.#current?.ask(
      { about: 'reload', settings: withListeners(settings, this.#settings) },
      askMs,
    )
    const isSame = JSON.stringify(withoutFiles(settings)) === JSON.stringify(withoutFiles(this.#settings))
    if (!isSame) this.#options.sockets.follow(settings.listeners)
    this.#settings = settings
    if (!isSame) await this.restart()
    this.#options.events.add({ kind: 'reloaded', certificates: typeof count === 'number' ? count : 0 })
  }

  /** One after the other. A successor that does not come up changes nothing. */
  async restart(): Promise<void> {
    const run = this.#restarting.then(() => this.#replace())
    this.#restarting = run.catch(() => {})
    return run
  }

  async stop(withinMs: number | undefined): Promise<void> {
    this.#stopping = true
    this.#options.sockets.close()
    const workers = this.#live()
    for (const worker of workers) worker.send({ kind: 'leave', withinMs, forGood: true })
    const { clock } = this.#options.machine
    const patienceMs = 2 * (withinMs ?? this.#settings.client.leaveMs) + stopMs
    const cancel = clock.alarm(clock.now() + patienceMs, () => {
      for (const worker of workers) worker.kill()
    })
    await Promise.all(workers.map((worker) => worker.ended))
    cancel()
    await this.#stored
  }

  async #replace(): Promise<void> {
    const old = this.#current
    const next = this.#launch()
    this.#next = next
    try {
      await this.#within(startMs, next.serving, next)
    } catch (error) {
      this.#next = undefined
      next.kill()
      throw error
    }
    this.#next = undefined
    // The old one may have died meanwhile, and have a successor that is not needed any more.
    const replaced = this.#current === old ? [old] : [old, this.#current]
    this.#current = next
    for (const worker of replaced) if (worker !== undefined && !worker.isGone) this.#relieve(worker)
  }

  #relieve(worker: WorkerHandle): void {
    worker.state = 'leaving'
    this.#leaving.add(worker)
    worker.send({ kind: 'leave' })
  }

  async #within(ms: number, waited: Promise<void>, worker: WorkerHandle): Promise<void> {
    const { clock } = this.#options.machine
    const cancel = clock.alarm(clock.now() + ms, () => worker.kill())
    await waited.finally(cancel)
  }

  #launch(): WorkerHandle {
    const { machine, sockets, spawn } = this.#options
    const worker: WorkerHandle = this.#handle(spawn(sockets.descriptors))
    worker.version = this.#routes?.version ?? 0
    worker.send({
      kind: 'start',
      settings: this.#settings,
      routes: this.#routes,
      known: this.#health,
      withheld: this.#withheld,
    })
    worker.serving.then(
      () => this.#options.events.add({ kind: 'worker_serving', pid: worker.pid }),
      (error: unknown) => machine.logger.error('a worker did not come up', { error: messageOf(error) }),
    )
    return worker
  }

  #adopt(link: WorkerLink): void {
    const worker = this.#handle(link)
    worker.adoptAsLeaving()
    worker.version = this.#routes?.version ?? 0
    this.#leaving.add(worker)
  }

  #handle(link: WorkerLink): WorkerHandle {
    const worker: WorkerHandle = new WorkerHandle(link, this.#options.machine, {
      happened: (happening) => this.#happened(worker, happening),
      health: (key, health) => {
        // Two may probe the same targets for a while; the one that stays is believed.
        if (worker.state !== 'leaving') this.#health[key] = health
      },
      left: (report) => {
        this.#lastWords = keepLastWords(this.#lastWords, report, [])
      },
      gone: (reason) => this.#gone(worker, reason),
    })
    return worker
  }

  #happened(worker: WorkerHandle, happening: EdgeHappening): void {
    const { events } = this.#options
    switch (happening.kind) {
      case 'drain_started':
      case 'drain_called_off':
      case 'target_drained': {
        const told = this.#drains.note(worker.pid, happening)
        if (told !== undefined) events.add(told)
        return
      }
      default:
        if (worker.state !== 'leaving') events.add(happening)
    }
  }

  #gone(worker: WorkerHandle, reason: string): void {
    const { events } = this.#options
    for (const told of this.#drains.forget(worker.pid)) events.add(told)
    const wasLeaving = this.#leaving.delete(worker)
    if (wasLeaving || this.#stopping) return events.add({ kind: 'worker_left', pid: worker.pid })
    this.#crashes++
    events.add({ kind: 'worker_died', pid: worker.pid, reason, inFlight: worker.inFlight })
    if (worker !== this.#current) return
    this.#current = undefined
    this.#relaunch(worker)
  }

  /** At once; only one that dies again and again is given pauses, not to eat the machine. */
  #relaunch(dead: WorkerHandle): void {
    const { clock } = this.#options.machine
    this.#quickCrashes = clock.now() - dead.startedAt < 10_000 ? this.#quickCrashes + 1 : 0
    const pauses = Math.max(0, this.#quickCrashes - crashesAtOnce)
    if (pauses === 0) return void (this.#current = this.#launch())
    clock.alarm(clock.now() + Math.min(5000, 100 * 2 ** pauses), () => {
      if (!this.#stopping && this.#current === undefined) this.#current = this.#launch()
    })
  }

  #live(): readonly WorkerHandle[] {
    return [this.#current, this.#next, ...this.#leaving].filter((worker) => worker !== undefined)
  }

  /** A worker that dies meanwhile has a successor that begins with these routes, or newer ones. */
  async #push(worker: WorkerHandle, routes: CompleteRoutes): Promise<void> {
    try {
      await worker.ask({ about: 'routes', routes }, askMs)
      worker.version = Math.max(worker.version, routes.version)
    } catch (error) {
      if (worker.isGone || worker.state === 'leaving') {
        // One that leaves and does not listen would go on with old routes for its last connections.
        worker.kill()
        if (this.#current !== undefined && this.#current !== worker)
          return this.#within(startMs, this.#current.serving, this.#current)
      }
      throw error
    }
  }

  #refuseStale(routes: CompleteRoutes): void {
    const before = this.#routes
    if (before === undefined || routes.version > before.version) return
    if (routes.version === before.version && JSON.stringify(routes) === JSON.stringify(before)) return
    throw edgeError(
      'edge.version_stale',
      `Version ${routes.version} of the routes is not newer than ${before.version}`,
      {
        place: '/version',
        accepted: `${before.version + 1} or more`,
      },
    )
  }

  /** One write at a time, in the order of the versions; false when the disk would not. */
  #store(routes: CompleteRoutes): Promise<boolean> {
    const written = this.#stored.then(() => this.#options.store(routes))
    this.#stored = written.catch(() => {})
    return written.then(
      () => true,
      (error: unknown) => {
        this.#options.machine.logger.error('the routes could not be stored', { error: messageOf(error) })
        return false
      },
    )
  }

  #forgetHealth({ routes }: CompleteRoutes): void {
    const named = new Set(routes.flatMap((route) => route.targets.map((target) => targetKey(route.id, target))))
    this.#health = Object.fromEntries(Object.entries(this.#health).filter(([key]) => named.has(key)))
  }

  #tick(): void {
    const { clock } = this.#options.machine
    clock.alarm(clock.now() + pulseMs, () => {
      for (const worker of this.#live()) worker.tick()
      if (!this.#stopping) this.#tick()
    })
  }
}

/** New certificates for the listeners there are. */
function withListeners(settings: LoadedSettings, now: LoadedSettings): LoadedSettings {
  const names = new Set(now.listeners.map(({ name }) => name))
  return { ...settings, listeners: settings.listeners.filter(({ name }) => names.has(name)) }
}

function withoutFiles(settings: LoadedSettings): unknown {
  return {
    ...settings,
    listeners: settings.listeners.map(({ certificates, ...rest }: LoadedListener) => ({
      ...rest,
      tls: certificates !== undefined,
    })),
  }
}

/** Both ends are this code; the channel carries JSON of exactly this shape. */
function reportIn(value: unknown): WorkerReport {
  return value as WorkerReport
}
