/** Several statements in one round trip: all are sent, then one Sync; the first that fails ends them all. */
import type { Answer, Rows } from '../wire.ts'
import { changesIn, type Field, valueOf } from './decode.ts'
import type { Parameter } from './encode.ts'

/** What pg's Connection does for those that submit to it. Its own types are of an older version of it. */
type Connection = {
  readonly stream: { cork(): void; uncork(): void }
  parse(message: { readonly name: string; readonly text: string }): void
  bind(message: { readonly statement: string; readonly values: readonly Parameter[] }): void
  describe(message: { readonly type: 'P'; readonly name: '' }): void
  execute(message: object): void
  close(message: { readonly type: 'S'; readonly name: string }): void
  flush(): void
  sync(): void
}
const asConnection = (connection: unknown): Connection => connection as Connection

export type Prepared = {
  readonly text: string
  readonly parameters: readonly Parameter[]
  readonly wants: 'none' | 'count' | 'rows'
  /** The first column of the one row is the key that was handed out. */
  readonly key?: boolean
}

/** The last step is chosen when those up to `after` are answered, while those behind them are carried out. */
export type Gate = {
  readonly after: number
  choose(answers: readonly Rows[]): Prepared
}

type Known = { readonly name: string; fields?: readonly Field[] }

/** Built statements vary in their text, so the cache is bounded; hot ones are few and stay. */
const cached = 512

/** The statements that one connection has prepared. */
export class Statements {
  readonly #known = new Map<string, Known>()
  #last = 0

  find(text: string): Known | undefined {
    return this.#known.get(text)
  }

  add(text: string): { readonly known: Known; readonly dropped: string | undefined } {
    const [oldest] = this.#known.size >= cached ? this.#known : []
    if (oldest !== undefined) this.#known.delete(oldest[0])
    const known: Known = { name: `holdfast_${++this.#last}` }
    this.#known.set(text, known)
    return { known, dropped: oldest?.[1].name }
  }

  forget(text: string): void {
    this.#known.delete(text)
  }
}

export class PipelineError extends Error {
  readonly step: number

  constructor(step: number, cause: unknown) {
    super('a statement failed', { cause })
    this.step = step
  }
}

export class Pipeline {
  readonly #steps: Prepared[]
  /** Undefined once the last step is sent. */
  #gate: Gate | undefined
  readonly #statements: Statements
  readonly #resolve: (answer: Answer) => void
  readonly #reject: (error: PipelineError) => void
  /** Parsed with this pipeline: not there if it fails before them. */
  readonly #parsed: { readonly step: number; readonly text: string }[] = []
  #done = 0
  /** COMMIT of a transaction that has failed is a ROLLBACK, and no error. */
  #notCommitted = false
  #changes = 0
  #rows: (string | null)[][] = []
  #fields: readonly Field[] = []
  #earlier: Rows[] = []

  constructor(
    steps: readonly Prepared[],
    statements: Statements,
    resolve: (answer: Answer) => void,
    reject: (error: PipelineError) => void,
    gate?: Gate,
  ) {
    this.#steps = [...steps]
    this.#gate = gate
    this.#statements = statements
    this.#resolve = resolve
    this.#reject = reject
  }

  submit(given: unknown): void {
    const connection = asConnection(given)
    connection.stream.cork()
    try {
      for (const [index, step] of this.#steps.entries()) {
        this.#send(connection, step, index)
        // The server begins while the rest is put into its words.
        if (index === this.#gate?.after) this.#flush(connection)
      }
      if (this.#gate === undefined) connection.sync()
    } finally {
      connection.stream.uncork()
    }
  }

  #send(connection: Connection, { text, parameters, wants }: Prepared, index: number): void {
    const found = this.#statements.find(text)
    const known = found ?? this.#parse(connection, text, index)
    connection.bind({ statement: known.name, values: parameters })
    if (wants !== 'none' && known.fields === undefined) connection.describe({ type: 'P', name: '' })
    connection.execute({})
  }

  #parse(connection: Connection, text: string, step: number): Known {
    const { known, dropped } = this.#statements.add(text)
    if (dropped !== undefined) connection.close({ type: 'S', name: dropped })
    connection.parse({ name: known.name, text })
    this.#parsed.push({ step, text })
    return known
  }

  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    const known = this.#statements.find(this.#steps[this.#done]?.text ?? '')
    if (known !== undefined) known.fields = fields
  }

  handleDataRow({ fields }: { readonly fields: (string | null)[] }): void {
    if (this.#steps[this.#done]?.wants === 'rows' || this.#isLast) this.#rows.push(fields)
  }

  get #isLast(): boolean {
    return this.#gate === undefined && this.#done === this.#steps.length - 1
  }

  handleCommandComplete({ text }: { readonly text: string }, given: unknown): void {
    this.#changes = changesIn(text)
    if (text === 'ROLLBACK' && this.#steps[this.#done]?.text === 'COMMIT') this.#notCommitted = true
    this.#fields = this.#statements.find(this.#steps[this.#done]?.text ?? '')?.fields ?? []
    if (this.#steps[this.#done]?.wants === 'rows' && !this.#isLast) {
      this.#earlier.push(this.#decoded())
      this.#rows = []
    }
    if (this.#gate?.after === this.#done) this.#end(asConnection(given), this.#gate)
    this.#done++
  }

  #flush(connection: Connection): void {
    connection.flush()
    connection.stream.uncork()
    connection.stream.cork()
  }

  #end(connection: Connection, gate: Gate): void {
    const last = gate.choose(this.#earlier)
    this.#gate = undefined
    connection.stream.cork()
    this.#send(connection, last, this.#steps.length)
    this.#steps.push(last)
    connection.sync()
    connection.stream.uncork()
  }

  #decoded(): Rows {
    const fields = this.#fields
    const rows = this.#rows.map((row) => row.map((value, index) => valueOf(fields[index] ?? unknownField, value)))
    return { names: fields.map(({ name }) => name), rows }
  }

  handleEmptyQuery(): void {
    this.#done++
  }

  handleError(error: unknown, given: unknown): void {
    if (this.#gate !== undefined) asConnection(given).sync()
    for (const { step, text } of this.#parsed) if (step >= this.#done) this.#statements.forget(text)
    this.#reject(new PipelineError(this.#done, error))
  }

  handleReadyForQuery(): void {
    if (this.#notCommitted)
      return this.#reject(new PipelineError(this.#done, new Error('the transaction had failed before its commit')))
    const last = this.#decoded()
    const key = this.#steps.at(-1)?.key === true ? Number(last.rows.at(-1)?.[0] ?? 0) : 0
    this.#resolve({ changes: this.#changes, key, earlier: this.#earlier, ...last })
  }
}

const unknownField: Field = { name: '', dataTypeID: 0 }
