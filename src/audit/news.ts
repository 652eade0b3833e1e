/**
 * What the trail has to tell to whoever shows it live: which things were acted on, told together and never more often than
 * somebody can read. One look at the database serves all who listen, however many.
 */
import type { Clock } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import { chainEnd } from './seal.ts'

export type News = {
  /** The last record it tells of. */
  readonly through: number
  /** More happened than is told: what is shown is to be read anew. */
  readonly all: boolean
  /** Distinct actions, and the things they were done to. */
  readonly actions: readonly string[]
  readonly subjects: readonly { readonly type: string; readonly id: string }[]
}

/** At most so often; a change is told within this and the moment its record takes to be sealed. */
const paceMs = 200
/** Where other processes seal as well, nothing rings here. */
const idleMs = 1000
/** Beyond that a reader is quicker with reading anew. */
const mostRecords = 200

export type NewsOptions = { readonly store: Pick<Store, 'read' | 'onCommit'>; readonly clock: Clock }

type Listener = (news: News) => void
type Row = { readonly seq: number; readonly action: string; readonly subject_type: string; readonly subject_id: string }

const selectRecords = `SELECT seq, action, subject_type, subject_id FROM trail WHERE seq > ? ORDER BY seq LIMIT ?`

/** Looks only while somebody listens. */
export class TrailNews {
  readonly #options: NewsOptions
  readonly #listeners = new Set<Listener>()
  #seq = 0
  #alarm: { readonly at: number; readonly cancel: () => void } | undefined
  #deafen: (() => void) | undefined

  constructor(options: NewsOptions) {
    this.#options = options
  }

  /** Where the trail ends now. */
  get through(): number {
    return chainEnd(this.#options.store.read).seq
  }

  /** Calls the listener with what is sealed from now on, until what it returns is called. */
  listen(listener: Listener): () => void {
    if (this.#listeners.size === 0) this.#begin()
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#end()
    }
  }

  #begin(): void {
    this.#seq = this.through
    // Sealing is a commit too: it is what rings when there is something to tell.
    this.#deafen = this.#options.store.onCommit(() => this.#lookSoon())
    this.#lookSoon(idleMs)
  }

  #end(): void {
    this.#deafen?.()
    this.#alarm?.cancel()
    this.#deafen = this.#alarm = undefined
  }

  /** An earlier look that is already due stands. */
  #lookSoon(delayMs = paceMs): void {
    const { clock } = this.#options
    const at = clock.now() + delayMs
    if (this.#alarm !== undefined && this.#alarm.at <= at) return
    this.#alarm?.cancel()
    const cancel = clock.alarm(at, () => {
      this.#alarm = undefined
      this.#look()
    })
    this.#alarm = { at, cancel }
  }

  #look(): void {
    const { read } = this.#options.store
    const rows = read.all<Row>(selectRecords, this.#seq, mostRecords + 1)
    if (rows.length > 0) this.#tell(rows)
    this.#lookSoon(idleMs)
  }

  #tell(rows: readonly Row[]): void {
    const all = rows.length > mostRecords
    this.#seq = all ? this.through : (rows.at(-1)?.seq ?? this.#seq)
    const subjects = new Map(rows.map(({ subject_type: type, subject_id: id }) => [`${type} ${id}`, { type, id }]))
    const actions = [...new Set(rows.map(({ action }) => action))]
    const news: News = { through: this.#seq, all, actions, subjects: all ? [] : [...subjects.values()] }
    for (const listener of this.#listeners) listener(news)
  }
}
