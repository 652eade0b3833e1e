/** The tests, as `npm test` runs and counts them. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isWorthAnotherLook, reportOf, secondLook } from './second-look.js'
import { runTool } from './tools.js'

/**
 * Runs the tests that `filters` choose; `fast`: only those of src/; `once`: what failed is not looked at again. Resolves to
 * `{ passed, failed, skipped, failures: string[], flaky: string[] }`. Why there is a second look: docs/adr/0024.
 */
export async function runTests({ filters, fast, once }) {
  const only = fast ? ['--dir', 'src', '--project', 'tests'] : []
  const first = await runVitest([...only, ...filters])
  // Options of vitest may say what is to be tried or how long; whoever gives some wants to see what comes of them.
  const isFinal = once || filters.some((word) => word.startsWith('-'))
  if (isFinal || !isWorthAnotherLook(first)) return told(first, [])
  const files = [...new Set(first.failures.map(({ file }) => file))]
  process.stdout.write(`\nWhat failed is looked at once more, by itself: ${files.join(', ')}\n`)
  const { report, flaky } = secondLook(first, await runVitest([...only, ...files]))
  return told(report, flaky)
}

const told = ({ passed, failed, skipped, failures }, flaky) => {
  const lineOf = ({ file, name, message }) => [file, name, message].filter((part) => part !== undefined).join(': ')
  return { passed, failed, skipped, failures: failures.map(lineOf), flaky: flaky.map(lineOf) }
}

async function runVitest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  const file = join(folder, 'report.json')
  try {
    const reporters = ['--reporter=default', '--reporter=./scripts/test-report.js']
    process.env.HOLDFAST_TEST_REPORT = file
    const { code, signal } = await runTool('vitest', ['run', ...reporters, ...args])
    const found = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
    return reportOf(found, { code, signal })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
