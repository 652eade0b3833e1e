/**
 * Owns the routes of this machine's edge: keeps those of every place, tells the edge all of them, and tells it again when it
 * comes back. What a caller waits for is the disk and the edge, nothing else.
 *
 * Versions are times, or one more than the last: they grow over the death of agent and edge without a counter of their own.
 */
import { isDeepStrictEqual } from 'node:util'
import { type Clock, HoldfastError, type Logger } from '../../base/index.ts'
import {
  type Edge,
  type EdgeEvent,
  type EdgeRoutes,
  type EdgeStatus,
  type Route,
  routeDefaults,
} from '../../edge/index.ts'
import { hostError } from '../errors.ts'
import type { Files } from '../machine/machine.ts'
import type { EdgeFacts } from '../outcome.ts'
import { pause } from '../pause.ts'
import { adoptable } from './adopt.ts'
import type { Attestor } from './attest.ts'
import { Changes } from './changes.ts'
import { type Drains, drainsAfter, noDrains } from './drains.ts'
import { EdgeLink, type EdgeSource } from './edge-link.ts'
import {
  longestDrainMs,
  mergeRoutes,
  type Place,
  placeName,
  type PlaceRoutes,
  refuseImpossible,
  samePlace,
} from './merge.ts'
import { PlaceBook } from './place-book.ts'

export type RouterParts = {
  readonly files: Files
  readonly folder: string
  readonly clock: Clock
  readonly log: Logger
  readonly closing: AbortSignal
  readonly attestor: Pick<Attestor, 'of' | 'look'>
  /** Undefined: this host runs none. */
  readonly source: EdgeSource | undefined
}

export type Told = { readonly version: number; readonly stored: boolean; readonly change: number }

type Pending = { readonly change: number; readonly place: Place; readonly before: PlaceRoutes | undefined }

/** How long a caller waits for an edge that is away: it is launched again within a second or so. */
const patienceMs = 30_000
const againAfterMs = 200
const lookAgainMs = 100
const lookOftenMs = 15_000
const drainMarginMs = 2_000

export class Router {
  readonly changes: Changes
  readonly #parts: RouterParts
  readonly #book: PlaceBook
  readonly #link: EdgeLink | undefined
  /** Counts what the edge should know, and what it does. */
  #change = 0
  #inForce = 0
  /** The highest that was given or seen. */
  #version = 0
  #pending: readonly Pending[] = []
  readonly #refused = new Map<number, unknown>()
  #fault: unknown
  #pushing = false
  #hasAdopted = false
  #edgeFacts: Pick<EdgeStatus, 'version' | 'listeners'> | undefined
  #drains: Drains = noDrains
  /** Of any route so far: one that is gone may drain still. */
  #longestDrainMs = Math.max(routeDefaults.timeouts.drainMs, routeDefaults.timeouts.upgradeDrainMs)
  #lookOftenUntil = 0
  #cancelLook: () => void = () => {}

