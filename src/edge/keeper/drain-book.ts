/** A target is drained when it is in every worker: the old one may still have what the new one never had. */
import type { EdgeHappening } from '../contract.ts'

type DrainHappening = Extract<EdgeHappening, { kind: 'drain_started' | 'drain_called_off' | 'target_drained' }>
type Pending = { readonly workers: Set<number>; readonly cut: string[]; tookMs: number; readonly last: Drained }
type Drained = Extract<EdgeHappening, { kind: 'target_drained' }>

export class DrainBook {
  readonly #pending = new Map<string, Pending>()

  /** What of it is to be told on. */
  note(worker: number, happening: DrainHappening): DrainHappening | undefined {
    const key = JSON.stringify([happening.route, happening.target, happening.release])
    switch (happening.kind) {
      case 'drain_started':
        return this.#begin(key, worker, happening)
      case 'drain_called_off':
        return this.#end(key, worker, [], 0) === undefined ? undefined : happening
      case 'target_drained':
        return this.#end(key, worker, happening.cut, happening.tookMs)
    }
  }

  /** With a worker ends all that was under way in it. */
  forget(worker: number): readonly DrainHappening[] {
    return [...this.#pending.keys()].flatMap((key) => this.#end(key, worker, [], 0) ?? [])
  }

  #begin(
    key: string,
    worker: number,
    happening: Extract<DrainHappening, { kind: 'drain_started' }>,
  ): DrainHappening | undefined {
    const before = this.#pending.get(key)
    before?.workers.add(worker)
    if (before !== undefined) return undefined
    const { route, target, release } = happening
    const last: Drained = { kind: 'target_drained', route, target, release, tookMs: 0, cut: [] }
    this.#pending.set(key, { workers: new Set([worker]), cut: [], tookMs: 0, last })
    return happening
  }

  #end(key: string, worker: number, cut: readonly string[], tookMs: number): Drained | undefined {
    const pending = this.#pending.get(key)
    if (pending === undefined || !pending.workers.delete(worker)) return undefined
    pending.cut.push(...cut)
    pending.tookMs = Math.max(pending.tookMs, tookMs)
    if (pending.workers.size > 0) return undefined
    this.#pending.delete(key)
    return { ...pending.last, cut: pending.cut, tookMs: pending.tookMs }
  }
}
