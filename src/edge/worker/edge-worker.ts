/** The data path as an object: fronts, routes, probes. A worker process holds one; so does a test. */
import { BlockList, isIPv6 } from 'node:net'
import { uuid7 } from '../../base/index.ts'
import type { DrainRequest, EdgeHappening, HealthStatus } from '../contract.ts'
import { portTaken, systemCode } from '../errors.ts'
import type { EdgeMachine } from '../machine.ts'
import { AccessLogFile, noAccessLog } from '../proxy/access-log.ts'
import type { ProxyWorld } from '../proxy/admission.ts'
import { Certificates } from '../proxy/certificates.ts'
import { Front } from '../proxy/front.ts'
import { type KnownHealth, LiveRoutes, targetKey } from '../proxy/live-routes.ts'
import { Prober } from '../proxy/prober.ts'
import type { LoadedSettings } from '../keeper/load-settings.ts'
import type { CompleteRoutes } from '../routes/parse-routes.ts'
import { reportOf, type WorkerReport } from './report.ts'

export type EdgeWorkerOptions = {
  readonly settings: LoadedSettings
  readonly machine: EdgeMachine
  readonly tell: (happening: EdgeHappening) => void
  /** The health of a target took another state: for whoever comes after this worker. */
  readonly noteHealth?: (key: string, health: HealthStatus) => void
}

export type ListenOn = { readonly fd: number } | { readonly host: string; readonly port: number }

export class EdgeWorker {
  readonly #settings: LoadedSettings
  readonly #machine: EdgeMachine
  readonly #routes: LiveRoutes
  readonly #prober: Prober
  readonly #fronts: readonly Front[]
  readonly #certificates = new Map<string, Certificates>()
  readonly #world: ProxyWorld
  #left: Promise<void> | undefined
  #hurry: () => void = () => {}

  constructor({ settings, machine, tell, noteHealth }: EdgeWorkerOptions) {
    this.#settings = settings
    this.#machine = machine
    this.#prober = new Prober(machine)
    this.#routes = new LiveRoutes(machine, {
      tell: (happening) => {
        tell(happening)
        if (happening.kind === 'target_health') this.#noteHealth(happening, noteHealth)
      },
      startProbing: (route, target) => this.#prober.start(route, target),
      stopProbing: (target) => this.#prober.stop(target),
    })
    this.#world = this.#newWorld()
    this.#fronts = settings.listeners.map(({ name, certificates: pems }) => {
      if (pems !== undefined) this.#certificates.set(name, new Certificates(pems))
      return new Front({ world: this.#world, policy: settings.client, certificates: this.#certificates.get(name) })
    })
  }

  get ports(): readonly number[] {
    return this.#fronts.map(({ port }) => port)
  }
  get connections(): number {
    return this.#fronts.reduce((sum, { connections }) => sum + connections, 0)
  }
  get inFlight(): number {
    return this.#routes.all.reduce((sum, { inFlight }) => sum + inFlight, 0)
  }

  /** One place for each listener of the settings, in their order. @throws HoldfastError edge.port_taken */
  async listen(places: readonly ListenOn[]): Promise<void> {
    await Promise.all(
      this.#fronts.map(async (front, at) => {
        const [place, listener] = [places[at], this.#settings.listeners[at]]
        if (place === undefined || listener === undefined) return
        try {
          await front.listen(place)
        } catch (error) {
          throw systemCode(error) === 'EADDRINUSE' ? portTaken(listener, error) : error
        }
      }),
    )
  }

  /** In force when it returns. */
  apply(routes: CompleteRoutes, known?: KnownHealth): void {
    this.#routes.apply(routes, known)
  }

  /** @throws HoldfastError edge.target_unknown */
  drain(request: DrainRequest): void {
    this.#routes.withhold(request)
  }

  report(windowsSince = 0): WorkerReport {
    const asked = { now: this.#machine.clock.now(), windowsSince }
    return reportOf(this.#routes, this.connections, asked)
  }

  /** All or none are replaced. Returns how many there are. */
  reload(settings: LoadedSettings): number {
    const read = settings.listeners.map(
      ({ name, certificates }) => [name, new Certificates(certificates ?? [])] as const,
    )
    for (const [name, certificates] of read) this.#certificates.get(name)?.replace(certificates)
    return read.reduce((sum, [, { count }]) => sum + count, 0)
  }

  /**
   * Hands over: accepts nothing more, lets what is under way finish, and resolves when nobody is connected any more. What
   * lasts longer than `leaveMs` ends as in a drain. Told again, it takes the new time.
   */
  leave(withinMs = this.#settings.client.leaveMs): Promise<void> {
    // Probes go on: routes pushed meanwhile may name targets that requests on kept connections have to reach.
    const { clock } = this.#machine
    for (const route of this.#routes.all) {
      for (const target of this.#routes.targetsOf(route)) target.departWithin(withinMs)
    }
    this.#hurry()
    // A polite goodbye takes its moment, too.
    this.#hurry = clock.alarm(clock.now() + withinMs + Math.min(goodbyeMs, withinMs), () => this.destroy())
    this.#left ??= Promise.all(this.#fronts.map((front) => front.leave())).then(() => {
      this.#hurry()
      this.destroy()
    })
    return this.#left
  }

  /** Connections on which nothing is under way; those that answer are closed with their answer, once it leaves. */
  closeIdle(): void {
    for (const front of this.#fronts) front.closeIdle()
  }

  destroy(): void {
    this.#prober.stopAll()
    for (const front of this.#fronts) front.destroy()
    this.#world.accessLog.close()
  }

  #newWorld(): ProxyWorld {
    const { clock, randomBytes } = this.#machine
    const { accessLog, trustedProxies } = this.#settings
    return {
      machine: this.#machine,
      routes: this.#routes,
      accessLog: accessLog === undefined ? noAccessLog : new AccessLogFile(accessLog, this.#machine),
      isTrusted: trustOf(trustedProxies),
      isLeaving: () => this.#left !== undefined,
      newRequestId: () => uuid7(clock.now(), randomBytes),
      suspect: (_route, target) => this.#prober.probeNow(target),
    }
  }

  #noteHealth(
    { route, target: id, release }: { readonly route: string; readonly target: string; readonly release: string },
    note: EdgeWorkerOptions['noteHealth'],
  ): void {
    const targets = this.#routes.all.find(({ spec }) => spec.id === route)?.targets
    const target = targets?.find((one) => one.id === id && one.release === release)
    if (target !== undefined) note?.(targetKey(route, target.spec), target.healthStatus)
  }
}

const goodbyeMs = 3000

function trustOf(blocks: readonly string[]): (address: string) => boolean {
  if (blocks.length === 0) return () => false
  const list = new BlockList()
  for (const block of blocks) {
    const [address = '', bits] = block.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}
