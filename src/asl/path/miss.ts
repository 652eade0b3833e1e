/** Why a walk along a path ended without a value, and how Jayway says so. */
import type { Json } from '../../base/index.ts'
import { type NotFoundReason, PathNotFound } from './errors.ts'
import { javaClass, javaText } from './java-text.ts'
import { printSteps, type Step } from './step.ts'

export type MissKind =
  /** Nothing at the end of the path. */
  | 'result'
  /** An array without such an index. */
  | 'index'
  /** A key on the way. */
  | 'member'
  /** A key of something that is no object. */
  | 'object'
  /** An index of something that is no array. */
  | 'array'
  /** A filter on something that is neither. */
  | 'container'
  | 'function'

const reasons = {
  result: 'missing',
  index: 'index',
  member: 'missing',
  object: 'type',
  array: 'type',
  container: 'type',
  function: 'function',
} as const satisfies Record<MissKind, NotFoundReason>

/** Not an exception: inside filters, finding nothing is an everyday answer. */
export class Miss {
  readonly kind: MissKind
  /** The index of the step that failed. */
  readonly at: number
  /** What the step met. */
  readonly value: Json

  constructor(kind: MissKind, at: number, value: Json) {
    this.kind = kind
    this.at = at
    this.value = value
  }

  toError(steps: readonly Step[], path: string): PathNotFound {
    return new PathNotFound(describe(this, steps), reasons[this.kind], path)
  }
}

function describe(miss: Miss, steps: readonly Step[]): string {
  const before = `$${printSteps(steps.slice(0, miss.at).map(singleQuoted))}`
  const step = steps.slice(miss.at, miss.at + 1)
  switch (miss.kind) {
    case 'result':
    case 'index':
      return `No results for path: $${printSteps(steps)}`
    case 'member':
      return `Missing property in path ${before}${printSteps(step.map(singleQuoted))}`
    case 'object':
      return (
        `Expected to find an object with property ${printSteps(step)} in path ${before} but found '${javaClass(miss.value)}'. ` +
        `This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonProvider'.`
      )
    case 'array':
      if (miss.value === null) return `The path ${before} is null`
      return `Filter: ${printSteps(steps.slice(miss.at))} can only be applied to arrays. Current context is: ${javaText(miss.value)}`
    case 'container':
      return `Filter: ${printSteps(steps.slice(miss.at))} can not be applied to primitives. Current context is: ${javaText(miss.value)}`
    case 'function':
      return 'Aggregation function attempted to calculate value using empty array'
  }
}

/** Jayway prints a place in the document with single quotes, the path itself as it was written. */
function singleQuoted(step: Step): Step {
  return step.kind === 'member' ? { ...step, quote: "'" } : step
}
