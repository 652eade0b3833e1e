/** Walks a document along a path, with the rules of Jayway JsonPath. */
import { isJsonArray, isJsonObject, type Json, type JsonArray, type JsonObject } from '../../base/index.ts'
import { Miss } from './miss.ts'
import type { Reading } from './reading.ts'
import { isDefinite, type Step, type Trail } from './step.ts'

/**
 * The value of a definite trail, the list of an indefinite one, or why there is none.
 * `strict` makes every absent member a miss, as the existence test of a filter wants it.
 */
export function evaluate(trail: Trail, start: Json, reading: Reading, strict = false): Json | Miss {
  const walk = new Walk(trail, reading, strict)
  const miss = walk.visit(0, start)
  if (miss !== undefined) return miss
  if (!trail.definite) return walk.found
  const [value] = walk.found
  return value === undefined ? new Miss(walk.passedEnd ? 'index' : 'result', trail.steps.length, start) : value
}

type Outcome = Miss | undefined

class Walk {
  readonly found: Json[] = []
  /** Whether an index beyond an array was asked for. */
  passedEnd = false
  readonly #trail: Trail
  readonly #reading: Reading
  readonly #strict: boolean

  constructor(trail: Trail, reading: Reading, strict: boolean) {
    this.#trail = trail
    this.#reading = reading
    this.#strict = strict
  }

  visit(at: number, value: Json): Outcome {
    this.#reading.spend()
    const step = this.#trail.steps[at]
    if (step === undefined) {
      this.found.push(value)
      return undefined
    }
    switch (step.kind) {
      case 'member':
        return isJsonObject(value) ? this.#member(at, value, step.name, true) : this.#unfit('object', at, value)
      case 'members':
        return isJsonObject(value) ? this.#members(at, value, step.names) : this.#unfit('object', at, value)
      case 'item':
        return isJsonArray(value) ? this.#item(at, value, step.index) : this.#unfit('array', at, value)
      case 'items':
        return isJsonArray(value) ? this.#items(at, value, step.indexes) : this.#unfit('array', at, value)
      case 'slice':
        return isJsonArray(value)
          ? this.#items(at, value, sliceIndexes(value.length, step.from, step.to))
          : this.#unfit('array', at, value)
      case 'every':
        return this.#each(at + 1, childrenOf(value))
      case 'descend':
        return this.#descend(at + 1, value)
      case 'filter':
        return this.#filter(at, value, step)
      case 'function':
        return this.#function(at, value, step)
    }
  }

  /** What a step cannot be applied to is skipped in a list and a failure on a single track. */
  #unfit(kind: 'object' | 'array' | 'container', at: number, value: Json): Outcome {
    return this.#trail.definiteBefore[at] === true ? new Miss(kind, at, value) : undefined
  }

  #member(at: number, object: JsonObject, name: string, single: boolean): Outcome {
    const member = object.get(name)
    if (member !== undefined) return this.visit(at + 1, member)
    if (this.#strict) return new Miss('member', at, object)
    const last = at === this.#trail.steps.length - 1
    return !last && single && this.#trail.definiteBefore[at] === true ? new Miss('member', at, object) : undefined
  }

  #members(at: number, object: JsonObject, names: readonly string[]): Outcome {
    if (at < this.#trail.steps.length - 1) return first(names, (name) => this.#member(at, object, name, false))
    const picked = new Map<string, Json>()
    for (const name of names) {
      const member = object.get(name)
      if (member !== undefined) picked.set(name, member)
      else if (this.#strict) return new Miss('member', at, object)
    }
    return this.visit(at + 1, picked)
  }

  #item(at: number, array: JsonArray, index: number): Outcome {
    const item = array[index < 0 ? array.length + index : index]
    if (item !== undefined) return this.visit(at + 1, item)
    this.passedEnd = true
    return undefined
  }

  #items(at: number, array: JsonArray, indexes: Iterable<number>): Outcome {
    return first(indexes, (index) => this.#item(at, array, index))
  }

  #each(at: number, values: Iterable<Json>): Outcome {
    return first(values, (value) => this.visit(at, value))
  }

  /** Applies the step at `at` to the value and all below it, parents first. */
  #descend(at: number, value: Json): Outcome {
    const step = this.#trail.steps[at]
    if (step === undefined) return undefined
    // A stack of its own: a document may be deeper than calls can be.
    const open: Json[] = [value]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      this.#reading.spend()
      const miss = this.#fits(step, at, next) ? this.visit(at, next) : undefined
      if (miss !== undefined) return miss
      for (const child of containersIn(next).reverse()) open.push(child)
    }
    return undefined
  }

  /** Whether `..` stops at the value for the step that follows it. */
  #fits(step: Step, at: number, value: Json): boolean {
    switch (step.kind) {
      case 'member':
        return isJsonObject(value) && value.has(step.name)
      case 'members':
        if (!isJsonObject(value)) return false
        return !isDefinite(step, at === this.#trail.steps.length - 1) || step.names.every((name) => value.has(name))
      case 'item':
      case 'items':
      case 'slice':
        return isJsonArray(value)
      case 'filter':
        // Jayway asks the filter about every container below, so that scalars in a list never match `..[?(…)]`.
        return (isJsonObject(value) || isJsonArray(value)) && step.accepts(value, this.#reading) === true
      case 'every':
        return true
      case 'descend':
      case 'function':
        return false
    }
  }

  #filter(at: number, value: Json, step: Extract<Step, { kind: 'filter' }>): Outcome {
    if (!isJsonObject(value) && !isJsonArray(value)) return this.#unfit('container', at, value)
    // An object is asked as a whole, not member by member.
    const candidates = isJsonArray(value) ? value : [value]
    return first(candidates, (candidate) =>
      step.accepts(candidate, this.#reading) === true ? this.visit(at + 1, candidate) : undefined,
    )
  }

  #function(at: number, value: Json, step: Extract<Step, { kind: 'function' }>): Outcome {
    const answer = step.call(value, this.#reading)
    return answer === undefined ? new Miss('function', at, value) : this.visit(at + 1, answer)
  }
}

/** Visits one after the other until one misses. */
function first<T>(items: Iterable<T>, visit: (item: T) => Outcome): Outcome {
  for (const item of items) {
    const miss = visit(item)
    if (miss !== undefined) return miss
  }
  return undefined
}

function containersIn(value: Json): Json[] {
  const containers: Json[] = []
  for (const child of childrenOf(value)) if (isJsonArray(child) || isJsonObject(child)) containers.push(child)
  return containers
}

function childrenOf(value: Json): Iterable<Json> {
  if (isJsonArray(value)) return value
  return isJsonObject(value) ? value.values() : []
}

/** Jayway's slices: with both ends given, negative ones are not resolved but taken as indexes (`[1:-1]` is empty). */
function* sliceIndexes(length: number, from: number | undefined, to: number | undefined): Iterable<number> {
  const start = from === undefined ? 0 : to === undefined ? Math.max(0, from < 0 ? length + from : from) : from
  const end = to === undefined ? length : from === undefined && to < 0 ? length + to : Math.min(length, to)
  // Nothing of the array lies before -length, however far away the slice begins.
  for (let index = Math.max(start, -length); index < end; index++) yield index
}
