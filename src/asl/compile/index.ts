/**
 * compile: from the text of a definition that the checker has accepted to a `Machine`.
 * Words: scope (one `States` object), field (a member of a state), place (`/States/Pay/Next`).
 * It does not say what is wrong with a definition; that is `check/`. What slips through ends in `asl.uncompilable`.
 */
import { isJsonNumber, type Json, type JsonObject, parseJson } from '../../base/index.ts'
import type { Machine, Scope, State } from '../machine.ts'
import { type Compilation, uncompilable } from './compilation.ts'
import { compileState } from './state.ts'

/** @throws HoldfastError asl.uncompilable */
export function compileMachine(definition: string): Machine {
  const json = parseJson(definition)
  if (!(json instanceof Map)) throw uncompilable('the definition is not an object')
  return new Compiler(json.get('QueryLanguage') === 'JSONata').machine(json)
}

class Compiler implements Compilation {
  readonly jsonata: boolean
  readonly #states: State[] = []
  readonly #scopes: Scope[] = []

  constructor(jsonata: boolean) {
    this.jsonata = jsonata
  }

  machine(json: JsonObject): Machine {
    this.scope(json)
    const root = this.#scopes[0]
    if (root === undefined) throw uncompilable('it has no states')
    const timeout = json.get('TimeoutSeconds')
    return {
      root,
      states: this.#states,
      scopes: this.#scopes,
      timeoutSeconds: timeout !== undefined && isJsonNumber(timeout) ? Number(timeout) : undefined,
      usesActivities: this.#states.some((state) => state.type === 'Task' && state.resource.kind === 'activity'),
      usesTimers: timeout !== undefined || this.#states.some(setsTimers),
      usesExpressions: this.#states.some((state) => state.jsonata),
    }
  }

  scope(definition: JsonObject): number {
    const states = definition.get('States')
    const startAt = definition.get('StartAt')
    if (!(states instanceof Map)) throw uncompilable('a scope has no States')
    const names = this.#reserve(states)
    const id = this.#scopes.length
    this.#scopes.push({ id, startAt: find(names, startAt) })
    for (const [name, body] of states) {
      const at = find(names, name)
      this.#states[at] = compileState(this, at, name, body, (target) => find(names, target))
    }
    return id
  }

  /** Ids first, so that transitions can be resolved while compiling. */
  #reserve(states: JsonObject): ReadonlyMap<string, number> {
    const names = new Map<string, number>()
    for (const name of states.keys()) {
      names.set(name, this.#states.length)
      this.#states.push(placeholder)
    }
    return names
  }
}

const placeholder: State = {
  type: 'Fail',
  id: -1,
  name: '',
  jsonata: false,
  next: undefined,
  error: undefined,
  cause: undefined,
}

function find(names: ReadonlyMap<string, number>, name: Json | undefined): number {
  const id = typeof name === 'string' ? names.get(name) : undefined
  if (id === undefined) throw uncompilable(`there is no state ${JSON.stringify(name)} in its scope`)
  return id
}

function setsTimers(state: State): boolean {
  if (state.type === 'Wait') return true
  if (state.type !== 'Task' && state.type !== 'Parallel' && state.type !== 'Map') return false
  const limited = state.type === 'Task' && (state.timeout !== undefined || state.heartbeat !== undefined)
  return limited || state.retriers.length > 0
}
