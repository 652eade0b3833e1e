/**
 * What is made of a second run of the files in which tests failed. A report is `{ passed, failed, skipped, failures }`, a
 * failure `{ file, test, message }`; `test` is missing where it is no test that failed (a file that does not load, an error
 * outside of all tests).
 */

/** More than that at once are no accident of the machine. */
const mostLookedAtAgain = 3

/** Only single tests are: what is broken otherwise says nothing about how many tests did not run. */
export function isWorthAnotherLook({ failures }) {
  return failures.length > 0 && failures.length <= mostLookedAtAgain && failures.every(({ test }) => test !== undefined)
}

/**
 * The report of both runs, and the failures that the second one did not repeat. A test that fails again has failed, and so
 * has one that the second run did not get to: `second.passedTests` holds those that it saw pass, as `file: test`.
 */
export function secondLook(first, second) {
  const isSeen = ({ file, test }) => second.passedTests.includes(`${file}: ${test}`)
  const isAgain = ({ file, test }) => second.failures.some((one) => one.file === file && one.test === test)
  const flaky = first.failures.filter((failure) => isSeen(failure) && !isAgain(failure))
  const known = new Set(first.failures.map(({ file, test }) => `${file}: ${test}`))
  const others = second.failures.filter(({ file, test }) => !known.has(`${file}: ${test}`))
  const failures = [...first.failures.filter((failure) => !flaky.includes(failure)), ...others]
  return {
    report: { ...first, passed: first.passed + flaky.length, failed: failures.length, failures },
    flaky,
  }
}
