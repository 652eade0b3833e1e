/** What the documents say is so: paths exist, links lead somewhere, the annotated configuration is valid, codes are complete. */
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfiguration } from '../../src/app/index.ts'
import { runIn } from '../../src/cli/test-world.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const documents = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: root }).map((path) =>
  path.replaceAll('\\', '/'),
)

describe.each(documents)('%s', (document) => {
  const text = read(document)

  it('names only paths that exist', () => {
    const named = [...text.matchAll(/`((?:src|docs|test|scripts|bin|bench|examples|\.ci)\/[^`\s]*)`/g)].map(
      (match) => match[1] ?? '',
    )
    // Recipes name files that are still to be written.
    const meant = named.filter((path) => !/[*…<>]|NNNN|what-it-adds/.test(path))
    expect(meant.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('has links that lead somewhere', () => {
    const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? '')
    const local = targets.filter((target) => !/^[a-z]+:/.test(target))
    expect(local.filter((target) => !existsSync(join(root, dirname(document), target)))).toEqual([])
  })

  it('shows commands of holdfast that exist', async () => {
    const lines = [...text.matchAll(/(?:bin\/)?holdfast ((?:asl|audit) [a-z]+|up|down|executions|show|stop)\b/g)].map(
      (match) => match[1] ?? '',
    )
    for (const line of new Set(lines)) {
      const { exitCode } = await runIn(root, [...line.split(' '), '--help'])
      expect({ line, exitCode }).toEqual({ line, exitCode: 0 })
    }
  })

  it('shows npm scripts that exist', () => {
    const { scripts }: { readonly scripts: Record<string, string> } = JSON.parse(read('package.json'))
    const named = [...text.matchAll(/npm (?:run )?(test|check|format|bench|soak|quickstart)\b/g)].map(
      (match) => match[1] ?? '',
    )
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
  })
})

describe('the annotated configuration', () => {
  const block = /```ts\n(import[\s\S]*?)```/.exec(read('docs/guide/configuration.md'))?.[1] ?? ''

  it('is valid, and every value it shows is the default', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-docs-'))
    try {
      const file = join(folder, 'holdfast.config.ts')
      writeFileSync(file, block.replace("'holdfast'", JSON.stringify(join(root, 'src/index.ts'))))
      const shown = await readConfiguration({ workingFolder: folder, file, overrides: {} })
      rmSync(file)
      const { configuration } = await readConfiguration({ workingFolder: folder, file: undefined, overrides: {} })
      const account = { region: 'us-east-1', id: '000000000000' }
      expect(shown.configuration).toEqual({ ...configuration, account })
      expect(membersOf(configuration).filter((name) => !block.includes(`${name}:`))).toEqual([])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

/** Names of all settings, sections and their members. */
function membersOf(value: object): string[] {
  return Object.entries(value).flatMap(([name, member]) => [
    name,
    ...(typeof member === 'object' && member !== null && !Array.isArray(member) ? membersOf(member) : []),
  ])
}

describe('the annotated cases', () => {
  it('pass', async () => {
    const block = /```yaml\n([\s\S]*?)```/.exec(read('docs/guide/asl-test.md'))?.[1] ?? ''
    const example = join(root, 'examples/order')
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-docs-'))
    try {
      writeFileSync(
        join(folder, 'order.test.yaml'),
        block.replace('./order.ts', relative(folder, join(example, 'order.ts'))),
      )
      const { exitCode, out, err } = await runIn(folder, ['asl', 'test', 'order.test.yaml'])
      expect({ exitCode, err, out }).toMatchObject({
        exitCode: 0,
        err: '',
        out: expect.stringContaining('2 passed, 0 failed'),
      })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('the list of error codes', () => {
  const sources = globSync('src/**/*.ts', { cwd: root }).filter((path) => !/\.(test|fake|suite|test-d)\.ts$/.test(path))
  const inTables = sources
    .filter((path) => path.endsWith('errors.ts'))
    .flatMap((path) => [...read(path).matchAll(/'([a-z]+\.[a-z0-9_]+)'/g)].map((match) => match[1] ?? ''))
  const inPlace = sources.flatMap((path) =>
    [...read(path).matchAll(/(?:new HoldfastError|super)\(\s*'([a-z]+\.[a-z0-9_]+)'/g)].map((match) => match[1] ?? ''),
  )
  const documented = [...read('docs/guide/errors.md').matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] ?? '')

  it('holds each code of the program once, and no other', () => {
    expect(documented.toSorted()).toEqual([...new Set([...inTables, ...inPlace])].toSorted())
  })
})
