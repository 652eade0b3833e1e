/** The file itself is JavaScript, because whichever Node started `npm test` reads it. */
export type Failure = { readonly file: string; readonly test?: string; readonly message: string }
export type Report = {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly failures: readonly Failure[]
}

export function isWorthAnotherLook(report: Report): boolean
export function secondLook(
  first: Report,
  second: Report & { readonly passedTests: readonly string[] },
): { readonly report: Report; readonly flaky: readonly Failure[] }
