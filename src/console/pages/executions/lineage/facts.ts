/** What is known of one stay in a state: its definition, what went in and out, and how it was left. Pure. */
import { isJsonArray, isJsonObject, type Json, type JsonObject, parseJson } from '../../../../base/index.ts'
import type { Row } from '../../../../asl/index.ts'
import { textOf } from '../data.ts'
import type { Story } from '../story.ts'

export type Facts = {
  readonly row: Row
  readonly type: string
  readonly definition: JsonObject
  readonly isJsonata: boolean
  readonly input: Json | undefined
  readonly output: Json | undefined
  /** The catchers one of which it was left by; empty: by none. */
  readonly catchers: readonly JsonObject[]
  /** Where it went; undefined at the end of its scope. */
  readonly next: string | undefined
  /** A redrive left it without executing it: what it was given went on. */
  readonly isLeftAsItWas: boolean
}

export class FactBook {
  readonly story: Story
  readonly #machine: Json
  readonly #parsed = new Map<string, Json>()

  constructor(story: Story, machine: Json) {
    this.story = story
    this.#machine = machine
  }

  /** Undefined: its definition is not found. */
  of(row: Row): Facts | undefined {
    const definition = stateIn(this.#machine, row.name)
    if (definition === undefined) return undefined
    const events = this.story.eventsOf(row)
    const exit = events.findLast(({ type }) => type.endsWith('StateExited'))
    const next = exit === undefined ? undefined : this.story.scopes.nextAfter(exit.id)?.name
    return {
      row,
      type: row.type,
      definition,
      isJsonata: languageOf(this.#machine, definition) === 'JSONata',
      input: this.#parse(
        textOf(
          events.find(({ type }) => type.endsWith('StateEntered')),
          'input',
        ),
      ),
      output: this.#parse(textOf(exit, 'output')),
      catchers: caughtBy(definition, next, isFailing(events.map(({ type }) => type))),
      next,
      isLeftAsItWas:
        row.type === 'Pass' && this.story.events[(exit?.previousEventId ?? 0) - 1]?.type === 'ExecutionRedriven',
    }
  }

  parse(text: string): Json | undefined {
    return this.#parse(text)
  }

  /** What one state is given another has returned: the same texts come again and again. */
  #parse(text: string | undefined): Json | undefined {
    if (text === undefined) return undefined
    const known = this.#parsed.get(text)
    if (known !== undefined) return known
    try {
      const value = parseJson(text)
      if (this.#parsed.size > 8) this.#parsed.clear()
      this.#parsed.set(text, value)
      return value
    } catch {
      // Left out by the settings of the machine's log, or cut: nothing can be said of it.
      return undefined
    }
  }
}

/** Whether the last that happened before it was left was a failure. */
function isFailing(types: readonly string[]): boolean {
  const last = types.findLast((type) => /(Succeeded|Failed|TimedOut)$/.test(type))
  return last !== undefined && !last.endsWith('Succeeded')
}

/** By where it went; where a catcher leads to the same state as success does, by how it ended. */
function caughtBy(definition: JsonObject, next: string | undefined, failed: boolean): readonly JsonObject[] {
  const catchers = definition.get('Catch')
  if (next === undefined || catchers === undefined || !isJsonArray(catchers)) return []
  const leading = catchers.filter(isJsonObject).filter((catcher) => catcher.get('Next') === next)
  return definition.get('Next') === next && !failed ? [] : leading
}

function languageOf(machine: Json, state: JsonObject): Json | undefined {
  return state.get('QueryLanguage') ?? (isJsonObject(machine) ? machine.get('QueryLanguage') : undefined)
}

/** Wherever in the machine it stands: its name is its own. */
export function stateIn(value: Json, name: string): JsonObject | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const children = isJsonObject(value) ? [...value.values()] : isJsonArray(value) ? value : []
  const states = isJsonObject(value) ? value.get('States') : undefined
  if (states !== undefined && isJsonObject(states)) {
    const found = states.get(name)
    if (found !== undefined && isJsonObject(found)) return found
  }
  for (const child of children) {
    const found = stateIn(child, name)
    if (found !== undefined) return found
  }
  return undefined
}
