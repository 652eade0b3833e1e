/**
 * The scopes of an execution (itself, branches, iterations), out of its history: which one a stay ran in, which stay it followed,
 * and the variables that were set in it. Grows with the events. Pure.
 */
import type { Row } from '../../../asl/index.ts'
import { Log } from './log.ts'
import type { StoryEvent } from './story.ts'

export type Scope = {
  /** Undefined: the execution itself. */
  readonly around: { readonly scope: Scope; readonly row: Row; readonly iteration: number | undefined } | undefined
  readonly variables: Map<string, Log<SetVariable>>
}

export type SetVariable = {
  readonly name: string
  /** JSON text. */
  readonly text: string
  readonly by: Row
}

/** What a stay follows on. `redrive`: a redrive that entered the state anew, with what the stay before it was given or another input. */
export type Before =
  | { readonly kind: 'execution' }
  | { readonly kind: 'stay'; readonly row: Row }
  | { readonly kind: 'scope'; readonly row: Row; readonly iteration: number | undefined }
  | { readonly kind: 'redrive'; readonly row: Row }
  | { readonly kind: 'unknown' }

type Place = { readonly scope: Scope | undefined; readonly before: Before }

/** What a scope needs to know of events: the stay that one belongs to. */
export type RowOf = (eventId: number) => Row | undefined

export class Scopes {
  readonly root: Scope = { around: undefined, variables: new Map() }
  readonly #rowOf: RowOf
  readonly #places = new Map<number, Place>()
  /** The event that a stay was entered behind → the stay; of several the last. */
  readonly #next = new Map<number, Row>()
  readonly #types = new Map<number, string>()
  readonly #lastOf = new Map<string, Row[]>()

  constructor(rowOf: RowOf) {
    this.#rowOf = rowOf
  }

  scopeOf({ enteredId }: Row): Scope | undefined {
    return this.#places.get(enteredId)?.scope
  }

  before({ enteredId }: Row): Before {
    return this.#places.get(enteredId)?.before ?? { kind: 'unknown' }
  }

  /** The stay that was entered right behind an event. */
  nextAfter(eventId: number): Row | undefined {
    return this.#next.get(eventId)
  }

  note(event: StoryEvent): void {
    this.#types.set(event.id, event.type)
    const row = this.#rowOf(event.id)
    if (row === undefined) return
    if (event.type.endsWith('StateEntered')) this.#enter(event, row)
    else if (event.type.endsWith('StateExited')) this.#assign(event, row)
  }

  /** Those that a state in this scope sees at an event: its own before those around it. */
  variablesAt(scope: Scope, eventId: number): readonly SetVariable[] {
    const seen = new Map<string, SetVariable>()
    for (let each: Scope | undefined = scope; each !== undefined; each = each.around?.scope) {
      for (const [name, log] of each.variables) {
        const found = log.at(eventId)
        if (found !== undefined && !seen.has(name)) seen.set(name, found)
      }
    }
    return [...seen.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  #enter({ previousEventId }: StoryEvent, row: Row): void {
    this.#places.set(row.enteredId, this.#placeAfter(previousEventId, row))
    this.#next.set(previousEventId, row)
    const same = this.#lastOf.get(row.name)
    if (same === undefined) this.#lastOf.set(row.name, [row])
    else same.push(row)
  }

  #placeAfter(eventId: number, row: Row): Place {
    const type = this.#types.get(eventId)
    if (type === undefined || type === 'ExecutionStarted') return { scope: this.root, before: { kind: 'execution' } }
    if (type === 'ParallelStateStarted' || type === 'MapIterationStarted') return this.#opens(row)
    if (type === 'ExecutionRedriven') return this.#again(row)
    const former = this.#rowOf(eventId)
    const scope = former === undefined ? undefined : this.scopeOf(former)
    if (former === undefined || scope === undefined || !type.endsWith('StateExited')) return unknown
    return { scope, before: { kind: 'stay', row: former } }
  }

  #opens(row: Row): Place {
    const around = row.inside
    const scopeAround = around === undefined ? undefined : this.scopeOf(around.row)
    if (around === undefined || scopeAround === undefined) return unknown
    const { iteration } = around
    const scope: Scope = { around: { scope: scopeAround, row: around.row, iteration }, variables: new Map() }
    return { scope, before: { kind: 'scope', row: around.row, iteration } }
  }

  /** Of several iterations that ended in the same state the history does not tell which of them goes on. */
  #again(row: Row): Place {
    const candidates = (this.#lastOf.get(row.name) ?? []).filter(({ tone }) => tone !== 'done')
    const scopes = new Set(candidates.map((each) => this.scopeOf(each)))
    const [former] = candidates.slice(-1)
    const [scope] = scopes
    if (former === undefined || scope === undefined || scopes.size > 1) return unknown
    return { scope, before: { kind: 'redrive', row: former } }
  }

  #assign({ id, details }: StoryEvent, by: Row): void {
    const assigned = details?.['assignedVariables']
    const scope = this.scopeOf(by)
    if (typeof assigned !== 'object' || assigned === null || scope === undefined) return
    for (const [name, text] of Object.entries(assigned)) {
      if (typeof text !== 'string') continue
      const log = scope.variables.get(name) ?? new Log<SetVariable>()
      scope.variables.set(name, log)
      log.note(id, { name, text, by })
    }
  }
}

const unknown: Place = { scope: undefined, before: { kind: 'unknown' } }
