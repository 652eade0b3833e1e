/** A connection that is there from the beginning to the end: when it falls, another is made as soon as that is possible. */
import type { Settings } from '../wire.ts'
import { Connection } from './connection.ts'

export class Lane {
  readonly #settings: Settings
  readonly #retryMs: number
  readonly #prepare: (connection: Connection) => Promise<void>
  #connection: Connection | undefined
  #connecting: Promise<Connection> | undefined
  #retry: NodeJS.Timeout | undefined
  #closed = false

  /** `prepare`: done on each connection before anybody gets it. */
  constructor(
    settings: Settings,
    retryMs: number,
    prepare: (connection: Connection) => Promise<void> = async () => {},
  ) {
    this.#settings = settings
    this.#retryMs = retryMs
    this.#prepare = prepare
  }

  /** At once: what there is. @throws when there is none */
  get connection(): Connection {
    if (this.#connection === undefined || this.#connection.ended) throw new NotConnected()
    return this.#connection
  }

  /** Connects if need be. */
  connect(): Promise<Connection> {
    if (this.#connection !== undefined && !this.#connection.ended) return Promise.resolve(this.#connection)
    this.#connecting ??= this.#open().finally(() => (this.#connecting = undefined))
    return this.#connecting
  }

  async #open(): Promise<Connection> {
    clearTimeout(this.#retry)
    try {
      const connection = await Connection.open(this.#settings, () => this.#again(0))
      await this.#prepare(connection)
      this.#connection = connection
      return connection
    } catch (error) {
      this.#again(this.#retryMs)
      throw error
    }
  }

  #again(afterMs: number): void {
    if (this.#closed) return
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => {
      // Fails as long as the database is away; each try calls for the next.
      this.connect().catch(() => {})
    }, afterMs)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    await this.#connecting?.catch(() => {}) // What it could not open need not be closed.
    if (this.#connection !== undefined && !this.#connection.ended) await this.#connection.close()
  }
}

export class NotConnected extends Error {
  readonly code = 'ECONNREFUSED'

  constructor() {
    super('there is no connection to the database just now')
  }
}
