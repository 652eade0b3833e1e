/**
 * Lineage: which state last set a field, and where that one had it from, walking back through the states that only passed it on.
 * Everything on the way holds the same value; where the definition and the history cannot tell, it says so. Pure.
 */
import type { Row } from '../../../../asl/index.ts'
import { equalJson, isJsonArray, type Json } from '../../../../base/index.ts'
import type { FactBook, Facts } from './facts.ts'
import { type Keys, valueAt } from './keys.ts'
import { outputSource, scopeSource, type SetBy, type Source } from './source.ts'

export type Field =
  | { readonly side: 'input' | 'output'; readonly row: Row; readonly keys: Keys }
  /** As the state saw it. */
  | { readonly side: 'variable'; readonly row: Row; readonly name: string; readonly keys: Keys }

/** One place on the way back. `passed`: stays that passed it on unchanged since, the latest first. */
export type Stop = { readonly passed: readonly Row[]; readonly isCertain: boolean } & (
  | { readonly kind: 'set'; readonly row: Row; readonly by: SetBy; readonly keys: Keys }
  /** This state put it there, from elsewhere: the next stop tells how it came there. */
  | {
      readonly kind: 'moved'
      readonly row: Row
      readonly keys: Keys
      readonly from: Keys
      readonly of: 'input' | 'branch'
    }
  | { readonly kind: 'variable'; readonly row: Row; readonly keys: Keys; readonly name: string }
  | { readonly kind: 'assigned'; readonly row: Row; readonly name: string }
  | { readonly kind: 'execution'; readonly keys: Keys }
  | { readonly kind: 'corrected'; readonly row: Row; readonly keys: Keys }
  | { readonly kind: 'unknown'; readonly row: Row }
  /** It goes on further back. */
  | { readonly kind: 'far'; readonly row: Row; readonly keys: Keys }
)

/** How many stays are walked through; the last stop is where to go on from. */
const longestWalk = 2000

export function lineageOf(book: FactBook, field: Field): readonly Stop[] {
  return new Walk(book).from(field)
}

type Cursor = Field | undefined

class Walk {
  readonly #book: FactBook
  readonly #stops: Stop[] = []
  #passed: Row[] = []
  #isCertain = true
  #value: Json | undefined

  constructor(book: FactBook) {
    this.#book = book
  }

  from(field: Field): readonly Stop[] {
    let cursor: Cursor = field
    for (let steps = 0; cursor !== undefined; steps++) {
      const { row } = cursor
      if (steps === longestWalk && cursor.side !== 'variable') return this.#end({ kind: 'far', row, keys: cursor.keys })
      cursor = this.#back(cursor)
    }
    return this.#stops
  }

  #back(field: Field): Cursor {
    if (field.side === 'variable') return this.#variable(field.row, field.name, field.keys)
    const facts = this.#book.of(field.row)
    const value = valueAt(field.side === 'input' ? facts?.input : facts?.output, field.keys)
    this.#value ??= value
    // Not the same any more: whatever was thought on the way here is not so.
    if (facts === undefined || value === undefined || !equalJson(value, this.#value ?? null))
      return this.#lost(field.row)
    return field.side === 'input' ? this.#input(facts, field.keys) : this.#output(facts, field.keys)
  }

  #output(facts: Facts, keys: Keys): Cursor {
    const { row } = facts
    const source = outputSource(facts, keys)
    if (source.kind === 'input' && !source.isMoved) {
      this.#passed.push(row)
      this.#isCertain &&= source.isCertain
      return { side: 'input', row, keys: source.keys }
    }
    return this.#follow(facts, source, keys)
  }

