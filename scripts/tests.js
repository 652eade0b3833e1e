/** The tests, as `npm test` runs and counts them. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isWorthAnotherLook, secondLook } from './second-look.js'
import { runTool } from './tools.js'

/**
 * Runs the tests that `filters` choose; `fast`: only those of src/; `once`: what failed is not looked at again. Resolves to
 * `{ passed, failed, skipped, failures: string[], flaky: string[] }`. Why there is a second look: docs/adr/0024.
 */
export async function runTests({ filters, fast, once }) {
  const only = fast ? ['--dir', 'src', '--project', 'tests'] : []
  const first = await runVitest([...only, ...filters])
  if (once || !isWorthAnotherLook(first)) return told(first, [])
  const files = [...new Set(first.failures.map(({ file }) => file))]
  process.stdout.write(`\nWhat failed is looked at once more, by itself: ${files.join(', ')}\n`)
  const { report, flaky } = secondLook(first, await runVitest([...only, ...files]))
  return told(report, flaky)
}

const told = ({ passed, failed, skipped, failures }, flaky) => {
  const lineOf = ({ file, test, message }) => [file, test, message].filter((part) => part !== undefined).join(': ')
  return { passed, failed, skipped, failures: failures.map(lineOf), flaky: flaky.map(lineOf) }
}

async function runVitest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  const file = join(folder, 'report.json')
  try {
    const reporters = ['--reporter=default', '--reporter=./scripts/test-report.js']
    process.env.HOLDFAST_TEST_REPORT = file
    const { code } = await runTool('vitest', ['run', ...reporters, ...args])
    return readReport(file, code)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readReport(file, code) {
  const report = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { passed: 0, failed: 0, skipped: 0, failures: [] }
  if (code === 0 || report.failed > 0) return report
  const unsaid = { file: 'vitest', message: `it ended with code ${code} and told no failure` }
  return { ...report, failed: 1, failures: [unsaid] }
}
