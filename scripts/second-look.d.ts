/** The file itself is JavaScript, because whichever Node started `npm test` reads it. */
export type Failure = {
  readonly file: string
  readonly test?: string
  readonly name?: string
  readonly message: string
}
export type Report = {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly failures: readonly Failure[]
  readonly passedTests: readonly string[]
}

export function reportOf(
  found: Report | undefined,
  ended: { readonly code: number; readonly signal: string | null },
): Report
export function isWorthAnotherLook(report: Report): boolean
export function secondLook(
  first: Report,
  second: Report,
): { readonly report: Report; readonly flaky: readonly Failure[] }
