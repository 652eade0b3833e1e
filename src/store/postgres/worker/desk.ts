/** Carries out what the store asks for, each lane for itself, in the order in which it is asked. */
import { setTimeout as pause } from 'node:timers/promises'
import { type Answer, type Keys, noAnswer, type Reply, type Request, type Settings, type WriteLane } from '../wire.ts'
import { Connection } from './connection.ts'
import { codeOf, failureOf, isLost, UnknownFate } from './failure.ts'
import { Lane, NotConnected } from './lane.ts'
import { PipelineError } from './pipeline.ts'
import { Whole } from './whole.ts'

const retryMs = 250
/** Who reads row by row keeps nobody waiting, and may take its time between two. */
const slowReaderMs = 60_000

export type DeskEvents = {
  /** What other processes, and this one, have sent. */
  heard(text: string): void
  /** A whole transaction has its number; nothing of it is committed before this was told. */
  numbered(slot: number, transaction: string): void
}

export class Desk {
  readonly #settings: Settings
  readonly #write: Lane
  readonly #aside: Lane
  readonly #read: Lane
  /** On which the transaction of a lane runs that was begun last: another, made since, knows nothing of it. */
  readonly #begun = new Map<WriteLane, Connection>()
  readonly #cursors = new Map<number, Connection>()
  /** Connections of cursors that nobody uses just now. */
  readonly #idle: Connection[] = []
  readonly #whole: Whole
  #closing = false

