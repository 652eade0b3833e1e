/**
 * Refusals in the trail. Who is refused does not choose how much is written: the first of each source and reason is told at once,
 * what follows in the same window together with its number, and of more sources than are kept apart only how often. What was
 * counted and not told yet dies with the process; the first is on the disk by then.
 */
import type { Clock, Logger } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import type { Action } from './actions.ts'
import { appendRecord } from './append.ts'
import type { PlainJson } from './canonical.ts'
import type { Actor, Cause, Subject } from './record.ts'

export type Refusal = {
  readonly action: Extract<Action, 'access.refused' | 'access.forbidden' | 'outbound.refused'>
  /** Who was refused: an actor, or where it came from when nobody knows. */
  readonly actor: Actor
  /** What they wanted. */
  readonly subject: Subject
  /** A stable code. Refusals of one action, actor and reason are counted together. */
  readonly reason: string
  /** Id of what was brought and is known here: a token, a session. It is counted by itself, for it has got around. */
  readonly whose?: string | undefined
  /** What else is known of it. Never a secret, and nothing whose length somebody else chooses. */
  readonly details?: Readonly<Record<string, string>> | undefined
  readonly cause?: Cause
}

export type RefusalOptions = {
  readonly store: Pick<Store, 'write'>
  readonly clock: Clock
  readonly logger: Logger
  readonly limits?: RefusalLimits
}

export type RefusalLimits = {
  /** What follows on the first is told so often. */
  readonly windowMs: number
  /** Sources and reasons that are kept apart within it, for each action. */
  readonly kinds: number
}

/** At most 201 records in ten minutes for each action, however many are refused. */
export const usualRefusalLimits: RefusalLimits = { windowMs: 600_000, kinds: 50 }

type Counted = { latest: Refusal; more: number; sinceMs: number; untilMs: number }

export class Refusals {
  readonly #options: RefusalOptions
  readonly #limits: RefusalLimits
  readonly #kinds = new Map<string, Counted>()
  readonly #others = new Map<Refusal['action'], Counted>()
  #alarm: (() => void) | undefined
  readonly #writing = new Set<Promise<void>>()

  constructor(options: RefusalOptions) {
    this.#options = options
    this.#limits = options.limits ?? usualRefusalLimits
  }

  /** Beside the request: nobody waits for it, and nothing fails with it. */
  note(refusal: Refusal): void {
    const key = keyOf(refusal)
    const known = this.#kinds.get(key)
    const now = this.#options.clock.now()
    if (known !== undefined) count(known, refusal, now)
    else if (this.#kindsLike(refusal) >= this.#limits.kinds) this.#noteOther(refusal, now)
    else {
      this.#kinds.set(key, { latest: refusal, more: 0, sinceMs: now, untilMs: now })
      this.#write([{ refusal, at: now }])
    }
    this.#alarm ??= this.#options.clock.alarm(now + this.#limits.windowMs, () => this.#endWindow())
  }

  /** Tells what was counted, and waits until it is kept. */
  async close(): Promise<void> {
    this.#alarm?.()
    this.#endWindow()
    this.#alarm?.()
    await Promise.all(this.#writing)
  }

  /** Those of which something is known count apart: strangers in great number do not hide a token that has got around. */
  #kindsLike({ action, whose }: Refusal): number {
    return [...this.#kinds.values()].filter(
      ({ latest }) => latest.action === action && (latest.whose === undefined) === (whose === undefined),
    ).length
  }

  #noteOther(refusal: Refusal, now: number): void {
    const known = this.#others.get(refusal.action)
    if (known === undefined) {
      this.#others.set(refusal.action, { latest: anybody(refusal), more: 1, sinceMs: now, untilMs: now })
    } else count(known, anybody(refusal), now)
  }

  #endWindow(): void {
    this.#alarm = undefined
    const told = [...this.#kinds.values(), ...this.#others.values()].filter(({ more }) => more > 0)
    this.#write(told.map(({ latest, ...counted }) => ({ refusal: latest, at: this.#options.clock.now(), counted })))
    this.#others.clear()
    for (const [key, counted] of this.#kinds) {
      // Who goes on is told once in a window; who has stopped is new the next time.
      if (counted.more === 0) this.#kinds.delete(key)
      else counted.more = 0
    }
    if (this.#kinds.size === 0) return
    const { clock } = this.#options
    this.#alarm = clock.alarm(clock.now() + this.#limits.windowMs, () => this.#endWindow())
  }

  #write(told: readonly Told[]): void {
    if (told.length === 0) return
    const { store, logger } = this.#options
    const writing = store
      .write(
        (tx) => {
          for (const one of told) appendRecord(tx, recordOf(one))
        },
        { aside: true },
      )
      .catch((error: unknown) => logger.warn('refusals could not be noted in the trail', { error }))
      .finally(() => this.#writing.delete(writing))
    this.#writing.add(writing)
  }
}

type Told = { readonly refusal: Refusal; readonly at: number; readonly counted?: Omit<Counted, 'latest'> }

function recordOf({ refusal, at, counted }: Told) {
  const { action, actor, subject, reason, details = {}, cause } = refusal
  const short = Object.entries(details).map(([name, text]): [string, string] => [name, cut(text, 200)])
  const many: Record<string, PlainJson> =
    counted === undefined ? {} : { again: counted.more, since: iso(counted.sinceMs), until: iso(counted.untilMs) }
  return {
    ...{ at, action, subject: { ...subject, id: cut(subject.id, 300) } },
    actor: { type: actor.type, id: actor.id, via: actor.via },
    change: { reason, ...Object.fromEntries(short), ...many },
    ...(cause === undefined ? {} : { cause }),
  }
}

/** Of somebody who is known, each thing that they tried. */
function keyOf({ action, actor, reason, whose, subject }: Refusal): string {
  return JSON.stringify([
    action,
    actor.type,
    actor.id,
    reason,
    whose ?? '',
    ...(action === 'access.forbidden' ? [subject.id] : []),
  ])
}

function count(counted: Counted, refusal: Refusal, now: number): void {
  if (counted.more === 0) counted.sinceMs = now
  counted.more++
  counted.untilMs = now
  counted.latest = refusal
}

/** Of too many to keep apart: only that it was refused. */
const anybody = ({ action, subject }: Refusal): Refusal => ({
  ...{ action, reason: 'various' },
  actor: { type: 'inbound', id: 'others', via: 'api' },
  subject: { type: subject.type, id: 'various' },
})

/** A pair of surrogates that is cut in two is no text that can be hashed. */
const cut = (text: string, length: number): string => text.slice(0, length).toWellFormed()

const iso = (ms: number): string => new Date(ms).toISOString()
