/**
 * The one live connection of the page. A page follows what it shows; without one the shell follows the trail, by which all lists
 * are kept current. A lost connection is tried again, and what was missed is sent after it or read anew.
 */
import type { ServerEvent } from '../../base/index.ts'
import type { Client } from './client.ts'

export type Topic = {
  /** Of an event stream. */
  readonly path: string
  readonly onEvent: (event: ServerEvent) => void
  /** The connection was lost and is back: what happened meanwhile may not be told. */
  readonly onReturn?: () => void
  /** Everything was sent: the connection is not missed. */
  readonly onEnd?: () => void
}

/** `complete`: the server has nothing more to tell of this topic. */
export type LiveState = 'connecting' | 'live' | 'lost' | 'complete'

const firstRetryMs = 500
const longestRetryMs = 8000
/** Nobody looks: browsers have few connections to a server for all their tabs together. */
const hiddenForMs = 20_000

/** Thousands of events may come at once: between them whoever looks at the page scrolls and types. */
const busyMs = 20

export class Live {
  readonly #client: Client
  readonly #listeners = new Set<() => void>()
  /** The last one that was followed is the one that is connected. */
  #topics: Topic[] = []
  #connection: AbortController | undefined
  #state: LiveState = 'connecting'
  /** How far each topic was told, and that it was connected at all. */
  readonly #told = new WeakMap<Topic, string | undefined>()
  #hiding: ReturnType<typeof setTimeout> | undefined

  constructor(client: Client) {
    this.#client = client
    document.addEventListener('visibilitychange', () => this.#onVisibility())
    globalThis.addEventListener('online', () => this.#reconnect())
  }

  get state(): LiveState {
    return this.#state
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Returns how to stop; then the topic before it is connected again. `underneath`: only while nothing else is followed, whichever
   * of the two came first: a page may be there before the shell knows who is signed in.
   */
  follow(topic: Topic, { underneath = false }: { readonly underneath?: boolean } = {}): () => void {
    this.#topics = underneath ? [topic, ...this.#topics] : [...this.#topics, topic]
    if (this.#current === topic) this.#reconnect()
    return () => this.#leave(topic)
  }

  get #current(): Topic | undefined {
    return this.#topics.at(-1)
  }

  #leave(topic: Topic): void {
    const wasCurrent = this.#current === topic
    this.#topics = this.#topics.filter((other) => other !== topic)
    if (wasCurrent) this.#reconnect()
  }

  /** Now, and not only when it is due. */
  retry(): void {
    this.#reconnect()
  }

  #reconnect(): void {
    this.#connection?.abort()
    this.#connection = undefined
    const topic = this.#current
    if (topic === undefined || document.hidden) return
    this.#connection = new AbortController()
    void this.#keep(topic, this.#connection.signal)
  }

  async #keep(topic: Topic, signal: AbortSignal): Promise<void> {
    let retryMs = firstRetryMs
    this.#become('connecting')
    while (!signal.aborted) {
      try {
        const isReturn = this.#told.has(topic)
        const events = await this.#client.events(topic.path, { after: this.#told.get(topic), signal })
        if (events === undefined) return this.#complete(topic)
        this.#become('live')
        if (isReturn) topic.onReturn?.()
        else this.#told.set(topic, undefined)
        retryMs = firstRetryMs
        let began = performance.now()
        for await (const event of events) {
          if (performance.now() - began > busyMs) {
            await othersFirst()
            began = performance.now()
          }
          if (signal.aborted) return
          if (event.id !== undefined) this.#told.set(topic, event.id)
          topic.onEvent(event)
          if (event.event === 'end') return this.#complete(topic)
        }
      } catch {
        // Shown below, whatever the reason: the next attempt tells whether it is over.
      }
      if (signal.aborted) return
      this.#become('lost')
      await pause(retryMs, signal)
      retryMs = Math.min(retryMs * 2, longestRetryMs)
    }
  }

  /** Nothing more comes of it: the topic underneath tells what happens from here on, such as that it goes on after all. */
  #complete(topic: Topic): void {
    topic.onEnd?.()
    if (this.#topics.length > 1) this.#leave(topic)
    else this.#become('complete')
  }

  #become(state: LiveState): void {
    if (this.#state === state) return
    this.#state = state
    for (const listener of this.#listeners) listener()
  }

  #onVisibility(): void {
    clearTimeout(this.#hiding)
    if (document.hidden) this.#hiding = setTimeout(() => this.#connection?.abort(), hiddenForMs)
    else if (this.#connection?.signal.aborted !== false) this.#reconnect()
  }
}

/** What waits to be drawn or was clicked comes before what follows. */
const othersFirst = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 0))

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
