/**
 * What a transaction has asked for and nobody waits for yet. It leaves with the next statement that needs an answer, or
 * with the commit. Rows of one insert are collected into one statement; statements on one table keep their order.
 */
import type { SqlValue } from '../contract.ts'
import { queryFailed } from '../errors.ts'
import {
  type InsertShape,
  insertShapeOf,
  onlyTableOf,
  parametersOf,
  type UpdateShape,
  updateShapeOf,
} from './dialect.ts'
import type { Step, Wanted } from './wire.ts'

type Shape =
  | { readonly kind: 'inserts'; readonly shape: InsertShape }
  | { readonly kind: 'updates'; readonly shape: UpdateShape }
type Text = {
  /** Undefined: rows of it are not collected. */
  readonly shape: Shape | undefined
  readonly table: string | undefined
  /** Number of its parameters, where rows of it are collected. */
  readonly width: number
}
type Many = Extract<Step, { kind: 'inserts' | 'updates' }>

/** What is known of a text, by the text. */
export class Texts {
  readonly #known = new Map<string, Text>()

  of(sql: string): Text {
    const known = this.#known.get(sql)
    if (known !== undefined) return known
    const [shape, width] = shapeOf(sql)
    const text: Text = { shape, table: onlyTableOf(sql), width }
    if (this.#known.size >= 1000) this.#known.clear()
    this.#known.set(sql, text)
    return text
  }
}

function shapeOf(sql: string): readonly [Shape | undefined, width: number] {
  const insert = insertShapeOf(sql)
  if (insert !== undefined)
    return [{ kind: 'inserts', shape: insert }, insert.values.filter((value) => value === '?').length]
  const update = updateShapeOf(sql)
  return update === undefined ? [undefined, 0] : [{ kind: 'updates', shape: update }, parametersOf(update).length]
}

export class Pending {
  readonly #texts: Texts
  #steps: Step[] = []
  #mayFail = false
  /** Table → the last step that touches it. What is not in here may be anywhere. */
  readonly #lastOf = new Map<string, Step>()
  /** Of updates that are being collected: the keys they have. One statement changes a row once. */
  readonly #keysOf = new WeakMap<Step, Set<SqlValue | undefined>>()

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
    if (last?.kind === shape.kind && last.sql === sql && this.#takesKey(last, parameters.at(-1)))
      append(last, parameters)
    else this.#begin(table, { ...shape, sql, values: [...parameters] })
  }

  #begin(table: string, step: Many): void {
    if (step.kind === 'updates') this.#keysOf.set(step, new Set([step.values.at(-1)]))
    this.#push(table, step)
  }

  #takesKey(step: Step, key: SqlValue | undefined): boolean {
    const keys = this.#keysOf.get(step)
    return keys === undefined || (!keys.has(key) && keys.add(key).has(key))
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

function append({ values }: Many, parameters: readonly SqlValue[]): void {
  for (const parameter of parameters) values.push(parameter)
}
