/**
 * Where a state has a field of its output from: by its definition, and where that computes, by comparing. Careful rather than
 * clever: whatever is claimed to be passed on is compared before it is said. Pure.
 */
import { equalJson, isJsonArray, isJsonObject, type Json, type JsonObject } from '../../../../base/index.ts'
import type { Facts } from './facts.ts'
import { jsonataReference, type Keys, pathReference, type Reference, startsWith, valueAt } from './keys.ts'

/** `part`: something inside of it. `expression`: it was computed. */
export type SetBy = 'result' | 'error' | 'literal' | 'expression' | 'context' | 'part' | 'empty' | 'unknown'

export type Source =
  /** `isMoved`: the state put it where it is, from another place. Not certain: it may have been set to what it was. */
  | { readonly kind: 'input'; readonly keys: Keys; readonly isMoved: boolean; readonly isCertain: boolean }
  /** Output of one of the branches or iterations. */
  | { readonly kind: 'branch'; readonly index: number; readonly keys: Keys }
  | { readonly kind: 'item'; readonly keys: Keys }
  | { readonly kind: 'variable'; readonly name: string; readonly keys: Keys }
  | { readonly kind: 'set'; readonly by: SetBy }

const set = (by: SetBy): Source => ({ kind: 'set', by })

/** Of a field in the output of a state that was left. */
export function outputSource(facts: Facts, keys: Keys): Source {
  return checked(facts, keys, facts.isLeftAsItWas ? inputAt(keys) : definedSource(facts, keys))
}

/** What comes of the input must be in the input, or the definition was not understood. */
function checked(facts: Facts, keys: Keys, source: Source): Source {
  if (source.kind !== 'input') return source
  const [before, after] = [valueAt(facts.input, source.keys), valueAt(facts.output, keys)]
  if (before === undefined || after === undefined || !equalJson(before, after)) return set('unknown')
  return { ...source, isMoved: source.isMoved || pathDiffers(source.keys, keys) }
}

const pathDiffers = (a: Keys, b: Keys): boolean => a.length !== b.length || !startsWith(a, b)

const inputAt = (keys: Keys): Source => ({ kind: 'input', keys, isMoved: false, isCertain: true })

/** An expression may have taken over what it was given, as a merge does. */
function byValue(facts: Facts, keys: Keys): Source {
  const [before, after] = [valueAt(facts.input, keys), valueAt(facts.output, keys)]
  const isSame = before !== undefined && after !== undefined && equalJson(before, after)
  return isSame ? { kind: 'input', keys, isMoved: false, isCertain: false } : set('expression')
}

function definedSource(facts: Facts, keys: Keys): Source {
  const { catchers } = facts
  if (catchers.length > 0)
    return agreed(
      facts,
      keys,
      catchers.map((catcher) => caughtSource(facts, catcher, keys)),
    )
  return facts.isJsonata ? jsonataSource(facts, keys) : pathSource(facts, keys)
}

/** Of several that may have been the one: what all of them say. */
function agreed(facts: Facts, keys: Keys, sources: readonly Source[]): Source {
  const [first] = sources
  const isOne = sources.every((source) => JSON.stringify(source) === JSON.stringify(first))
  return first !== undefined && isOne ? first : byValue(facts, keys)
}

function caughtSource(facts: Facts, catcher: JsonObject, keys: Keys): Source {
  if (!facts.isJsonata) return placed(facts, catcher.get('ResultPath'), keys, () => set('error'))
  const output = catcher.get('Output')
  return output === undefined ? set('error') : jsonataTemplate(facts, output, keys, keys)
}

// ---- JSONPath

const works = new Set(['Task', 'Parallel', 'Map'])

function pathSource(facts: Facts, keys: Keys): Source {
  const { definition, type } = facts
  return filtered(definition.get('OutputPath'), keys, (whole) => {
    if (type !== 'Pass' && !works.has(type)) return effective(facts, whole)
    return placed(facts, definition.get('ResultPath'), whole, (rest) => resultSource(facts, rest))
  })
}