  #input(facts: Facts, keys: Keys): Cursor {
    const { row } = facts
    const before = this.#book.story.scopes.before(row)
    switch (before.kind) {
      case 'execution':
        this.#end({ kind: 'execution', keys })
        return undefined
      case 'stay':
        return { side: 'output', row: before.row, keys }
      case 'redrive':
        return this.#redriven(row, before.row, keys)
      case 'scope':
        return this.#given(before.row, before.iteration, keys)
      case 'unknown':
        return this.#lost(row)
      default:
        return before satisfies never
    }
  }

  /** Entered anew by a redrive: with what it was given before, or with what a person has corrected. */
  #redriven(row: Row, former: Row, keys: Keys): Cursor {
    const before = valueAt(this.#book.of(former)?.input, keys)
    if (before !== undefined && equalJson(before, this.#value ?? null)) return { side: 'input', row: former, keys }
    this.#end({ kind: 'corrected', row, keys })
    return undefined
  }

  #given(around: Row, iteration: number | undefined, keys: Keys): Cursor {
    const facts = this.#book.of(around)
    if (facts === undefined) return this.#lost(around)
    const source = scopeSource(facts, iteration, keys)
    if (source.kind === 'input' && iteration === undefined && source.keys.length === keys.length) {
      return { side: 'input', row: around, keys: source.keys }
    }
    return this.#follow(facts, source, keys)
  }

  #follow({ row, definition, type }: Facts, source: Source, keys: Keys): Cursor {
    switch (source.kind) {
      case 'input':
        this.#stop({ kind: 'moved', row, keys, from: source.keys, of: 'input' })
        return { side: 'input', row, keys: source.keys }
      case 'branch': {
        const last = this.#lastOfBranch(row, branchStart(definition, type, source.index), source.index)
        if (last === undefined) return this.#set(row, 'result', keys)
        this.#stop({ kind: 'moved', row, keys, from: source.keys, of: 'branch' })
        return { side: 'output', row: last, keys: source.keys }
      }
      case 'variable':
        this.#stop({ kind: 'variable', row, keys, name: source.name })
        return { side: 'variable', row, name: source.name, keys: source.keys }
      case 'item':
        return this.#set(row, 'unknown', keys)
      case 'set':
        return this.#set(row, source.by, keys)
      default:
        return source satisfies never
    }
  }

  #variable(row: Row, name: string, keys: Keys): Cursor {
    const { scopes } = this.#book.story
    const scope = scopes.scopeOf(row)
    const found = scope && scopes.variablesAt(scope, row.enteredId).find((each) => each.name === name)
    if (found === undefined) return this.#lost(row)
    const value = valueAt(this.#book.parse(found.text), keys)
    this.#value ??= value
    if (value === undefined || !equalJson(value, this.#value ?? null)) return this.#lost(row)
    this.#end({ kind: 'assigned', row: found.by, name })
    return undefined
  }

  /** The last stay of an iteration or branch, of those that were gathered in the end. */
  #lastOfBranch(around: Row, start: string | undefined, index: number): Row | undefined {
    const { rows } = this.#book.story.view
    const inside = rows.filter((row) => row.inside?.row.enteredId === around.enteredId)
    if (start === undefined) return inside.findLast((row) => row.inside?.iteration === index && row.tone === 'done')
    const { scopes } = this.#book.story
    const first = inside.findLast(({ name }) => name === start)
    const scope = first && scopes.scopeOf(first)
    return scope === undefined
      ? undefined
      : inside.findLast((row) => scopes.scopeOf(row) === scope && row.tone === 'done')
  }

  #set(row: Row, by: SetBy, keys: Keys): undefined {
    this.#end({ kind: 'set', row, by, keys })
  }

  #lost(row: Row): undefined {
    this.#end({ kind: 'unknown', row })
  }

  #stop(stop: StopKind): void {
    this.#stops.push({ ...stop, passed: this.#passed, isCertain: this.#isCertain })
    this.#passed = []
    this.#isCertain = true
  }

  #end(stop: StopKind): readonly Stop[] {
    this.#stop(stop)
    return this.#stops
  }
}

type StopKind = Stop extends infer One ? (One extends Stop ? Omit<One, 'passed' | 'isCertain'> : never) : never

/** Of a Parallel the state that a branch begins with; undefined of a Map, whose iterations have numbers. */
function branchStart(definition: Facts['definition'], type: string, index: number): string | undefined {
  const branches = type === 'Parallel' ? definition.get('Branches') : undefined
  const start = branches !== undefined && isJsonArray(branches) ? valueAt(branches, [index, 'StartAt']) : undefined
  return typeof start === 'string' ? start : undefined
}
