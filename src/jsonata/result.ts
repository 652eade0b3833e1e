/** From what an evaluation left, to the outcome the language records. */
import type { Outcome } from '../asl/index.ts'
import { Overrun } from './budget.ts'
import { awsLimits, limitDetails, resultDepth } from './limits.ts'
import { isFunction, membersOf } from './values.ts'

/** `undecided`: over an allowance of this attempt, though perhaps not over AWS's limits. */
export type Attempt = Outcome | { readonly kind: 'undecided'; readonly limit: 'time' | 'work' | 'items' | 'stack' }

/** An attempt that had all that AWS gives. */
export function finalOutcome(attempt: Attempt): Outcome {
  if (attempt.kind !== 'undecided') return attempt
  switch (attempt.limit) {
    case 'time':
      return { kind: 'failed', detail: limitDetails.time }
    case 'stack':
      return { kind: 'failed', detail: limitDetails.stack }
    case 'items':
    case 'work':
      return { kind: 'failed', detail: limitDetails.memory }
  }
}

type Traits = { weight: number; functions: boolean; special: boolean; tooDeep: boolean }

/** Of the texts an evaluation has read, which a number came from. */
export type NumberTexts = { exactText(value: number): string | undefined }

export function outcomeOf(value: unknown, texts: NumberTexts): Outcome {
  if (value === undefined) return { kind: 'nothing' }
  const traits: Traits = { weight: 0, functions: false, special: false, tooDeep: false }
  inspect(value, 0, traits)
  if (traits.functions) return { kind: 'unsupported' }
  if (traits.tooDeep) return { kind: 'failed', detail: limitDetails.nesting }
  if (traits.weight > awsLimits.weight) return { kind: 'failed', detail: limitDetails.memory }
  return { kind: 'value', text: JSON.stringify(value, traits.special ? specialNumbers(texts) : undefined) }
}

function inspect(value: unknown, depth: number, traits: Traits): void {
  if (traits.functions || traits.tooDeep || traits.weight > awsLimits.weight) return
  traits.weight += typeof value === 'string' ? value.length : typeof value === 'object' && value !== null ? 1 : 8
  if (typeof value === 'number') traits.special ||= !(Math.abs(value) <= Number.MAX_SAFE_INTEGER)
  else if (isFunction(value)) traits.functions = true
  else if (typeof value === 'object' && value !== null) inspectMembers(value, depth + 1, traits)
}

function inspectMembers(value: object, depth: number, traits: Traits): void {
  traits.tooDeep ||= depth > resultDepth
  if (Array.isArray(value)) {
    for (const item of value) inspect(item, depth, traits)
    return
  }
  const members = membersOf(value)
  for (const key of Object.keys(members)) {
    traits.weight += key.length
    inspect(members[key], depth, traits)
  }
}

/** JSON has no infinities: AWS writes their names. Integers beyond 2^53 are written as they were read. */
function specialNumbers(texts: NumberTexts): (key: string, value: unknown) => unknown {
  return (_key, value) => {
    if (typeof value !== 'number') return value
    if (!Number.isFinite(value)) return String(value)
    const exact = texts.exactText(value)
    return exact === undefined ? value : rawJson(exact)
  }
}

/** The cast: the platform has it, TypeScript's library does not know it yet. */
function rawJson(text: string): unknown {
  return (JSON as typeof JSON & { rawJSON(text: string): unknown }).rawJSON(text)
}

/** What jsonata throws is a plain object with these members, or a native error of its realm. */
type Thrown = { readonly name?: unknown; readonly code?: unknown; readonly message?: unknown; readonly value?: unknown }

export function attemptOf(error: unknown): Attempt {
  if (error instanceof Overrun) {
    if (error.limit === 'memory') return { kind: 'failed', detail: limitDetails.memory }
    return { kind: 'undecided', limit: error.limit }
  }
  const thrown: Thrown = typeof error === 'object' && error !== null ? error : { message: String(error) }
  if (thrown.name === 'RangeError') return rangeError(thrown)
  switch (thrown.code) {
    case 'D1011':
      return { kind: 'failed', detail: limitDetails.stack }
    case 'D2014':
      return { kind: 'failed', detail: limitDetails.memory }
    case 'D2015':
      if (Number(thrown.value) > awsLimits.items) return { kind: 'failed', detail: limitDetails.memory }
      return { kind: 'undecided', limit: 'items' }
    default:
  }
  return { kind: 'failed', detail: wording(thrown) }
}

function rangeError(thrown: Thrown): Attempt {
  const message = String(thrown.message)
  // A native function that calls itself, as `$formatInteger(1e9, 'I')`: how deep it gets depends on the stack it has.
  if (message.includes('call stack')) return { kind: 'undecided', limit: 'stack' }
  if (/^Invalid (?:string|array) length/.test(message)) return { kind: 'failed', detail: limitDetails.memory }
  return { kind: 'failed', detail: wording(thrown) }
}

/** An error with a code is a sentence of its own. */
export function wording(thrown: Thrown): string {
  const message = typeof thrown.message === 'string' ? thrown.message : ''
  return typeof thrown.code === 'string' ? `. ${thrown.code}: ${message}` : `: ${message}`
}
