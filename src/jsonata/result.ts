/** From what an evaluation left, to the outcome the language records. */
import type { Outcome } from '../asl/index.ts'
import { isFunction, Overrun } from './budget.ts'
import { awsLimits, limitDetails, resultDepth } from './limits.ts'

/** `undecided`: over the allowance of this attempt, but not over AWS's limits. */
export type Attempt = Outcome | { readonly kind: 'undecided'; readonly limit: 'time' | 'work' }

type Traits = { weight: number; functions: boolean; nonFinite: boolean; tooDeep: boolean }

export function outcomeOf(value: unknown): Outcome {
  if (value === undefined) return { kind: 'nothing' }
  const traits: Traits = { weight: 0, functions: false, nonFinite: false, tooDeep: false }
  inspect(value, 0, traits)
  if (traits.functions) return { kind: 'unsupported' }
  if (traits.tooDeep) return { kind: 'failed', detail: limitDetails.nesting }
  if (traits.weight > awsLimits.weight) return { kind: 'failed', detail: limitDetails.memory }
  return { kind: 'value', text: JSON.stringify(value, traits.nonFinite ? nameNonFinite : undefined) }
}

function inspect(value: unknown, depth: number, traits: Traits): void {
  if (traits.functions || traits.tooDeep || traits.weight > awsLimits.weight) return
  if (typeof value === 'string') traits.weight += value.length
  else traits.weight += 8
  if (typeof value === 'number') traits.nonFinite ||= !Number.isFinite(value)
  else if (isFunction(value)) traits.functions = true
  else if (typeof value === 'object' && value !== null) inspectMembers(value, depth + 1, traits)
}

function inspectMembers(value: object, depth: number, traits: Traits): void {
  traits.tooDeep ||= depth > resultDepth
  if (Array.isArray(value)) {
    for (const item of value) inspect(item, depth, traits)
    return
  }
  for (const [key, member] of Object.entries(value)) {
    traits.weight += key.length
    inspect(member, depth, traits)
  }
}

/** JSON has no such numbers; AWS writes their names. */
function nameNonFinite(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

/** What jsonata throws is a plain object with these members, or a native error of its realm. */
type Thrown = { readonly name?: unknown; readonly code?: unknown; readonly message?: unknown; readonly value?: unknown }

export function attemptOf(error: unknown): Attempt {
  if (error instanceof Overrun) {
    if (error.limit === 'memory') return { kind: 'failed', detail: limitDetails.memory }
    return { kind: 'undecided', limit: error.limit }
  }
  const thrown: Thrown = typeof error === 'object' && error !== null ? error : { message: String(error) }
  if (thrown.name === 'RangeError') return rangeError(String(thrown.message))
  switch (thrown.code) {
    case 'D1011':
      return { kind: 'failed', detail: limitDetails.stack }
    case 'D2014':
      return { kind: 'failed', detail: limitDetails.memory }
    case 'D2015':
      if (Number(thrown.value) >= awsLimits.items) return { kind: 'failed', detail: limitDetails.memory }
      return { kind: 'undecided', limit: 'work' }
    default:
  }
  return { kind: 'failed', detail: wording(thrown) }
}

function rangeError(message: string): Attempt {
  // A native function that calls itself, as `$formatInteger(1e9, 'I')`: how deep it gets depends on the stack it has.
  if (message.includes('call stack')) return { kind: 'undecided', limit: 'work' }
  return { kind: 'failed', detail: limitDetails.memory }
}

/** An error with a code is a sentence of its own. */
export function wording(thrown: Thrown): string {
  const message = typeof thrown.message === 'string' ? thrown.message : ''
  return typeof thrown.code === 'string' ? `. ${thrown.code}: ${message}` : `: ${message}`
}