/** Through InputPath or OutputPath. */
function filtered(filter: Json | undefined, keys: Keys, from: (keys: Keys) => Source): Source {
  if (filter === undefined) return from(keys)
  if (filter === null) return set('empty')
  const reference = typeof filter === 'string' ? pathReference(filter) : undefined
  if (reference?.to === 'document') return from([...reference.keys, ...keys])
  if (reference?.to === 'variable') return { ...reference, kind: 'variable', keys: [...reference.keys, ...keys] }
  return reference?.to === 'context' ? set('context') : set('expression')
}

const effective = (facts: Facts, keys: Keys): Source => filtered(facts.definition.get('InputPath'), keys, inputAt)

/** The result stands in the input, at the ResultPath. */
function placed(facts: Facts, path: Json | undefined, keys: Keys, inResult: (rest: Keys) => Source): Source {
  if (path === undefined) return inResult(keys)
  if (path === null) return inputAt(keys)
  const reference = typeof path === 'string' ? pathReference(path) : undefined
  if (reference?.to !== 'document') return byValue(facts, keys)
  const { keys: at } = reference
  if (startsWith(keys, at)) return inResult(keys.slice(at.length))
  return startsWith(at, keys) ? set('part') : inputAt(keys)
}

function resultSource(facts: Facts, rest: Keys): Source {
  const { definition, type } = facts
  const selector = definition.get('ResultSelector')
  if (works.has(type)) {
    if (selector === undefined) return ofResult(facts, rest)
    return pathTemplate(selector, rest, (reference) => ofReference(reference, (keys) => ofResult(facts, keys)))
  }
  if (definition.has('Result')) return set('literal')
  const parameters = definition.get('Parameters')
  if (parameters === undefined) return effective(facts, rest)
  return pathTemplate(parameters, rest, (reference) => ofReference(reference, (keys) => effective(facts, keys)))
}

function ofResult({ type, definition }: Facts, keys: Keys): Source {
  const [index, ...rest] = keys
  const gathers = type === 'Parallel' || (type === 'Map' && !isDistributed(definition))
  return gathers && typeof index === 'number' ? { kind: 'branch', index, keys: rest } : set('result')
}

function isDistributed(definition: JsonObject): boolean {
  const config = valueAt(definition, ['ItemProcessor', 'ProcessorConfig', 'Mode'])
  return config === 'DISTRIBUTED'
}

function ofReference(reference: Reference, ofDocument: (keys: Keys) => Source): Source {
  switch (reference.to) {
    case 'document':
      return ofDocument(reference.keys)
    case 'variable':
      return { kind: 'variable', name: reference.name, keys: reference.keys }
    case 'item':
      return { kind: 'item', keys: reference.keys }
    case 'result':
    case 'errorOutput':
      return set('result')
    case 'context':
      return set('context')
    default:
      return reference satisfies never
  }
}

const further = (reference: Reference, rest: Keys): Reference =>
  reference.to === 'context' ? reference : { ...reference, keys: [...reference.keys, ...rest] }

/** In a payload template of JSONPath members named `NAME.$` hold paths. */
function pathTemplate(template: Json, keys: Keys, ofPath: (reference: Reference) => Source): Source {
  let node = template
  for (const [depth, key] of keys.entries()) {
    const path = typeof key === 'string' && isJsonObject(node) ? node.get(`${key}.$`) : undefined
    if (typeof path === 'string') {
      const reference = pathReference(path)
      return reference === undefined ? set('expression') : ofPath(further(reference, keys.slice(depth + 1)))
    }
    const child = valueAt(node, [key])
    if (child === undefined) return set('unknown')
    node = child
  }
  return set(holdsPaths(node) ? 'part' : 'literal')
}

