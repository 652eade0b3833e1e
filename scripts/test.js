/**
 * `npm test` and `npm run check`: install what the lock asks for, check, test, and close with one line that a machine can
 * read: `N passed, N failed`. Exits with 1 when anything failed. Arguments go to vitest: `npm test -- src/asl`.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
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
// Last of all: where only the end of a long output is kept, it still says what failed.
for (const what of counts.flatMap(({ failures }) => failures)) process.stdout.write(`FAILED ${what}\n`)
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
  process.env.HOLDFAST_TEST_REPORT = join(folder, 'report.json')
  try {
    const reporters = ['--reporter=default', '--reporter=./scripts/test-report.js']
    const only = fast ? ['--dir', 'src', '--project', 'tests'] : []
    const { code } = await runTool('vitest', ['run', ...reporters, ...only, ...filters])
    return readReport(process.env.HOLDFAST_TEST_REPORT, code)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readReport(file, code) {
  const report = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { passed: 0, failed: 0, skipped: 0, failures: [] }
  const unsaid = code !== 0 && report.failed === 0
  return unsaid
    ? { ...report, failed: 1, failures: [`vitest: it ended with code ${code} and told no failure`] }
    : report
}
