/**
 * How often somebody may try what needs no token: so many at once and then at a steady pace, by address and in all. What it remembers
 * is bounded; whoever comes from ever new addresses is held by the limit on all.
 */
import { isIPv6 } from 'node:net'
import type { Clock } from '../base/index.ts'

export type Pace = { readonly burst: number; readonly perSecond: number }
export type AttemptRules = { readonly each: Pace; readonly all: Pace; readonly remembered: number }

/** A team behind one address signs in within a minute; a guesser gets one try a second. */
export const usualAttempts: AttemptRules = {
  each: { burst: 60, perSecond: 1 },
  all: { burst: 300, perSecond: 20 },
  remembered: 10_000,
}

export class Attempts {
  readonly #clock: Pick<Clock, 'now'>
  readonly #rules: AttemptRules
  /** When what each has used up will be theirs again; who tried longest ago comes first. */
  readonly #usedUntil = new Map<string, number>()
  #allUsedUntil = 0

  constructor(clock: Pick<Clock, 'now'>, rules: AttemptRules = usualAttempts) {
    this.#clock = clock
    this.#rules = rules
  }

  get remembered(): number {
    return this.#usedUntil.size
  }

  /** How long to wait; 0: it is let in and counted. Who is refused by their own address takes nothing from the others. */
  take(address: string): number {
    const { each, all, remembered } = this.#rules
    const now = this.#clock.now()
    const group = groupOf(address)
    const own = used(this.#usedUntil.get(group) ?? 0, each, now)
    const together = used(this.#allUsedUntil, all, now)
    const waitMs = Math.max(waitOf(own, each, now), waitOf(together, all, now))
    this.#usedUntil.delete(group)
    this.#usedUntil.set(group, waitMs > 0 ? own : own + everyMs(each))
    if (this.#usedUntil.size > remembered) this.#forgetOldest()
    this.#allUsedUntil = waitMs > 0 ? together : together + everyMs(all)
    return waitMs
  }

  #forgetOldest(): void {
    for (const oldest of this.#usedUntil.keys()) {
      this.#usedUntil.delete(oldest)
      return
    }
  }
}

const everyMs = ({ perSecond }: Pace): number => 1000 / perSecond

/** At most a whole burst is used up, also where the clock was set back. */
const used = (until: number, pace: Pace, now: number): number =>
  Math.min(Math.max(until, now), now + pace.burst * everyMs(pace))

const waitOf = (until: number, pace: Pace, now: number): number =>
  Math.ceil(Math.max(0, until - now - (pace.burst - 1) * everyMs(pace)))

/** Whoever has one IPv6 address has 2^64 of them. */
export function groupOf(address: string): string {
  if (!isIPv6(address)) return address
  const [front = '', back] = address.split('::')
  const before = front === '' ? [] : front.split(':')
  const after = back === undefined || back === '' ? [] : back.split(':')
  const zeros = back === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after]
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
