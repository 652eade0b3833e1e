/** Which targets are shown to be processes of this host: the listening socket on the instance's port belongs to them. */
import type { Clock } from '../../base/index.ts'
import type { Attestation, Target } from '../../edge/index.ts'
import type { SocketOwner } from '../health/judge.ts'
import type { InstanceRecord } from '../instance/record.ts'
import type { Identity } from '../machine/machine.ts'
import { type Place, type PlaceRoutes, samePlace, type Testimony } from './merge.ts'

export type AttestorParts = {
  readonly clock: Clock
  readonly record: (instance: string) => InstanceRecord | undefined
  readonly mainOf: (instance: string) => Identity | undefined
  readonly ownerOf: (instance: string, port: number) => SocketOwner
  readonly addressOf: (port: number) => '127.0.0.1' | '::1'
}

/** What was seen counts for the run it was seen of: a restarted process has to listen before it is vouched for again. */
type Seen = { readonly run: string; readonly attested: Attestation; readonly address: '127.0.0.1' | '::1' }

/**
 * Somebody listens and is not shown to be ours: whoever looks goes through every process of the machine for that. Each look
 * that shows nothing doubles the time to the next, so that it never takes longer than it has taken already.
 */
type Doubt = { readonly run: string; readonly delayMs: number; readonly again: number }

export const firstDoubtMs = 100
export const longestDoubtMs = 30_000

export class Attestor {
  readonly #parts: AttestorParts
  readonly #seen = new Map<string, Seen>()
  readonly #doubts = new Map<string, Doubt>()

  constructor(parts: AttestorParts) {
    this.#parts = parts
  }

  /** From what was seen; looks at nothing. */
  of(place: Place, target: Target): Testimony {
    const record = this.#own(place, target)
    if (record === undefined) return { own: false }
    const seen = this.#seen.get(record.spec.instance)
    if (seen === undefined || seen.run !== record.run?.token) return { own: true }
    return { own: true, attested: seen.attested, address: seen.address }
  }

  /** Looks at those that are not vouched for yet, and forgets who is gone. */
  look(places: readonly PlaceRoutes[]): { readonly changed: boolean; readonly open: boolean } {
    const records = places.flatMap((place) =>
      place.routes.flatMap(({ targets }) => targets.flatMap((target) => this.#own(place, target) ?? [])),
    )
    const own = new Map(records.map((record) => [record.spec.instance, record]))
    let changed = false
    let open = false
    for (const [instance, { run }] of this.#seen) {
      if (own.get(instance)?.run?.token === run) continue
      this.#seen.delete(instance)
      changed ||= own.has(instance)
    }
    for (const instance of this.#doubts.keys()) if (!own.has(instance)) this.#doubts.delete(instance)
    for (const record of own.values()) {
      if (record.run === undefined || this.#seen.has(record.spec.instance)) continue
      if (this.#see(record, record.run.token)) changed = true
      else open = true
    }
    return { changed, open }
  }

  #see({ port = 0, spec: { instance } }: InstanceRecord, run: string): boolean {
    const { addressOf, clock, mainOf, ownerOf } = this.#parts
    const doubt = this.#doubts.get(instance)
    if (doubt?.run === run && clock.now() < doubt.again) return false
    const main = mainOf(instance)
    if (main === undefined) return false
    const owner = ownerOf(instance, port)
    if (owner === 'none') return false
    if (owner !== 'ours') {
      const delayMs = doubt?.run === run ? Math.min(doubt.delayMs * 2, longestDoubtMs) : firstDoubtMs
      this.#doubts.set(instance, { run, delayMs, again: clock.now() + delayMs })
      return false
    }
    this.#doubts.delete(instance)
    const evidence = `the socket that listens on port ${port} belongs to ${instance}, whose main process is ${main.pid}`
    const attested = { pid: main.pid, at: clock.now(), evidence }
    this.#seen.set(instance, { run, attested, address: addressOf(port) })
    return true
  }

  /** Another host's instance may have the same port, but neither the same name nor the same fleet. */
  #own(place: Place, { id, release, address }: Target): InstanceRecord | undefined {
    const record = this.#parts.record(id)
    if (record === undefined || !samePlace(record.spec, place) || record.spec.release !== release) return undefined
    return 'port' in address && address.port === record.port ? record : undefined
  }
}
