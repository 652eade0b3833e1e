/** Time as an argument. Nothing below `app/` reads the machine's clock; tests move a virtual one. */

export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number
  /** Calls `ring` once, at `atMs` or as soon after as possible, never from inside this call. Returns how to cancel it. */
  alarm(atMs: number, ring: () => void): () => void
}

type Alarm = { readonly at: number; readonly order: number; readonly ring: () => void }

/** Time that stands still until a test moves it. */
export class VirtualClock implements Clock {
  #now: number
  #order = 0
  #alarms: Alarm[] = []

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs
  }

  now(): number {
    return this.#now
  }

  alarm(atMs: number, ring: () => void): () => void {
    const alarm = { at: atMs, order: this.#order++, ring }
    this.#alarms.push(alarm)
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm)
    }
  }

  /** When the next alarm rings, if there is one. */
  nextAlarm(): number | undefined {
    return this.#alarms.reduce<number | undefined>(
      (first, alarm) => (first === undefined || alarm.at < first ? alarm.at : first),
      undefined,
    )
  }

  /** Moves to `ms`, ringing on the way in order of time. */
  advanceTo(ms: number): void {
    for (;;) {
      const due = this.#alarms.filter((alarm) => alarm.at <= ms).toSorted((a, b) => a.at - b.at || a.order - b.order)[0]
      if (due === undefined) break
      this.#alarms = this.#alarms.filter((alarm) => alarm !== due)
      this.#now = Math.max(this.#now, due.at)
      due.ring()
    }
    this.#now = Math.max(this.#now, ms)
  }

  advanceBy(ms: number): void {
    this.advanceTo(this.#now + ms)
  }

  /** Lets `ms` pass: from alarm to alarm, and what each one sets going comes to rest in its time (`settle`) before the next. */
  async pass(ms: number, settle: () => Promise<void>): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (;;) {
      const next = this.nextAlarm()
      if (next === undefined || next > end) break
      this.advanceTo(next)
      await settle()
    }
    this.advanceTo(end)
    await settle()
  }
}
