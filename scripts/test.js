/**
 * `npm test` and `npm run check`: install what the lock asks for, check, test, and close with one line that a machine can
 * read: `N passed, N failed`. Exits with 1 when anything failed. Arguments go to vitest: `npm test -- src/asl`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installWhenNeeded } from './install.js'

installWhenNeeded()
const { runChecks } = await import('./checks.js')
const { runScript, runTool } = await import('./tools.js')

const words = process.argv.slice(2)
const fast = words.includes('--fast')
const filters = words.filter((word) => word !== '--fast')

const [checks] = await Promise.all([runChecks(), buildConsole()])
const counts = [checks, await runTests()]
const total = (key) => counts.reduce((sum, count) => sum + count[key], 0)
const skipped = total('skipped')
process.stdout.write(
  `\n${total('passed')} passed, ${total('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
)
process.exitCode = total('failed') > 0 ? 1 : 0

/** Only when its sources have changed. Tests of the browser say what is wrong when it is not there. */
async function buildConsole() {
  const { code, output } = await runScript('scripts/console/build.ts')
  process.stdout.write(output)
  if (code !== 0) process.stdout.write('✗ the console could not be built\n')
}

async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  const report = join(folder, 'report.json')
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const only = fast ? ['--dir', 'src', '--project', 'tests'] : []
    const { code } = await runTool('vitest', ['run', ...reporters, ...only, ...filters])
    return countTests(code, readReport(report))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    process.stderr.write(`vitest left no report: ${error.message}\n`)
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] }
  }
}

/** A file that does not load counts as one failure, and so does an error that belongs to no test. */
function countTests(code, report) {
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
  const failed = report.numFailedTests + broken
  return {
    passed: report.numPassedTests,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}
