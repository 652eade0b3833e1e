/**
 * What a transaction has asked for and nobody waits for yet. It leaves with the next statement that needs an answer, or
 * with the commit. Rows of one insert are collected into one statement; statements on one table keep their order.
 */
import type { SqlValue } from '../contract.ts'
import { queryFailed } from '../errors.ts'
import { type InsertShape, insertShapeOf, onlyTableOf } from './dialect.ts'
import type { Step, Wanted } from './wire.ts'

type Text = {
  readonly shape: InsertShape | undefined
  readonly table: string | undefined
  /** Number of its parameters, where rows of it are collected. */
  readonly width: number
}
type Inserts = Extract<Step, { kind: 'inserts' }>

/** What is known of a text, by the text. */
export class Texts {
  readonly #known = new Map<string, Text>()

  of(sql: string): Text {
    const known = this.#known.get(sql)
    if (known !== undefined) return known
    const shape = insertShapeOf(sql)
    const width = shape?.values.filter((value) => value === '?').length ?? 0
    const text: Text = { shape, table: onlyTableOf(sql), width }
    if (this.#known.size >= 1000) this.#known.clear()
    this.#known.set(sql, text)
    return text
  }
}

export class Pending {
  readonly #texts: Texts
  #steps: Step[] = []
  #mayFail = false
  /** Table → the last step that touches it. What is not in here may be anywhere. */
  readonly #lastOf = new Map<string, Step>()

  constructor(texts: Texts) {
    this.#texts = texts
  }

  get length(): number {
    return this.#steps.length
  }

  /** Whether something of a closure waits, not only what marks its bounds. */
  get mayFail(): boolean {
    return this.#mayFail
  }

  /** Keeps its place: nothing that comes later goes before it. */
  add(sql: string, parameters: readonly SqlValue[] = [], wants: Wanted = 'none'): void {
    this.#lastOf.clear()
    this.#steps.push({ kind: 'statement', sql, parameters, wants })
  }

  defer(sql: string, parameters: readonly SqlValue[]): void {
    const { shape, table, width } = this.#texts.of(sql)
    this.#mayFail = true
    if (table === undefined) return this.add(sql, parameters)
    if (shape === undefined) return this.#push(table, { kind: 'statement', sql, parameters, wants: 'none' })
    if (parameters.length !== width) throw queryFailed(`it has ${width} parameters, not ${parameters.length}`, sql)
    const last = this.#lastOf.get(table)
    if (last?.kind === 'inserts' && last.sql === sql) append(last, parameters)
    else this.#push(table, { kind: 'inserts', sql, shape, values: [...parameters] })
  }

  #push(table: string, step: Step): void {
    this.#lastOf.set(table, step)
    this.#steps.push(step)
  }

  /** Drops what was added since it had this length. */
  cutTo(length: number): void {
    this.#lastOf.clear()
    this.#mayFail = false
    this.#steps.length = length
  }

  /** Hands all of it over. */
  take(): readonly Step[] {
    const steps = this.#steps
    this.#steps = []
    this.#mayFail = false
    this.#lastOf.clear()
    return steps
  }
}

function append({ values }: Inserts, parameters: readonly SqlValue[]): void {
  for (const parameter of parameters) values.push(parameter)
}
