/** The life of one process: at its end it does nothing more, hears nothing more, and nobody hears of it. */
import type { Clock } from '../../src/base/index.ts'
import { Crash } from '../../src/host/machine/machine.fake.ts'

export class Life {
  readonly #over = new AbortController()
  readonly #alarms = new Set<() => void>()

  get signal(): AbortSignal {
    return this.#over.signal
  }

  get isOver(): boolean {
    return this.#over.signal.aborted
  }

  end(): void {
    if (this.isOver) return
    for (const cancel of this.#alarms) cancel()
    this.#alarms.clear()
    this.#over.abort(new Crash('it was killed'))
  }

  /** What a dead process would do is not done. */
  do<T>(act: () => T): T {
    if (this.isOver) throw new Crash('it was killed')
    return act()
  }

  /** An answer that comes too late is heard by nobody. */
  hears<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      answer.then(
        (value) => void (this.isOver || resolve(value)),
        (fault: unknown) => void (this.isOver || reject(fault as Error)),
      )
    })
  }

  clock(world: Clock): Clock {
    return {
      now: () => world.now(),
      alarm: (atMs, ring) => {
        if (this.isOver) return () => {}
        const stop = (): void => {
          this.#alarms.delete(stop)
          cancel()
        }
        const cancel = world.alarm(atMs, () => {
          this.#alarms.delete(stop)
          if (!this.isOver) ring()
        })
        this.#alarms.add(stop)
        return stop
      },
    }
  }
}

export const never = (): Promise<never> => new Promise(() => {})
