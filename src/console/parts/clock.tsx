/** The time of the page: one beat for everything that shows how long ago something was. */
import { useSyncExternalStore } from 'react'

const beatMs = 1000

class PageClock {
  readonly #listeners = new Set<() => void>()
  #now = Date.now()
  #timer: ReturnType<typeof setInterval> | undefined

  now = (): number => this.#now

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    this.#timer ??= setInterval(() => this.#beat(), beatMs)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  #beat(): void {
    if (document.hidden) return
    this.#now = Date.now()
    for (const listener of this.#listeners) listener()
  }
}

const pageClock = new PageClock()

export function useNow(): number {
  return useSyncExternalStore(pageClock.subscribe, pageClock.now)
}
