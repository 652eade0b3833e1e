/**
 * A reporter of vitest: what `npm test` counts and names, as JSON in the file of HOLDFAST_TEST_REPORT:
 * `{ passed, failed, skipped, failures: string[] }`. A file that does not load counts as one failure, and so does each error
 * that belongs to no test.
 */
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'

export default class TestReport {
  onTestRunEnd(modules, unhandled) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state) => tests.filter((test) => test.result().state === state).length
    const failures = [
      ...modules.flatMap(failuresOf),
      ...unhandled.map((error) => `outside a test: ${firstLine(error)}`),
    ]
    const report = { passed: count('passed'), failed: failures.length, skipped: count('skipped'), failures }
    writeFileSync(process.env.HOLDFAST_TEST_REPORT, JSON.stringify(report))
  }
}

function failuresOf(module) {
  const path = relative(process.cwd(), module.moduleId)
  const broken = [...module.errors(), ...[...module.children.allSuites()].flatMap((suite) => [...suite.errors()])]
  const failed = [...module.children.allTests('failed')]
  return [
    ...broken.map((error) => `${path}: ${firstLine(error)}`),
    ...failed.map((test) => `${path}: ${test.fullName}: ${firstLine(test.result().errors[0])}`),
  ]
}

function firstLine(error) {
  return String(error?.message ?? error)
    .split('\n', 1)[0]
    .slice(0, 500)
}
