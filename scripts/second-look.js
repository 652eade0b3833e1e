/**
 * What a run of vitest comes to, and what is made of a second run of the files in which tests failed. A report is
 * `{ passed, failed, skipped, failures, passedTests }`, a failure `{ file, test, name, message }`: `test` is the id of the test,
 * the same in each run; it is missing where it is no test that failed (a file that does not load, an error outside of all
 * tests, a run that did not come to its end). `passedTests` are ids.
 */

/** More than that at once are no accident of the machine. */
const mostLookedAtAgain = 3

/** The report as it was written, if it was; what only the process tells (`code`, `signal`) is a failure as well. */
export function reportOf(found, { code, signal }) {
  const report = found ?? { passed: 0, failed: 0, skipped: 0, failures: [], passedTests: [] }
  const isTold = code === 0 || report.failed > 0
  if (isTold && signal === null) return report
  const message = signal === null ? `it ended with code ${code} and told no failure` : `it was ended by ${signal}`
  return { ...report, failed: report.failed + 1, failures: [...report.failures, { file: 'vitest', message }] }
}

/** Only single tests are: what is broken otherwise says nothing about how many tests did not run. */
export function isWorthAnotherLook({ failures }) {
  return failures.length > 0 && failures.length <= mostLookedAtAgain && failures.every(({ test }) => test !== undefined)
}

/**
 * The report of both runs, and the failures that the second one did not repeat. A test that fails again has failed, and so
 * has one that the second run did not see pass.
 */
export function secondLook(first, second) {
  const flaky = first.failures.filter(({ test }) => second.passedTests.includes(test))
  const others = second.failures.filter(({ test }) => !first.failures.some((failure) => failure.test === test))
  const failures = [...first.failures.filter((failure) => !flaky.includes(failure)), ...others]
  return {
    report: { ...first, passed: first.passed + flaky.length, failed: failures.length, failures },
    flaky,
  }
}
