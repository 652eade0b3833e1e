/** The six functions AWS adds. What they answer to odd arguments was measured there. */
import { type Budget, Overrun } from './budget.ts'
import { type ExpressionChance, hashAlgorithms, isHashAlgorithm, javaRandom } from './chance.ts'
import { awsLimits } from './limits.ts'
import type { Expression } from './realm.ts'
import type { Texts } from './texts.ts'

/** What the functions work with. */
export type AwsWorld = {
  readonly texts: Texts
  readonly budget: Budget
  /** The chance of the running evaluation. */
  chance(): ExpressionChance
}

export const awsFunctionNames: readonly string[] = ['hash', 'parse', 'partition', 'random', 'range', 'uuid']

/** With jsonata's code for an error that has a message of its own. */
class FunctionError extends Error {
  readonly code = 'D3137'
}

/** Registers the functions on one expression of the realm; their definitions can then be handed to all others. */
export function registerAwsFunctions(expression: Expression, world: AwsWorld): void {
  const register: Expression['registerFunction'] = (name, implementation, signature) =>
    expression.registerFunction(name, implementation, signature)
  register('hash', (text?: string, algorithm?: string) => hash(world, text, algorithm), '<s?s?:s>')
  register('parse', (text?: string) => parse(world, text), '<s?:x>')
  register('partition', (items?: unknown[], size?: number) => partition(items, size), '<an?:a>')
  register('random', (seed?: number) => random(world, seed), '<n?:n>')
  register('range', (...bounds: Bounds) => range(world, ...bounds), '<nnn?:a>')
  register('uuid', () => world.chance().uuid(), '<:s>')
}

function hash({ budget, chance }: AwsWorld, text?: string, algorithm?: string): string | undefined {
  if (text === undefined || algorithm === undefined) return undefined
  if (!isHashAlgorithm(algorithm)) {
    throw new FunctionError(`Unsupported hash algorithm: ${algorithm}. Supported: ${hashAlgorithms.join(', ')}`)
  }
  budget.spend(text.length)
  return chance().hash(algorithm, text)
}

function parse({ texts, budget }: AwsWorld, text?: string): unknown {
  if (text === undefined) return undefined
  budget.spend(text.length)
  try {
    return texts.readOnce(text)
  } catch (cause) {
    throw new FunctionError(`Invalid JSON: ${messageOf(cause)}`, { cause })
  }
}

/** Errors of the realm are no instances of the Error here. */
function messageOf(cause: unknown): string {
  const message = typeof cause === 'object' && cause !== null && 'message' in cause ? cause.message : cause
  return String(message)
}

function random({ chance }: AwsWorld, seed?: number): number {
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
function range({ budget }: AwsWorld, ...bounds: Bounds): number[] | number | undefined {
  const [start, end, step] = bounds.map((bound) => (bound === undefined ? undefined : Math.trunc(bound)))
  if (start === undefined || end === undefined || step === undefined || step === 0) return undefined
  const count = Math.floor((end - start) / step) + 1
  if (count < 1) return undefined
  if (count === 1) return start
  // AWS makes fewer items here than it takes elsewhere.
  if (count > awsLimits.rangeItems) throw new Overrun('memory')
  budget.allowItems(count)
  return Array.from({ length: count }, (_, i) => start + i * step)
}
