/** The steps a path is compiled to. */
import type { Json } from '../../base/index.ts'
import type { Reading } from './reading.ts'

/** Undefined: the operands do not fit the operator, and the whole filter rejects the item. */
export type Verdict = boolean | undefined
export type Predicate = (item: Json, reading: Reading) => Verdict

export type Step =
  | { readonly kind: 'member'; readonly name: string; readonly quote: string }
  /** `['a','b']`: picks members into a new object when it stands last, else goes on with each. */
  | { readonly kind: 'members'; readonly names: readonly string[]; readonly quote: string }
  | { readonly kind: 'item'; readonly index: number }
  | { readonly kind: 'items'; readonly indexes: readonly number[] }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined }
  | { readonly kind: 'every' }
  /** `..`: the value itself and everything below it that the next step fits. */
  | { readonly kind: 'descend' }
  | { readonly kind: 'filter'; readonly accepts: Predicate }
  | { readonly kind: 'function'; readonly name: string; readonly call: PathCall }

/** Undefined when the function has no answer, such as the greatest of no numbers. */
export type PathCall = (value: Json, reading: Reading) => Json | undefined

/** Steps with what is known about them beforehand. */
export type Trail = {
  readonly steps: readonly Step[]
  /** Gives one value; otherwise a list. */
  readonly definite: boolean
  /** Per step: whether all steps before it give one value, so that nothing there is a failure and not an empty list. */
  readonly definiteBefore: readonly boolean[]
}

export function trailOf(steps: readonly Step[]): Trail {
  const definiteBefore: boolean[] = []
  let definite = true
  for (const [at, step] of steps.entries()) {
    definiteBefore.push(definite)
    definite = definite && isDefinite(step, at === steps.length - 1)
  }
  return { steps, definite, definiteBefore }
}

export function isDefinite(step: Step, last: boolean): boolean {
  return step.kind === 'member' || step.kind === 'item' || step.kind === 'function' || (step.kind === 'members' && last)
}

/** As Jayway prints a path: `$['a'][0][*]..['b']`. */
export function printSteps(steps: readonly Step[]): string {
  return steps.map(printStep).join('')
}

function printStep(step: Step): string {
  switch (step.kind) {
    case 'member':
      return `[${step.quote}${step.name}${step.quote}]`
    case 'members':
      return `[${step.names.map((name) => step.quote + name + step.quote).join(',')}]`
    case 'item':
      return `[${step.index}]`
    case 'items':
      return `[${step.indexes.join(',')}]`
    case 'slice':
      return `[${step.from ?? ''}:${step.to ?? ''}]`
    case 'every':
      return '[*]'
    case 'descend':
      return '..'
    case 'filter':
      return '[?]'
    case 'function':
      return `.${step.name}()`
  }
}
