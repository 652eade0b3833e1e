/**
 * What one evaluation may use. AWS's own limits decide what fails; the smaller inline ones only decide what is
 * evaluated elsewhere, so an answer never depends on the speed of the machine except at the one second itself.
 */

/** AWS's limits, as measured: the same expressions pass and fail here. */
export const awsLimits = {
  /** Wall clock of one evaluation. */
  timeMs: 1_000,
  /** Nested evaluations: a sum of 100 terms passes, one of 101 does not. */
  depth: 100,
  /** Items of one array: `[1..873782]` passes. */
  items: 873_782,
  /** Weight of one value: 8 for a number, 1 for a character, 1 for what holds them. */
  weight: 873_783 * 8 - 1,
  /** Items that `$range` makes. */
  rangeItems: 360_145,
} as const

/** What a worker may grow to; one that has grown large is replaced, or it would keep what one bomb has taken. */
export const workerMemory = { limitMb: 160, youngMb: 24, replacedAboveBytes: 64_000_000 } as const

export type Allowance = {
  readonly timeMs: number
  /**
   * An evaluation that is late after fewer steps than this was interrupted (the collector, another process) and not
   * slow: it gets its time once more.
   */
  readonly steps: number
  /** Items of one array. */
  readonly items: number
  /** Characters of one string. */
  readonly characters: number
  /** All work of one evaluation, in steps of a few nanoseconds: characters read, items visited, values weighed. */
  readonly work: number
  /** Characters of JSON text that are read into the evaluation. */
  readonly inputCharacters: number
}

/** Where other executions wait for the answer. */
export const inlineAllowance: Allowance = {
  timeMs: 20,
  steps: 200,
  items: 32_768,
  characters: 262_144,
  work: 2_000_000,
  inputCharacters: 1_048_576,
}

/** Where only the time counts, because the evaluation can be killed. */
export const workerAllowance: Allowance = {
  timeMs: awsLimits.timeMs,
  steps: 0,
  items: awsLimits.items,
  characters: awsLimits.weight,
  work: Number.POSITIVE_INFINITY,
  inputCharacters: Number.POSITIVE_INFINITY,
}

/** Levels of nesting a result may have: what the parser of payloads accepts. */
export const resultDepth = 1_000

/** How AWS words an exceeded limit, as it follows "threw an error during evaluation". */
export const limitDetails = {
  time: ': Expression evaluation timeout',
  memory: ': Expression evaluation memory limit exceeded: Check for excessive memory usage',
  stack: ': Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive.',
  nesting: `: The result is nested deeper than ${resultDepth} levels`,
} as const
