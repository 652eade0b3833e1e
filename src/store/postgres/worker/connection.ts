/** One connection to PostgreSQL: its settings, its prepared statements, and what it knows of the tables it inserts into. */
import type { Duplex } from 'node:stream'
import pg from 'pg'
import type { SqlValue } from '../../contract.ts'
import { insertedTable, insertOfMany, parametersOf, postgresStatement, updateOfMany } from '../dialect.ts'
import type { Answer, Settings, Step } from '../wire.ts'
import { arrayOf, type ElementType, isElementType, parameterOf } from './encode.ts'
import { type Gate, Pipeline, type Prepared, Statements } from './pipeline.ts'

export type Table = { readonly types: ReadonlyMap<string, string>; readonly key: string | undefined }

/**
 * `synchronous_commit` is what "durable before anybody hears of it" rests on. A node that stops in the middle of a
 * transaction must not hold the others up for long: theirs wait for its locks, and `lock_timeout` must be the longer one.
 */
const session = (stalledMs: number): string => `
  SET default_transaction_isolation = 'read committed';
  SET default_transaction_read_only = off;
  SET jit = off;
  SET lock_timeout = '15s';
  SET idle_in_transaction_session_timeout = ${stalledMs};
  SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`

const selectTypes = `SELECT a.attname::text AS name, format_type(a.atttypid, NULL) AS type,
    CASE WHEN a.attidentity <> '' THEN 1 ELSE 0 END AS key
  FROM pg_attribute a WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped`

export class Connection {
  readonly #client: pg.Client
  readonly #answerMs: number
  readonly #statements = new Statements()
  readonly #tables = new Map<string, Table>()
  readonly #translated = new Map<string, string>()
  #ended = false

  private constructor(settings: Settings) {
    this.#answerMs = settings.answerMs
    this.#client = new pg.Client({
      connectionString: settings.url,
      application_name: 'holdfast',
      connectionTimeoutMillis: settings.connectMs,
      keepAlive: true,
    })
  }

  /** `ended` is called once, when the connection is gone without having been closed. */
  static async open(settings: Settings, ended: () => void): Promise<Connection> {
    const connection = new Connection(settings)
    // pg's own limit ends with the login; what comes after it may meet silence as well.
    const overdue = setTimeout(
      () => connection.cut(new Error('the database did not answer in time')),
      settings.connectMs,
    )
    const client = connection.#client
    const end = (): void => {
      if (connection.#ended) return
      connection.#ended = true
      ended()
    }
    client.on('error', end)
    client.on('end', end)
    try {
      await client.connect()
      await client.query(session(settings.stalledMs))
    } catch (error) {
      connection.#ended = true
      connection.cut(new Error('given up'))
      throw error
    } finally {
      clearTimeout(overdue)
    }
    return connection
  }

  onNotification(heard: (text: string) => void): void {
    this.#client.on('notification', ({ payload = '' }) => heard(payload))
  }

  get ended(): boolean {
    return this.#ended
  }

  /** In one round trip. @throws PipelineError */
  async run(steps: readonly Step[], withinMs = this.#answerMs): Promise<Answer> {
    return this.submit(await this.prepare(steps), withinMs)
  }

  async prepare(steps: readonly Step[]): Promise<readonly Prepared[]> {
    const prepared: Prepared[] = []
    for (const step of steps) prepared.push(await this.#prepare(step))
    return prepared
  }

  rows(sql: string, ...parameters: SqlValue[]): Promise<Answer> {
    return this.run([{ kind: 'statement', sql, parameters, wants: 'rows' }])
  }

  /** What was prepared on this connection, in one round trip; a gate costs another while what is behind it is carried out. */
  submit(steps: readonly Prepared[], withinMs = this.#answerMs, gate?: Gate): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      const silence = `it did not answer within ${withinMs / 1000} s`
      const overdue = setTimeout(() => this.cut(new Error(silence)), withinMs)
      const settle =
        <T>(done: (value: T) => void) =>
        (value: T): void => {
          clearTimeout(overdue)
          done(value)
        }
      this.#client.query(new Pipeline(steps, this.#statements, settle(resolve), settle(reject), gate))
    })
  }

  async #prepare(step: Step): Promise<Prepared> {
    if (step.kind !== 'statement') {
      const types = await this.#typesOf(step)
      const { length } = types
      const parameters = types.map((type, index) => arrayOf(type, step.values, index, length))
      const text = step.kind === 'inserts' ? insertOfMany(step.shape, types) : updateOfMany(step.shape, types)
      return { text, parameters, wants: 'none' }
    }
    const { sql, wants } = step
    const parameters = step.parameters.map(parameterOf)
    const table = wants === 'count' ? insertedTable(sql) : undefined
    const key = table === undefined ? undefined : (await this.table(table)).key
    if (changesTables.test(sql)) this.#tables.clear()
    if (key === undefined) return { text: this.#translate(sql), parameters, wants }
    return { text: `${this.#translate(sql)} RETURNING ${key}`, parameters, wants, key: true }
  }

  async #typesOf(step: Extract<Step, { kind: 'inserts' | 'updates' }>): Promise<ElementType[]> {
    const { types } = await this.table(step.shape.table)
    const columns =
      step.kind === 'updates'
        ? parametersOf(step.shape)
        : step.shape.columns.filter((_, index) => step.shape.values[index] === '?')
    return columns.map((column) => {
      const type = types.get(column.toLowerCase()) ?? 'text'
      return isElementType(type) ? type : 'text'
    })
  }

  #translate(sql: string): string {
    const known = this.#translated.get(sql)
    if (known !== undefined) return known
    const translated = postgresStatement(sql)
    if (this.#translated.size > 2000) this.#translated.clear()
    this.#translated.set(sql, translated)
    return translated
  }

  async table(name: string): Promise<Table> {
    const known = this.#tables.get(name)
    if (known !== undefined) return known
    const text = this.#translate(selectTypes)
    const { rows } = await this.submit([{ text, parameters: [name.toLowerCase()], wants: 'rows' }])
    const key = rows.find((row) => row[2] === 1)?.[0]
    const table: Table = {
      types: new Map(rows.map(([column, type]) => [String(column), String(type)])),
      key: key === undefined ? undefined : String(key),
    }
    if (rows.length > 0) this.#tables.set(name, table)
    return table
  }

  /** Ends it as a fault of the network would: whatever it is doing fails. */
  cut(error: Error): void {
    streamOf(this.#client).destroy(error)
  }

  async close(): Promise<void> {
    this.#ended = true
    await this.#client.end()
  }
}

/** pg's types keep it to themselves; it has been there in every version. */
const streamOf = (client: pg.Client): Duplex =>
  (client as unknown as { readonly connection: { readonly stream: Duplex } }).connection.stream

const changesTables = /^\s*(?:CREATE|ALTER|DROP)\b/i