  constructor(parts: RouterParts) {
    const { clock, closing, files, folder, log, source } = parts
    this.#parts = parts
    this.changes = new Changes(clock, closing)
    this.#book = new PlaceBook(files, folder)
    if (source === undefined) return
    this.#link = new EdgeLink({
      ...{ source, clock, log, closing },
      opened: (edge) => this.#opened(edge),
      happened: (event) => this.#happened(event),
      lost: () => this.#lost(),
    })
  }

  open(): void {
    for (const name of this.#book.load()) this.#parts.log.error('routes of a place cannot be read', { name })
    this.#version = Math.max(0, ...this.#book.all.map(({ version }) => version))
    this.#noteDrains(this.#book.all.flatMap(({ routes }) => routes))
    void this.#link?.run()
  }

  /** After the agent's signal was aborted: from then on nothing here touches the folder, which the next agent may have. */
  close(): void {
    this.#cancelLook()
    this.#book.saveKept()
  }

  get places(): readonly PlaceRoutes[] {
    return this.#book.all
  }

  get edge(): Edge | undefined {
    return this.#link?.edge
  }

  /** For whoever waits for a drain: what no route allows has ended. */
  get longestDrainMs(): number {
    return this.#longestDrainMs + drainMarginMs
  }

  get drains(): Drains {
    return this.#drains
  }

  get facts(): EdgeFacts {
    if (this.#link === undefined) return { state: 'none' }
    const known = this.#link.edge === undefined ? undefined : this.#edgeFacts
    if (known === undefined) return { state: 'away', why: messageOf(this.#link.fault) }
    return { state: 'reachable', version: known.version, listeners: known.listeners }
  }

  /**
   * Resolves once this agent has heard the edge, at once from then on: until it has, the edge may know better than the disk
   * which place has what. @throws HoldfastError when that takes too long: nothing was changed then
   */
  async known(): Promise<void> {
    if (this.#link === undefined || this.#hasAdopted) return
    const isKnown = await this.changes.until(() => this.#hasAdopted, this.#parts.clock.now() + patienceMs)
    if (!isKnown) throw notInForce(this.#link.fault)
  }

  /** `known` first. Resolves when the edge has them in force. @throws HoldfastError host.route_taken, host.edge_missing, edge.… */
  async set(place: Place, routes: readonly Route[]): Promise<Told> {
    if (this.#parts.closing.aborted) throw agentCloses()
    refuseImpossible(this.#book.all, place, routes)
    if (this.#link === undefined && routes.length > 0) throw edgeMissing()
    const before = this.#book.get(place)
    const version = this.#nextVersion()
    const { project, config } = place
    const fault = this.#book.keep({ project, config, version, routes })
    if (fault !== undefined) this.#parts.log.error('routes are not on the disk', { place: placeName(place), fault })
    const stored = fault === undefined
    this.#noteDrains(routes)
    const change = ++this.#change
    if (this.#link === undefined) return { version, stored, change }
    this.#pending = [...this.#pending, { change, place, before }]
    this.#push()
    this.#lookOften()
    return { version: await this.#untilInForce(change), stored, change }
  }

  /** Whether these are the routes of the place still. */
  isCurrent(place: Place, routes: readonly Route[]): boolean {
    return isDeepStrictEqual(this.#book.get(place)?.routes, routes)
  }

  /** Whether the edge may still send requests as it was told before. */
  isPending(place: Place): boolean {
    return this.#pending.some((pending) => samePlace(pending.place, place))
  }

  /** Whenever an instance may have ended, begun, or begun to listen. */
  tick(): void {
    if (this.#parts.closing.aborted) return
    this.#book.saveKept()
    if (this.#link === undefined) return
    const { changed, open } = this.#parts.attestor.look(this.#book.all)
    if (changed) {
      this.#change++
      this.#push()
    }
    const now = this.#parts.clock.now()
    if (open && now < this.#lookOftenUntil) this.#lookAt(now + lookAgainMs)
  }

  /** Something is about to listen. The agent's own round comes once a second. */
  #lookOften(): void {
    this.#lookOftenUntil = this.#parts.clock.now() + lookOftenMs
    this.#lookAt(this.#parts.clock.now())
  }

  #lookAt(atMs: number): void {
    const { clock, closing, log } = this.#parts
    this.#cancelLook()
    if (closing.aborted) return
    this.#cancelLook = clock.alarm(atMs, () => {
      try {
        this.tick()
      } catch (fault) {
        log.error('the agent could not look at its targets', { fault: String(fault) })
      }
    })
  }

  /** Forgets places that have had no routes for so long. */
  forgetEmpty(before: number): void {
    if (this.#inForce === this.#change) this.#book.forgetEmpty(before)
  }

  /** The edge does not answer a question of ours. */
  drop(edge: Edge, fault: unknown): void {
    this.#link?.drop(edge, fault)
  }

  #noteDrains(routes: readonly Route[]): void {
    this.#longestDrainMs = Math.max(this.#longestDrainMs, ...routes.map(longestDrainMs))
  }

  #nextVersion(): number {
    this.#version = Math.max(this.#version + 1, this.#parts.clock.now())
    return this.#version
  }

  async #untilInForce(change: number): Promise<number> {
    const endsAt = this.#parts.clock.now() + patienceMs
    const isSettled = (): boolean => this.#inForce >= change || this.#refused.has(change)
    await this.changes.until(isSettled, endsAt)
    if (this.#refused.has(change)) throw this.#refusalOf(change)
    if (this.#inForce >= change) return this.#edgeFacts?.version ?? this.#version
    throw notInForce(this.#fault ?? this.#link?.fault ?? new Error(`no answer within ${patienceMs} ms`))
  }

  #refusalOf(change: number): unknown {
    const fault = this.#refused.get(change)
    this.#refused.delete(change)
    return fault
  }

  // ---- the edge

  async #opened(edge: Edge): Promise<void> {
    const inForce = await edge.routes()
    if (this.#parts.closing.aborted) return
    this.#version = Math.max(this.#version, inForce.version)
    if (!this.#hasAdopted) this.#adopt(inForce)
    // A push that no longer says who is vouched for would cost targets their health.
    this.#parts.attestor.look(this.#book.all)
    this.#drains = noDrains
    this.#change++
    this.#push()
    this.#lookOften()
    this.#edgeFacts = await edge.status()
    this.changes.tell()
  }

  #adopt(inForce: EdgeRoutes): void {
    for (const place of adoptable(this.#book.all, inForce)) {
      this.#parts.log.warn('the edge has later routes than the disk: they count', { place: placeName(place) })
      this.#book.keep(place)
    }
    this.#hasAdopted = true
  }

  #happened(event: EdgeEvent): void {
    this.#drains = drainsAfter(this.#drains, event)
    if (event.kind === 'reloaded') void this.#readFacts()
    this.changes.tell()
  }

  async #readFacts(): Promise<void> {
    const edge = this.edge
    const status = await edge?.status().catch(() => undefined)
    if (status !== undefined && edge === this.edge) this.#edgeFacts = status
  }

  #lost(): void {
    this.#drains = noDrains
    this.changes.tell()
  }

  // ---- pushing

  /** One at a time, each with everything: whoever comes meanwhile goes with the next. */
  #push(): void {
    const { log } = this.#parts
    if (this.#pushing) return
    this.#pushing = true
    this.#pushAll().catch((fault: unknown) => log.error('the routes cannot be pushed', { fault: String(fault) }))
  }

  async #pushAll(): Promise<void> {
    try {
      while (this.#inForce < this.#change && !this.#parts.closing.aborted) {
        const edge = this.edge
        // It is pushed when it comes back.
        if (edge === undefined) return
        await this.#pushOnce(edge)
      }
    } finally {
      // In the same breath as the last look at what is to be pushed, or a change between the two would wait for the next.
      this.#pushing = false
    }
  }

  async #pushOnce(edge: Edge): Promise<void> {
    const change = this.#change
    const { attestor } = this.#parts
    const routes = mergeRoutes(this.#book.all, this.#nextVersion(), (place, target) => attestor.of(place, target))
    try {
      const { version } = await edge.applyRoutes(routes)
      this.#inForce = Math.max(this.#inForce, change)
      this.#fault = undefined
      this.#pending = this.#pending.filter((pending) => pending.change > change)
      if (this.#edgeFacts !== undefined) this.#edgeFacts = { ...this.#edgeFacts, version }
    } catch (fault) {
      await this.#failed(edge, change, fault)
    }
    this.changes.tell()
  }

  async #failed(edge: Edge, change: number, fault: unknown): Promise<void> {
    const { clock, closing, log } = this.#parts
    this.#fault = fault
    if (closing.aborted) return
    switch (fault instanceof HoldfastError ? fault.code : '') {
      case 'edge.unreachable':
        return this.drop(edge, fault)
      case 'edge.version_stale':
        // Somebody else told it something: ours counts, above theirs.
        return this.#raiseVersion(edge)
      case 'edge.routes_invalid': {
        // An edge of another release of Holdfast may refuse what this one reads.
        const refused = this.#pending.filter((pending) => pending.change <= change)
        if (refused.length > 0) return this.#takeBack(refused, fault)
      }
    }
    log.warn('the edge did not take the routes', { fault: String(fault) })
    await pause(clock, clock.now() + againAfterMs, closing)
  }

  async #raiseVersion(edge: Edge): Promise<void> {
    try {
      this.#version = Math.max(this.#version, (await edge.routes()).version)
    } catch (fault) {
      this.drop(edge, fault)
    }
  }

  /** As if they had never been told; what was told of the place since then counts. */
  #takeBack(refused: readonly Pending[], fault: unknown): void {
    this.#pending = this.#pending.filter((pending) => !refused.includes(pending))
    for (const { place, before, change } of refused.toReversed()) {
      this.#refused.set(change, fault)
      const later = this.#pending.find((pending) => samePlace(pending.place, place))
      if (later !== undefined)
        this.#pending = this.#pending.map((each) => (each === later ? { ...each, before } : each))
      else if (before === undefined) this.#book.forget(place)
      else this.#book.keep({ ...before, version: this.#nextVersion() })
    }
    this.#change++
    this.changes.tell()
  }
}

const messageOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault))

const agentCloses = () =>
  hostError('host.internal', 'The agent is closing; the next one takes the routes', { retryable: true })

const edgeMissing = () =>
  hostError('host.edge_missing', 'This host runs no edge, so nothing can be routed here', {
    repair: 'start its agent with an edge, or place services with a route on another host',
  })

function notInForce(fault: unknown): unknown {
  if (fault instanceof HoldfastError) return fault
  return hostError('host.internal', `The edge does not have the routes in force: ${messageOf(fault)}`, {
    retryable: true,
    cause: fault,
  })
}
