/** A state cut out of its machine, so that it can be compiled and checked alone. */
import { isJsonArray, isJsonObject, type Json, type JsonObject, type JsonText, printJson } from '../../base/index.ts'

/** The name that AWS gives a state in a test, whatever it is called in its machine. */
export const trialStateName = 'StateName'

export type IsolatedState = {
  readonly body: JsonObject
  /** A machine that begins with the state; the states that it can go to end it. */
  readonly definition: JsonText
}

/** The state of this name in a machine, wherever it is nested; without a name, `definition` is the state itself. */
export function isolateState(definition: JsonObject, stateName: string | undefined): IsolatedState | undefined {
  if (stateName === undefined) return { body: definition, definition: machineOf(definition, undefined) }
  const body = findState(definition, stateName)
  // A nested state has the language of the machine, not that of the Map or Parallel around it.
  return body && { body, definition: machineOf(body, definition.get('QueryLanguage')) }
}

function findState(scope: JsonObject, name: string): JsonObject | undefined {
  const states = scope.get('States')
  if (states === undefined || !isJsonObject(states)) return undefined
  const found = states.get(name)
  if (found !== undefined) return isJsonObject(found) ? found : undefined
  for (const state of states.values()) {
    for (const inner of scopesIn(state)) {
      const nested = findState(inner, name)
      if (nested !== undefined) return nested
    }
  }
  return undefined
}

function scopesIn(state: Json): readonly JsonObject[] {
  if (!isJsonObject(state)) return []
  const branches = state.get('Branches')
  const all = [state.get('ItemProcessor'), state.get('Iterator'), ...listOf(branches)]
  return all.filter((scope): scope is JsonObject => scope !== undefined && isJsonObject(scope))
}

/** Names of states within a Map or Parallel: where an error can come from. */
export function namesWithin(state: JsonObject): ReadonlySet<string> {
  const names = new Set<string>()
  const visit = (scope: JsonObject): void => {
    const states = scope.get('States')
    if (states === undefined || !isJsonObject(states)) return
    for (const [name, inner] of states) {
      names.add(name)
      scopesIn(inner).forEach(visit)
    }
  }
  scopesIn(state).forEach(visit)
  return names
}

function machineOf(body: JsonObject, language: Json | undefined): JsonText {
  const ends = targetsOf(body)
    .filter((name) => name !== trialStateName)
    .map((name) => [name, new Map([['Type', 'Succeed']])] as const)
  const states = new Map<string, Json>([[trialStateName, body], ...ends])
  const members: readonly (readonly [string, Json])[] = [
    ['StartAt', trialStateName],
    ['States', states],
  ]
  return printJson(new Map(language === undefined ? members : [['QueryLanguage', language], ...members]))
}

function targetsOf(body: JsonObject): readonly string[] {
  const rules = [body, ...[...listOf(body.get('Choices')), ...listOf(body.get('Catch'))].filter(isJsonObject)]
  const named = [body.get('Default'), ...rules.map((rule) => rule.get('Next'))]
  return [...new Set(named.filter((name) => typeof name === 'string'))]
}

const listOf = (json: Json | undefined): readonly Json[] => (json !== undefined && isJsonArray(json) ? json : [])
