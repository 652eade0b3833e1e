/**
 * A reporter of vitest: what `npm test` counts and names, as JSON in the file of HOLDFAST_TEST_REPORT:
 * `{ passed, failed, skipped, failures, passedTests }`, the shapes of which second-look.js tells. A file that does not load
 * counts as one failure, and so does each error that belongs to no test.
 */
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'

export default class TestReport {
  onTestRunEnd(modules, unhandled, reason) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const of = (state) => tests.filter((test) => test.result().state === state)
    const failures = [
      ...modules.flatMap(failuresOf),
      ...unhandled.map((error) => ({ file: 'outside a test', message: firstLine(error) })),
      ...(reason === 'interrupted' ? [{ file: 'vitest', message: 'it was interrupted: not every test ran' }] : []),
    ]
    const passed = of('passed')
    const report = {
      ...{ passed: passed.length, failed: failures.length, skipped: of('skipped').length, failures },
      passedTests: passed.map(({ id }) => id),
    }
    writeFileSync(process.env.HOLDFAST_TEST_REPORT, JSON.stringify(report))
  }
}

function failuresOf(module) {
  const file = pathOf(module)
  const broken = [...module.errors(), ...[...module.children.allSuites()].flatMap((suite) => [...suite.errors()])]
  const failed = [...module.children.allTests('failed')]
  return [
    ...broken.map((error) => ({ file, message: firstLine(error) })),
    ...failed.map((test) => ({ file, test: test.id, name: nameOf(test), message: firstLine(test.result().errors[0]) })),
  ]
}

const pathOf = (module) => relative(process.cwd(), module.moduleId)

/** The same test on the other store is another one. */
const nameOf = ({ fullName, project }) => (project.name === 'tests' ? fullName : `${fullName} (${project.name})`)

function firstLine(error) {
  return String(error?.message ?? error)
    .split('\n', 1)[0]
    .slice(0, 500)
}
