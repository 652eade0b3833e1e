/** What `init` reads of an app's folder: names, a few files whole, and its own source files. */
import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'

export type AppFiles = {
  /** The name of the folder itself. */
  readonly folder: string
  /** Names of what stands in it. */
  readonly names: ReadonlySet<string>
  /** What is read whole, by name. */
  readonly texts: ReadonlyMap<string, string>
  /** Its own source files, by path in the folder. */
  readonly sources: ReadonlyMap<string, string>
  /** The repository it stands in. */
  readonly repository: { readonly config: string; readonly isItsTop: boolean } | undefined
}

/** In this order: the first of a kind is the one that is meant. */
export const envExamples = ['.env.example', '.env.sample', '.env.template', '.env.dist'] as const

const readWhole = ['package.json', 'package-lock.json', 'Procfile', 'Dockerfile', '.yarnrc.yml', ...envExamples]
const skipped = new Set([
  ...['node_modules', 'dist', 'build', 'coverage', 'public', 'vendor', 'docs', 'fixtures'],
  ...['test', 'tests', '__tests__', '__mocks__', 'mocks', 'spec', 'specs', 'e2e', 'cypress', 'playwright'],
])
/** Neither a test nor what a tool is told: those read a PORT that is not the app's. */
const isSource = (name: string): boolean =>
  /\.[cm]?[jt]sx?$|\.(?:py|rb|go)$/.test(name) &&
  !/\.(?:test|spec|e2e|config|d)\.|^(?:test_|conftest\.)|_(?:test|spec)\./.test(name)
// An app that is larger says enough in its first files; nobody waits for the rest.
const mostSources = 300
const mostBytes = 262_144
const mostDepth = 5

export function readAppFiles(folder: string): AppFiles {
  const names = new Set(readdirSync(folder))
  return {
    folder: basename(folder),
    names,
    texts: new Map(readWhole.flatMap((name) => textOf(folder, name, names.has(name)))),
    sources: new Map(sourcesIn(folder).map((path) => [relative(folder, path), readFileSync(path, 'utf8')])),
    repository: repositoryOf(folder),
  }
}

function textOf(folder: string, name: string, isThere: boolean): readonly (readonly [string, string])[] {
  const path = join(folder, name)
  return isThere && statSync(path).isFile() ? [[name, readFileSync(path, 'utf8')]] : []
}

/** What stands nearer to the top comes first. */
function sourcesIn(folder: string): readonly string[] {
  const found: string[] = []
  let level = [folder]
  for (let depth = 0; depth < mostDepth && found.length < mostSources; depth++) {
    const entries = level.flatMap(entriesOf)
    found.push(...entries.filter(isOwnSource).map(pathOf))
    level = entries.filter((entry) => entry.isDirectory() && !isSkipped(entry)).map(pathOf)
  }
  return found.slice(0, mostSources)
}

const entriesOf = (folder: string): readonly Dirent[] =>
  readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
const pathOf = (entry: Dirent): string => join(entry.parentPath, entry.name)
const isSkipped = ({ name }: Dirent): boolean => name.startsWith('.') || skipped.has(name)
const isOwnSource = (entry: Dirent): boolean =>
  entry.isFile() && isSource(entry.name) && statSync(pathOf(entry)).size <= mostBytes

function repositoryOf(folder: string): AppFiles['repository'] {
  for (let at = folder; ; at = dirname(at)) {
    const config = join(at, '.git/config')
    if (existsSync(config)) return { config: readFileSync(config, 'utf8'), isItsTop: at === folder }
    if (at === dirname(at)) return undefined
  }
}
