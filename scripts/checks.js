/** The fast checks. `npm run check` runs them and the fast tests; `npm test` counts each of them as a test. */
import { runTool } from './tools.js'

const checks = [
  { name: 'types', tool: 'tsc', args: ['--noEmit'] },
  { name: 'types of the console', tool: 'tsc', args: ['--noEmit', '-p', 'src/console'] },
  { name: 'lint', tool: 'oxlint', args: ['--type-aware', '--deny-warnings', '--report-unused-disable-directives'] },
  { name: 'format', tool: 'oxfmt', args: ['--check', '.'], repair: 'npm run format' },
]

/** Runs them side by side and prints each as it ends; counts like tests, with the names of those that failed. */
export async function runChecks() {
  const results = await Promise.all(checks.map(runCheck))
  const failures = checks.filter((_, index) => !results[index]).map(({ name }) => name)
  return { passed: checks.length - failures.length, failed: failures.length, skipped: 0, failures }
}

async function runCheck({ name, tool, args, repair }) {
  const started = performance.now()
  const { code, output } = await runTool(tool, args, { capture: true })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const hint = repair === undefined ? '' : `repair: ${repair}\n`
  process.stdout.write(
    code === 0 ? `✓ ${name} (${seconds} s)\n` : `✗ ${name} (${seconds} s)\n${output.trimEnd()}\n${hint}`,
  )
  return code === 0
}