function holdsPaths(value: Json): boolean {
  if (isJsonArray(value)) return value.some(holdsPaths)
  return isJsonObject(value) && [...value].some(([name, member]) => name.endsWith('.$') || holdsPaths(member))
}

// ---- JSONata

function jsonataSource(facts: Facts, keys: Keys): Source {
  const { definition, type } = facts
  if (type === 'Choice') return choiceSource(facts, keys)
  const output = definition.get('Output')
  if (output !== undefined) return jsonataTemplate(facts, output, keys, keys)
  return works.has(type) ? ofResult(facts, keys) : inputAt(keys)
}

function choiceSource(facts: Facts, keys: Keys): Source {
  const { definition, next } = facts
  const choices = definition.get('Choices')
  const rules = choices !== undefined && isJsonArray(choices) ? choices.filter(isJsonObject) : []
  const outputs = rules.filter((rule) => rule.get('Next') === next).map((rule) => rule.get('Output'))
  if (definition.get('Default') === next) outputs.push(definition.get('Output'))
  return agreed(
    facts,
    keys,
    outputs.map((output) => (output === undefined ? inputAt(keys) : jsonataTemplate(facts, output, keys, keys))),
  )
}

function jsonataTemplate(facts: Facts, template: Json, keys: Keys, shown: Keys): Source {
  if (typeof template === 'string' && template.startsWith('{%')) {
    const reference = jsonataReference(template)
    if (reference === undefined) return byValue(facts, shown)
    const whole = further(reference, keys)
    if (whole.to === 'errorOutput') return set('error')
    return whole.to === 'result' ? ofResult(facts, whole.keys) : ofReference(whole, inputAt)
  }
  const [key, ...rest] = keys
  if (key === undefined) return set(holdsExpressions(template) ? 'part' : 'literal')
  const child = valueAt(template, [key])
  return child === undefined ? byValue(facts, shown) : jsonataTemplate(facts, child, rest, shown)
}

function holdsExpressions(value: Json): boolean {
  if (typeof value === 'string') return value.startsWith('{%')
  if (isJsonArray(value)) return value.some(holdsExpressions)
  return isJsonObject(value) && [...value.values()].some(holdsExpressions)
}

// ---- what branches and iterations are given

/** Of a field in what a branch or an iteration began with. Relative to the state around it. */
export function scopeSource(facts: Facts, iteration: number | undefined, keys: Keys): Source {
  const { definition, isJsonata } = facts
  if (iteration === undefined) return givenBy(facts, definition.get(isJsonata ? 'Arguments' : 'Parameters'), keys)
  const selector = definition.get('ItemSelector') ?? (isJsonata ? undefined : definition.get('Parameters'))
  const source: Source = selector === undefined ? { kind: 'item', keys } : givenBy(facts, selector, keys)
  return source.kind === 'item' ? itemSource(facts, [iteration, ...source.keys]) : source
}

function givenBy(facts: Facts, template: Json | undefined, keys: Keys): Source {
  if (facts.isJsonata) {
    const source = template === undefined ? inputAt(keys) : jsonataTemplate(facts, template, keys, keys)
    // Compared with the output of the state around it nothing would be said of what a branch was given.
    return source.kind === 'input' && !source.isCertain ? set('expression') : source
  }
  if (template === undefined) return effective(facts, keys)
  return pathTemplate(template, keys, (reference) => ofReference(reference, (found) => effective(facts, found)))
}

function itemSource(facts: Facts, keys: Keys): Source {
  const { definition, isJsonata } = facts
  const items = definition.get(isJsonata ? 'Items' : 'ItemsPath')
  if (items === undefined) return isJsonata ? inputAt(keys) : effective(facts, keys)
  const reference = typeof items !== 'string' ? undefined : isJsonata ? jsonataReference(items) : pathReference(items)
  if (reference === undefined) return set('expression')
  return ofReference(further(reference, keys), (found) => (isJsonata ? inputAt(found) : effective(facts, found)))
}
