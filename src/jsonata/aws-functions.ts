/** The six functions AWS adds. What they answer to odd arguments was measured there. */
import type { Budget } from './budget.ts'
import { type ExpressionChance, hashAlgorithms, isHashAlgorithm, javaRandom } from './chance.ts'
import { awsLimits } from './limits.ts'
import type { Expression, Realm } from './realm.ts'

/** The chance of the running evaluation. */
export type CurrentChance = () => ExpressionChance

export const awsFunctionNames: readonly string[] = ['hash', 'parse', 'partition', 'random', 'range', 'uuid']

/** jsonata's code for an error with a message of the function's own. */
const ownMessage = 'D3137'

class FunctionError extends Error {
  readonly code = ownMessage
}

/** Registers the functions on one expression of the realm; their definitions can then be handed to all others. */
export function registerAwsFunctions(
  expression: Expression,
  realm: Realm,
  budget: Budget,
  chance: CurrentChance,
): void {
  expression.registerFunction(
    'hash',
    (text?: string, algorithm?: string) => hash(budget, chance, text, algorithm),
    '<s?s?:s>',
  )
  expression.registerFunction('parse', (text?: string) => parse(realm, budget, text), '<s?:x>')
  expression.registerFunction('partition', (items?: unknown[], size?: number) => partition(items, size), '<an?:a>')
  expression.registerFunction('random', (seed?: number) => random(chance, seed), '<n?:n>')
  expression.registerFunction('range', (...bounds: Bounds) => range(budget, ...bounds), '<nnn?:a>')
  expression.registerFunction('uuid', () => chance().uuid(), '<:s>')
}

function hash(budget: Budget, chance: CurrentChance, text?: string, algorithm?: string): string | undefined {
  if (text === undefined || algorithm === undefined) return undefined
  if (!isHashAlgorithm(algorithm)) {
    throw new FunctionError(`Unsupported hash algorithm: ${algorithm}. Supported: ${hashAlgorithms.join(', ')}`)
  }
  budget.spend(text.length)
  return chance().hash(algorithm, text)
}

function parse(realm: Realm, budget: Budget, text?: string): unknown {
  if (text === undefined) return undefined
  budget.spend(text.length)
  let value: unknown
  try {
    value = realm.parse(text)
  } catch (cause) {
    throw new FunctionError(`Invalid JSON: ${cause instanceof Error ? cause.message : text.slice(0, 80)}`, { cause })
  }
  return value
}

function random(chance: CurrentChance, seed?: number): number {
  return seed === undefined ? chance().random() : javaRandom(seed)
}

function partition(items?: unknown[], size?: number): unknown[][] | undefined {
  if (items === undefined || items.length === 0) return undefined
  const length = size === undefined ? items.length : Math.trunc(size)
  if (length < 0) throw new FunctionError('Second argument must be zero or greater')
  if (length === 0) return undefined
  const chunks: unknown[][] = []
  for (let i = 0; i < items.length; i += length) chunks.push(items.slice(i, i + length))
  return chunks
}

type Bounds = [start?: number, end?: number, step?: number]

/** Inclusive when the step lands on the end; one number alone is no array. */
function range(budget: Budget, ...bounds: Bounds): number[] | number | undefined {
  const [start, end, step] = bounds.map((bound) => (bound === undefined ? undefined : Math.trunc(bound)))
  if (start === undefined || end === undefined || step === undefined || step === 0) return undefined
  const count = Math.floor((end - start) / step) + 1
  if (count < 1) return undefined
  if (count === 1) return start
  budget.allowItems(count > awsLimits.rangeItems ? Number.POSITIVE_INFINITY : count)
  return Array.from({ length: count }, (_, i) => start + i * step)
}