  constructor(settings: Settings, { heard, numbered }: DeskEvents) {
    this.#settings = settings
    this.#whole = new Whole({
      connect: () => this.#write.connect(),
      numbered,
      askWhetherCommitted: (...lost) => this.#askWhetherCommitted(...lost),
    })
    this.#write = new Lane(settings, retryMs)
    this.#aside = new Lane(settings, retryMs)
    this.#read = new Lane(settings, retryMs, async (connection) => {
      connection.onNotification(heard)
      await connection.run([{ kind: 'statement', sql: 'LISTEN holdfast', parameters: [], wants: 'none' }])
    })
  }

  async serve(request: Request): Promise<Reply> {
    try {
      if (request.kind === 'keys') return { kind: 'keys', keys: await this.#keys(request.table, request.count) }
      if (request.kind === 'whole') return await this.#whole.run(request)
      return { kind: 'answer', answer: await this.#do(request) }
    } catch (error) {
      return { kind: 'failed', failure: failureOf(error) }
    }
  }

  async #do(request: Exclude<Request, { kind: 'keys' | 'whole' }>): Promise<Answer> {
    switch (request.kind) {
      case 'open':
        await Promise.all([this.#write.connect(), this.#read.connect()])
        return this.#write.connection.rows(selectServer)
      case 'begin':
        return this.#begin(request)
      case 'run':
        return this.#connection(request.lane).run(request.steps, request.withinMs)
      case 'commit':
        return this.#commit(request)
      case 'fate':
        await this.#askWhetherCommitted(request.transaction, new NotConnected())
        return noAnswer
      case 'openCursor':
        return this.#openCursor(request)
      case 'fetch':
        return this.#cursor(request.cursor).rows(`FETCH ${request.count} FROM iterated_${request.cursor}`)
      case 'closeCursor':
        return this.#closeCursor(request.cursor)
      case 'signal':
        return this.#read.connection.rows("SELECT pg_notify('holdfast', ?)", request.text)
      case 'close':
        return this.#close()
    }
  }

  async #begin({ lane, steps, withinMs }: Extract<Request, { kind: 'begin' }>): Promise<Answer> {
    const connection = await (lane === 'write' ? this.#write : this.#aside).connect()
    this.#begun.set(lane, connection)
    return connection.run(steps, withinMs)
  }

  #connection(lane: WriteLane | 'read' | number): Connection {
    if (typeof lane === 'number') return this.#cursor(lane)
    if (lane === 'read') return this.#read.connection
    const begun = this.#begun.get(lane)
    if (begun === undefined || begun.ended) throw new NotConnected()
    return begun
  }

  // ---- committing

  async #commit({ lane, steps, transaction, withinMs }: Extract<Request, { kind: 'commit' }>): Promise<Answer> {
    const all = [...steps, { kind: 'statement', sql: 'COMMIT', parameters: [], wants: 'none' } as const]
    const connection = this.#connection(lane)
    try {
      return await connection.run(all, withinMs)
    } catch (error) {
      // Whatever failed before COMMIT was reached, or by it on a connection that lives, is undone for certain.
      if (!(error instanceof PipelineError) || !isLost(error.cause)) throw error
      connection.cut(new Error('given up'))
      await this.#askWhetherCommitted(transaction, error)
      return noAnswer
    }
  }

  /** The connection fell while it may have been committing. Nobody is told anything before the database itself has said. */
  async #askWhetherCommitted(transaction: string, error: Error): Promise<void> {
    for (;;) {
      const status = await this.#statusOf(transaction)
      if (status === 'committed') return
      if (status === 'aborted') throw error
      if (status === 'forgotten' || this.#closing) throw new UnknownFate(error)
      await pause(retryMs)
    }
  }

  async #statusOf(transaction: string): Promise<string> {
    try {
      const { rows } = await (await this.#write.connect()).rows('SELECT pg_xact_status(?::xid8)', transaction)
      return String(rows[0]?.[0] ?? 'forgotten')
    } catch (error) {
      // A database that was put back, or lost its last moments, has not come to this number yet.
      if (error instanceof PipelineError && codeOf(error.cause) === '22023') return 'aborted'
      return 'unreachable'
    }
  }

  // ---- keys

  async #keys(table: string, count: number): Promise<Keys> {
    const connection = this.#read.connection
    const { key } = await connection.table(table)
    if (key === undefined) throw new Error(`${table} hands out no keys`)
    const { rows } = await connection.rows(
      'SELECT nextval(pg_get_serial_sequence(?, ?)) FROM generate_series(1, ?::int)',
      table,
      key,
      count,
    )
    return { column: key, keys: rows.map(([value]) => Number(value)) }
  }

  // ---- cursors; each has a name of its own, for what is prepared knows the columns it gives

  async #openCursor({ cursor, sql, parameters }: Extract<Request, { kind: 'openCursor' }>): Promise<Answer> {
    const settings = { ...this.#settings, stalledMs: slowReaderMs }
    const connection = this.#takeIdle() ?? (await Connection.open(settings, () => {}))
    this.#cursors.set(cursor, connection)
    return connection.run([
      { kind: 'statement', sql: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', parameters: [], wants: 'none' },
      { kind: 'statement', sql: `DECLARE iterated_${cursor} NO SCROLL CURSOR FOR ${sql}`, parameters, wants: 'none' },
    ])
  }

  #takeIdle(): Connection | undefined {
    let connection = this.#idle.pop()
    while (connection?.ended === true) connection = this.#idle.pop()
    return connection
  }

  #cursor(cursor: number): Connection {
    const connection = this.#cursors.get(cursor)
    if (connection === undefined) throw new Error(`there is no cursor ${cursor}`)
    return connection
  }

  async #closeCursor(cursor: number): Promise<Answer> {
    const connection = this.#cursors.get(cursor)
    this.#cursors.delete(cursor)
    if (connection === undefined || connection.ended) return noAnswer
    await connection.run([{ kind: 'statement', sql: 'ROLLBACK', parameters: [], wants: 'none' }])
    this.#idle.push(connection)
    return noAnswer
  }

  async #close(): Promise<Answer> {
    this.#closing = true
    const open = [...this.#cursors.values(), ...this.#idle].filter((connection) => !connection.ended)
    await Promise.all([
      this.#write.close(),
      this.#aside.close(),
      this.#read.close(),
      ...open.map((connection) => connection.close()),
    ])
    return noAnswer
  }
}

/** What the store checks before it trusts the other end. */
const selectServer = `SELECT current_setting('server_version_num')::int AS version,
  current_setting('server_version') AS name, current_setting('fsync') AS fsync,
  current_setting('synchronous_commit') AS synchronous, current_setting('server_encoding') AS encoding,
  current_database() AS database, current_user AS person, has_schema_privilege(current_schema(), 'CREATE') AS may`
