/** Everything in examples/ runs: the cases of each example against its state machine, in virtual time. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runIn } from '../src/cli/test-world.ts'

const examples = readdirSync(import.meta.dirname, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
)

describe.each(examples)('the example %s', (name) => {
  const folder = join(import.meta.dirname, name)
  const caseFiles = readdirSync(folder).filter((file) => file.endsWith('.test.yaml'))

  it('has a README, and cases or tests', () => {
    const files = readdirSync(folder)
    expect(files).toContain('README.md')
    expect(files.filter((file) => /\.test\.(yaml|ts)$/.test(file))).not.toEqual([])
  })

  it.each(caseFiles)('passes %s', async (file) => {
    const { exitCode, out, err } = await runIn(folder, ['asl', 'test', file])
    expect({ exitCode, err, out }).toMatchObject({
      exitCode: 0,
      err: '',
      out: expect.stringMatching(/[1-9]\d* passed, 0 failed/),
    })
  })

  const readme = readFileSync(join(folder, 'README.md'), 'utf8')

  it.runIf(readme.includes('bin/holdfast'))('shows commands in its README that exist', async () => {
    const lines = [...readme.matchAll(/^bin\/holdfast (\w+(?: (?:check|run|graph|test|verify|export))?)/gm)].map(
      (match) => match[1] ?? '',
    )
    expect(lines).not.toEqual([])
    for (const line of new Set(lines)) {
      const { exitCode } = await runIn(folder, [...line.split(' '), '--help'])
      expect({ line, exitCode }).toEqual({ line, exitCode: 0 })
    }
  })
})
