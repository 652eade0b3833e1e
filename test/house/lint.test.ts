/** The guard must be able to fail: each planted violation is found, and its neighbour that keeps the law is not. */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

type Finding = { readonly file: string; readonly rule: string; readonly message: string }
type Outcome = { readonly output: string; readonly findings: readonly Finding[] }

const repository = join(import.meta.dirname, '../..')

describe('the lint of a tree in which every rule is broken once', () => {
  let tree: string
  let findings: readonly Finding[]

  beforeAll(async () => {
    tree = plantTree({ ...lawful, ...planted })
    findings = (await lint(tree)).findings
  }, 60_000)

  afterAll(() => rmSync(tree, { recursive: true, force: true }))

  const found = (file: string) =>
    findings.filter((finding) => finding.file === file).map(({ rule, message }) => `${rule} ${message}`)

  it('says nothing about the files that keep the law', () => {
    for (const file of Object.keys(lawful)) expect({ file, found: found(file) }).toEqual({ file, found: [] })
  })

  const cases: readonly (readonly [name: string, file: string, expected: RegExp])[] = [
    [
      'an import of a folder that stands on it',
      'src/store/upward.ts',
      /layers.*store\/ may not import engine\/.*declare a port/,
    ],
    ['an import of a type upward', 'src/store/upward-type.ts', /layers.*store\/ may not import engine\//],
    ['a re-export from above', 'src/store/upward-export.ts', /layers.*store\/ may not import engine\//],
    ['a dynamic import upward', 'src/store/upward-dynamic.ts', /layers.*store\/ may not import engine\//],
    ['an import past an index.ts', 'src/engine/past.ts', /layers.*enter store\/ through its index\.ts/],
    ['an import from outside src', 'src/engine/outside.ts', /layers.*lies outside src/],
    ['a cycle inside a folder', 'src/engine/circle-a.ts', /no-cycle/],
    ['a node module in asl', 'src/asl/node-module.ts', /pure.*node:fs is a module of Node/],
    ['a node module by its old name in base', 'src/base/old-name.ts', /pure.*fs is a module of Node/],
    ['a package in asl', 'src/asl/package.ts', /pure.*zod is a package/],
    ['Date.now in asl', 'src/asl/date-now.ts', /pure.*Date\.now may not be named here/],
    ['new Date() in asl', 'src/asl/new-date.ts', /pure.*new Date\(\) reads the clock/],
    ['Math.random in asl', 'src/asl/random.ts', /pure.*Math\.random may not be named here/],
    ['Math.random taken out of Math', 'src/asl/destructured.ts', /pure.*Math\.random may not be named here/],
    ['Math["random"]', 'src/asl/quoted.ts', /pure.*Math\.random may not be named here/],
    ['a timer in asl', 'src/asl/timer.ts', /pure.*setTimeout has no place/],
    ['fetch in asl', 'src/asl/fetching.ts', /pure.*fetch has no place/],
    ['crypto in base', 'src/base/crypto.ts', /pure.*crypto has no place/],
    ['process in base', 'src/base/process.ts', /pure.*process has no place/],
    ['performance in asl', 'src/asl/performance.ts', /pure.*performance has no place/],
    ['a global reached through globalThis', 'src/asl/global-this.ts', /pure.*globalThis has no place/],
    ['Temporal.Now in asl', 'src/asl/temporal.ts', /pure.*Temporal\.Now may not be named here/],
    ['the clock in the engine', 'src/engine/clock.ts', /pure.*Date\.now may not be named here/],
    ['the environment in the engine', 'src/engine/environment.ts', /pure.*process\.env is read once, in app/],
    ['any', 'src/engine/any.ts', /no-explicit-any/],
    ['the non-null assertion', 'src/engine/non-null.ts', /no-non-null-assertion/],
    ['a default export', 'src/engine/default.ts', /no-default-export/],
    ['console outside the CLI', 'src/engine/console.ts', /no-console/],
    ['a promise nobody waits for', 'src/engine/floating.ts', /no-floating-promises/],
    ['a switch that forgets a kind', 'src/engine/switch.ts', /switch-exhaustiveness-check/],
    ['an unused variable', 'src/engine/unused.ts', /no-unused-vars/],
    ['an empty catch without its reason', 'src/engine/swallow.ts', /no-empty/],
    ['a file that is too long', 'src/engine/long.ts', /max-lines/],
    ['a function that is too long', 'src/engine/long-function.ts', /max-lines-per-function/],
    ['six parameters', 'src/engine/parameters.ts', /max-params/],
  ]

  it.each(cases)('finds %s', (_name, file, expected) => {
    expect(found(file).join('\n')).toMatch(expected)
  })

  it('has a case for each planted file', () => {
    const covered = new Set(cases.map(([, file]) => file))
    expect(Object.keys(planted).filter((file) => !covered.has(file) && file !== 'src/engine/circle-b.ts')).toEqual([])
  })
})

describe('the lint of a tree with a folder that the layer table does not know', () => {
  it('stops and says where to add it', async () => {
    const tree = plantTree({ ...lawful, 'src/telepathy/index.ts': 'export const thought = 1\n' })
    try {
      const { output } = await lint(tree)
      expect(output).toContain('src/telepathy/ is missing from the layer table in oxlint.config.ts')
    } finally {
      rmSync(tree, { recursive: true, force: true })
    }
  }, 60_000)
})

const lawful = {
  'src/base/index.ts':
    'export const one = 1\nexport const stamp = (ms: number) => new Date(ms).toISOString() + Date.UTC(2026, 0)\n',
  'src/asl/index.ts':
    "export { one } from '../base/index.ts'\nexport const half = (process: number) => Math.floor(process / 2)\n",
  'src/asl/golden.test.ts': "import { readFileSync } from 'node:fs'\nexport const text = readFileSync('x', 'utf8')\n",
  'src/asl/pattern.ts': "export { RE2JS } from 're2js'\n",
  'src/store/index.ts': "export { inner } from './inner.ts'\n",
  'src/store/inner.ts': "import { one } from '../base/index.ts'\nexport const inner = one\n",
  'src/engine/index.ts': "export { inner } from '../store/index.ts'\nexport type Engine = { readonly name: string }\n",
  'src/app/clock.ts': 'export const now = () => Date.now()\n',
}

const planted = {
  'src/store/upward.ts': "import { inner } from '../engine/index.ts'\nexport const x = inner\n",
  'src/store/upward-type.ts': "import type { Engine } from '../engine/index.ts'\nexport type X = Engine\n",
  'src/store/upward-export.ts': "export * from '../engine/index.ts'\n",
  'src/store/upward-dynamic.ts': "export const x = () => import('../engine/index.ts')\n",
  'src/engine/past.ts': "import { inner } from '../store/inner.ts'\nexport const x = inner\n",
  'src/engine/outside.ts': "import { x } from '../../test/thing.ts'\nexport const y = x\n",
  'src/engine/circle-a.ts': "import { b } from './circle-b.ts'\nexport const a = () => b\n",
  'src/engine/circle-b.ts': "import { a } from './circle-a.ts'\nexport const b = () => a\n",
  'src/asl/node-module.ts': "import { readFileSync } from 'node:fs'\nexport const x = readFileSync\n",
  'src/base/old-name.ts': "import { readFileSync } from 'fs'\nexport const x = readFileSync\n",
  'src/asl/package.ts': "import { z } from 'zod'\nexport const x = z\n",
  'src/asl/date-now.ts': 'export const x = Date.now()\n',
  'src/asl/new-date.ts': 'export const x = new Date()\n',
  'src/asl/random.ts': 'export const x = Math.random()\n',
  'src/asl/destructured.ts': 'const { random } = Math\nexport const x = random()\n',
  'src/asl/quoted.ts': "export const x = Math['random']()\n",
  'src/asl/timer.ts': 'export const x = () => setTimeout(() => 1, 10)\n',
  'src/asl/fetching.ts': "export const x = () => fetch('http://localhost')\n",
  'src/base/crypto.ts': 'export const x = () => crypto.randomUUID()\n',
  'src/base/process.ts': 'export const x = process.platform\n',
  'src/asl/performance.ts': 'export const x = performance.now()\n',
  'src/asl/global-this.ts': 'export const x = globalThis.Math.random()\n',
  'src/asl/temporal.ts': 'export const x = Temporal.Now.instant()\n',
  'src/engine/clock.ts': 'export const x = Date.now()\n',
  'src/engine/environment.ts': 'export const x = process.env.HOME\n',
  'src/engine/any.ts': 'export const x = (y: any) => y\n',
  'src/engine/non-null.ts': 'export const x = (y: string | undefined) => y!.length\n',
  'src/engine/default.ts': 'const x = 1\nexport default x\n',
  'src/engine/console.ts': "export const x = () => console.log('x')\n",
  'src/engine/floating.ts': 'export function x() {\n  Promise.resolve(1)\n}\n',
  'src/engine/switch.ts':
    "export function x(y: { kind: 'a' } | { kind: 'b' }) {\n  switch (y.kind) {\n    case 'a':\n      return 1\n  }\n  return 2\n}\n",
  'src/engine/unused.ts': 'const x = 1\nexport const y = 2\n',
  'src/engine/swallow.ts': 'export const x = (y: () => void) => {\n  try {\n    y()\n  } catch {}\n}\n',
  'src/engine/long.ts': Array.from({ length: 401 }, (_, i) => `export const x${i} = ${i}\n`).join(''),
  'src/engine/long-function.ts': `export function x(y: number[]) {\n${'  y.push(1)\n'.repeat(61)}}\n`,
  'src/engine/parameters.ts': 'export const x = (a: 1, b: 2, c: 3, d: 4, e: 5, f: 6) => a + b + c + d + e + f\n',
}

/** A tree with our lint configuration, our installed packages and these files. */
function plantTree(files: Readonly<Record<string, string>>): string {
  const tree = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-lint-')))
  for (const path of ['oxlint.config.ts', 'tsconfig.json', 'package.json', 'scripts/lint']) {
    cpSync(join(repository, path), join(tree, path), { recursive: true })
  }
  symlinkSync(join(repository, 'node_modules'), join(tree, 'node_modules'), 'dir')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), text)
  }
  return tree
}

function lint(tree: string): Promise<Outcome> {
  const tool = join(repository, 'node_modules/oxlint/bin/oxlint')
  return new Promise((resolve) => {
    const options = { cwd: tree, maxBuffer: 16_000_000 }
    execFile(process.execPath, [tool, '--type-aware', '--format', 'json', 'src'], options, (_error, stdout, stderr) => {
      resolve({ output: stdout + stderr, findings: stdout.startsWith('{') ? parseFindings(tree, stdout) : [] })
    })
  })
}

type Report = {
  readonly diagnostics: readonly { readonly code: string; readonly message: string; readonly filename: string }[]
}

function parseFindings(tree: string, text: string): Finding[] {
  const report: Report = JSON.parse(text)
  return report.diagnostics.map(({ code, message, filename }) => ({
    file: relative(tree, join(tree, filename)).replaceAll('\\', '/'),
    rule: code,
    message,
  }))
}
