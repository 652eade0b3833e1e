/**
 * The built-in functions of jsonata, each behind the budget. jsonata checks its own limits between the nodes of an
 * expression; what one call does natively is bounded here, before it is done.
 */
import type { Budget } from './budget.ts'
import { awsLimits } from './limits.ts'
import type { Realm } from './realm.ts'
import { weigh } from './values.ts'

/** What one call is about to cost; may throw Overrun. Nothing: its arguments' length covers it. */
type Cost = (budget: Budget, values: readonly unknown[]) => void

/** Pictures longer than this are no pictures of a number or a date. */
const pictureLength = 256

const none: Cost = () => {}

/** Every built-in function but `$eval`, which AWS took out. */
const costs = {
  abs: none,
  append: none,
  assert: none,
  average: none,
  base64decode: none,
  base64encode: none,
  boolean: none,
  ceil: none,
  clone: none,
  contains: none,
  count: none,
  decodeUrl: none,
  decodeUrlComponent: none,
  distinct: (budget, [values]) => budget.spend((lengthOf(values) ** 2 * sizeOfItem(values)) / 4),
  each: none,
  encodeUrl: none,
  encodeUrlComponent: none,
  error: none,
  exists: none,
  filter: none,
  floor: none,
  formatBase: none,
  formatInteger: (budget, [, picture]) => picturesMustBeShort(budget, picture),
  formatNumber: (budget, [, picture]) => picturesMustBeShort(budget, picture),
  fromMillis: (budget, [, picture]) => picturesMustBeShort(budget, picture),
  join: (budget, [parts, separator]) => budget.allowText(joinedLength(parts, lengthOf(separator))),
  keys: none,
  length: none,
  lookup: none,
  lowercase: none,
  map: none,
  match: none,
  max: none,
  merge: none,
  millis: none,
  min: none,
  not: none,
  now: (budget, [picture]) => picturesMustBeShort(budget, picture),
  number: none,
  pad: (budget, [text, width]) =>
    budget.allowText(Math.max(lengthOf(text), typeof width === 'number' ? Math.abs(width) : 0)),
  parseInteger: (budget, [text, picture]) => picturesMustBeShort(budget, text, picture),
  power: none,
  reduce: none,
  replace: (budget, [text, , replacement]) => budget.spend(lengthOf(text) * lengthOf(replacement)),
  reverse: none,
  round: none,
  shuffle: none,
  sift: none,
  single: none,
  sort: (budget, [values]) => budget.spend(sortingWork(lengthOf(values))),
  split: (budget, [text, separator]) => budget.allowItems(separator === '' ? lengthOf(text) : 0),
  spread: (budget, [values]) => budget.spend((lengthOf(values) * weigh(values, awsLimits.weight)) / 64),
  sqrt: none,
  string: (budget, [value, pretty]) => printedMustFit(budget, value, pretty === true),
  substring: none,
  substringAfter: none,
  substringBefore: none,
  sum: none,
  toMillis: (budget, [text, picture]) => picturesMustBeShort(budget, text, picture),
  trim: none,
  type: none,
  uppercase: none,
  zip: none,
} satisfies Record<string, Cost>

export const builtInNames: readonly string[] = Object.keys(costs)

/** Functions whose results hold their arguments inside new values, without a node of the expression in between. */
const nesting: ReadonlySet<string> = new Set(['append', 'merge', 'spread', 'zip'])

type Native = (...values: unknown[]) => unknown
type Definition = { implementation: Native }

/** Puts every built-in function of the realm behind the budget. `$now` and `$millis` are made anew per expression. */
export function guardBuiltIns(realm: Realm, budget: Budget): void {
  const names = builtInNames.filter((name) => name !== 'now' && name !== 'millis')
  const expression = realm.compile(`{${names.map((name) => `"${name}": $${name}`).join(', ')}}`)
  const answer = realm.run(expression, {})
  if (!answer.ok) throw answer.error
  const definitions = definitionsIn(answer.value)
  for (const name of names) {
    const definition = definitions[name]
    if (definition === undefined) throw new Error(`jsonata has no function $${name}`)
    definition.implementation = guarded(name, definition.implementation, budget)
  }
}

/** The one cast: jsonata keeps its functions in objects of this shape, which its own README does not tell. */
function definitionsIn(value: unknown): Readonly<Record<string, Definition>> {
  return value as Readonly<Record<string, Definition>>
}

function guarded(name: string, native: Native, budget: Budget): Native {
  const cost: Cost = costs[name as keyof typeof costs]
  const guard = function (this: unknown, ...values: unknown[]): unknown {
    budget.tick()
    for (const value of values) budget.spend(lengthOf(value) / 4)
    cost(budget, values)
    const result = native.apply(this, values)
    if (nesting.has(name)) budget.weigh(result)
    return result
  }
  // jsonata reads a function's arity for callbacks, and its parameters' names from its text for partial application.
  Object.defineProperty(guard, 'length', { value: native.length })
  guard.toString = () => native.toString()
  return guard
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' || Array.isArray(value) ? value.length : 0
}

/** How dear it is to compare two items: a nested one is walked. */
function sizeOfItem(values: unknown): number {
  const weight = weigh(values, awsLimits.weight)
  return Math.max(1, weight / (8 * Math.max(1, lengthOf(values))))
}

/** jsonata's merge sort awaits each comparison and copies what is left after each. */
function sortingWork(items: number): number {
  return items ** 2 / 2 + items * Math.log2(items + 1) * 40
}

function joinedLength(parts: unknown, separator: number): number {
  if (!Array.isArray(parts)) return lengthOf(parts)
  let length = 0
  for (const part of parts) length += lengthOf(part) + separator
  return length
}

/** A picture may ask for any width in digits, and its parser for exponential time: such are not evaluated inline. */
function picturesMustBeShort(budget: Budget, ...texts: readonly unknown[]): void {
  for (const text of texts) {
    if (typeof text !== 'string') continue
    if (text.length > pictureLength || /\d{4}/.test(text.replace(/0+/g, '0'))) budget.onlyWhereItCanBeKilled()
  }
}

/** Pretty printing adds an indentation per line, which only the depth bounds. */
function printedMustFit(budget: Budget, value: unknown, pretty: boolean): void {
  if (typeof value !== 'object' || value === null) return
  budget.weigh(value)
  if (pretty) budget.spend(weigh(value, awsLimits.weight) * 16)
}
