/**
 * `npm test` and `npm run check`: install what the lock asks for, check, test, and close with one line that a machine can
 * read: `N passed, N failed`. Exits with 1 when anything failed. Arguments go to vitest: `npm test -- src/asl`; with `--once`
 * the first failure of a test is its last.
 */
import { installWhenNeeded } from './install.js'

installWhenNeeded()
const { runChecks } = await import('./checks.js')
const { runTests } = await import('./tests.js')
const { runScript } = await import('./tools.js')

const words = process.argv.slice(2)
const own = ['--fast', '--once']
const filters = words.filter((word) => !own.includes(word))

const [checks] = await Promise.all([runChecks(), buildConsole()])
const tests = await runTests({ filters, fast: words.includes('--fast'), once: words.includes('--once') })
// Last of all: where only the end of a long output is kept, it still says what failed.
for (const what of tests.flaky) process.stdout.write(`FLAKY ${what} (passed when it ran again)\n`)
for (const what of [...checks.failures, ...tests.failures]) process.stdout.write(`FAILED ${what}\n`)
const total = (key) => checks[key] + tests[key]
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
