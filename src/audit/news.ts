/**
 * What the trail has to tell to whoever shows it live: which things were acted on. The first is told at once, what follows on it
 * together and never more often than somebody can read. One look at the database serves all who listen, however many.
 */
import { type Clock, Pace } from '../base/index.ts'
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

/** From one telling to the next, at least. */
const paceMs = 250
/** What other processes seal rings nothing here: so often it is looked for. */
const elsewhereMs = 250
/** Beyond that a reader is quicker with reading anew. */
const mostRecords = 200

export type NewsOptions = {
  readonly store: Pick<Store, 'read'>
  /** Rings whenever this process has sealed something. */
  readonly trail: { onSealed(listener: () => void): () => void }
  readonly clock: Clock
}

type Listener = (news: News) => void
type Row = { readonly seq: number; readonly action: string; readonly subject_type: string; readonly subject_id: string }

const selectRecords = `SELECT seq, action, subject_type, subject_id FROM trail WHERE seq > ? ORDER BY seq LIMIT ?`

/** Looks only while somebody listens. */
export class TrailNews {
  readonly #options: NewsOptions
  readonly #listeners = new Set<Listener>()
  #seq = 0
  #pace: Pace | undefined
  #deafen: (() => void) | undefined
  #stopLooking: (() => void) | undefined

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
    const { clock, trail } = this.#options
    const pace = new Pace({ clock, everyMs: paceMs, act: () => this.#look() })
    this.#pace = pace
    this.#deafen = trail.onSealed(() => pace.ring())
    this.#lookElsewhere()
  }

  #end(): void {
    this.#deafen?.()
    this.#pace?.stop()
    this.#stopLooking?.()
    this.#deafen = this.#pace = this.#stopLooking = undefined
  }

  #lookElsewhere(): void {
    const { clock } = this.#options
    this.#stopLooking = clock.alarm(clock.now() + elsewhereMs, () => {
      this.#pace?.ring()
      this.#lookElsewhere()
    })
  }

  #look(): void {
    const { read } = this.#options.store
    const rows = read.all<Row>(selectRecords, this.#seq, mostRecords + 1)
    if (rows.length > 0) this.#tell(rows)
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
