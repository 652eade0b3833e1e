/**
 * Owns the routes of this machine's edge: keeps those of every place, tells the edge all of them, and tells it again when it
 * comes back. What a caller waits for is the disk and the edge, nothing else.
 *
 * Versions are times, or one more than the last: they grow over the death of agent and edge without a counter of their own.
 */
import { isDeepStrictEqual } from 'node:util'
import { type Clock, HoldfastError, type Logger } from '../../base/index.ts'
import { type Edge, type EdgeEvent, type EdgeStatus, type Route, routeDefaults } from '../../edge/index.ts'
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
  readonly attestor: Attestor
  /** Undefined: this host runs none. */
  readonly source: EdgeSource | undefined
}

export type Told = { readonly version: number; readonly stored: boolean; readonly change: number }

type Pending = { readonly change: number; readonly place: Place; readonly before: PlaceRoutes | undefined }

/** How long a caller waits for an edge that is away: it is launched again within a second or so. */
const patienceMs = 30_000
const againAfterMs = 200
const lookAgainMs = 100
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
  #cancelLook: () => void = () => {}
  #running: Promise<void> = Promise.resolve()

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
    if (this.#link !== undefined) this.#running = this.#link.run()
  }

  /** After the agent's signal was aborted. */
  async close(): Promise<void> {
    this.#cancelLook()
    await this.#running
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

  /** Resolves when the edge has them in force. @throws HoldfastError host.route_taken, host.edge_missing, edge.… */
  async set(place: Place, routes: readonly Route[]): Promise<Told> {
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
    this.#lookAt(this.#parts.clock.now())
    return { version: await this.#untilInForce(change), stored, change }
  }

  /** Whether these are the routes of the place still. */
  isCurrent(place: Place, routes: readonly Route[]): boolean {
    return isDeepStrictEqual(this.#book.get(place)?.routes, routes)
  }

  /** Whenever an instance may have ended, begun, or begun to listen. */
  tick(): void {
    this.#book.saveKept()
    if (this.#link === undefined) return
    this.#cancelLook()
    const { changed, open } = this.#parts.attestor.look(this.#book.all)
    if (changed) {
      this.#change++
      this.#push()
    }
    if (open) this.#lookAt(this.#parts.clock.now() + lookAgainMs)
  }

  #lookAt(atMs: number): void {
    this.#cancelLook()
    if (!this.#parts.closing.aborted) this.#cancelLook = this.#parts.clock.alarm(atMs, () => this.tick())
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
    throw notInForce(this.#fault ?? this.#link?.fault)
  }

  #refusalOf(change: number): unknown {
    const fault = this.#refused.get(change)
    this.#refused.delete(change)
    return fault
  }

  // ---- the edge

  async #opened(edge: Edge): Promise<void> {
    const inForce = await edge.routes()
    this.#version = Math.max(this.#version, inForce.version)
    if (!this.#hasAdopted) this.#adopt(inForce)
    this.#hasAdopted = true
    // A push that no longer says who is vouched for would cost targets their health.
    this.#parts.attestor.look(this.#book.all)
    this.#edgeFacts = await edge.status()
    this.#drains = noDrains
    this.#change++
    this.#push()
    this.tick()
    this.changes.tell()
  }

  /** What came in since this agent began is the latest word. */
  #adopt(inForce: Parameters<typeof adoptable>[1]): void {
    const told = (place: Place): boolean => this.#pending.some((pending) => samePlace(pending.place, place))
    for (const place of adoptable(this.#book.all, inForce)) {
      if (told(place)) continue
      this.#parts.log.warn('the edge has later routes than the disk: they count', { place: placeName(place) })
      this.#book.keep(place)
    }
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
    switch (fault instanceof HoldfastError ? fault.code : undefined) {
      case 'edge.unreachable':
        return this.drop(edge, fault)
      case 'edge.version_stale':
        // Somebody else told it something: ours counts, above theirs.
        return this.#raiseVersion(edge)
      case 'edge.routes_invalid':
        if (this.#pending.some((pending) => pending.change <= change)) return this.#takeBack(change, fault)
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

  /** An edge of another release of Holdfast may refuse what this one reads: then nothing was changed. */
  #takeBack(change: number, fault: unknown): void {
    const refused = this.#pending.filter((pending) => pending.change <= change)
    for (const { place, before, change: of } of refused.toReversed()) {
      if (before === undefined) this.#book.forget(place)
      else this.#book.keep({ ...before, version: this.#nextVersion() })
      this.#refused.set(of, fault)
    }
    this.#pending = this.#pending.filter((pending) => pending.change > change)
    this.#change++
  }
}

const messageOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault))

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
