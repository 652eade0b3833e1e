/** How the app is started: what its files say, fitted to a host. Pure. */
import type { AppFiles } from './app-files.ts'
import { type Flag, type KnownServer, knownServerOf, knownServers, unfitOf } from './known-servers.ts'
import { dependsOn, isForDevelopment, type Package } from './package-json.ts'
import { hasFlag, splitAssignments, withoutFlag, wordsOf } from './words.ts'

/** A line as somebody wrote it, and where. */
export type Start = { readonly line: string; readonly from: string }

/** The same, as a host can run it. */
export type FittedStart = {
  readonly command: string
  readonly from: string
  /** What was changed, and why. */
  readonly says: string | undefined
  readonly environment: Readonly<Record<string, string>>
  readonly server: KnownServer | undefined
  /** What it is started with comes with the development dependencies only. */
  readonly needsDevelopmentDependencies: boolean
  readonly hints: readonly string[]
}

const scriptsStart = 'package.json: scripts.start'

/** Undefined: nothing in the folder says it. */
export function startOf(files: AppFiles, own: Package | undefined): Start | undefined {
  const script = own?.scripts['start']
  if (script !== undefined) return { line: script, from: scriptsStart }
  if (own?.main !== undefined && isThere(files, own.main))
    return { line: `node ${own.main}`, from: 'package.json: main' }
  const server = own === undefined ? undefined : dependencyServer(files, own)
  if (server !== undefined) return server
  const bin = own === undefined ? undefined : binOf(own)
  if (bin !== undefined) return { line: `node ${bin}`, from: 'package.json: bin' }
  const file = ['server.js', 'server.mjs', 'index.js', 'index.mjs', 'app.js'].find((name) => files.names.has(name))
  return file === undefined || own === undefined ? undefined : { line: `node ${file}`, from: `${file}, by its name` }
}

const isThere = (files: AppFiles, path: string): boolean => {
  const name = path.replace(/^\.\//, '')
  return files.names.has(name) || files.sources.has(name)
}

function binOf({ bin }: Package): string | undefined {
  if (typeof bin === 'string') return bin
  const paths = Object.values(bin ?? {})
  return paths.length === 1 ? paths[0] : undefined
}

/** A folder that only depends on a server is there to run it. */
function dependencyServer(files: AppFiles, own: Package): Start | undefined {
  const server = knownServers.find((one) => one.startedWith !== undefined && dependsOn(own, packageOf(one)))
  if (server === undefined) return undefined
  const served = server.serves?.find((name) => files.names.has(name))
  if (server.serves !== undefined && served === undefined) return undefined
  const line = [server.program, server.startedWith ?? '', served ?? ''].filter((word) => word !== '').join(' ')
  return {
    line,
    from: `package.json: it depends on ${packageOf(server)}${served === undefined ? '' : `, and ${served} is there`}`,
  }
}

export const packageOf = (server: KnownServer): string => server.package ?? server.program

/** Found on the PATH of a host, not among the dependencies. */
const systemPrograms = new Set(
  'node npm npx yarn pnpm bun deno corepack sh bash env exec python python3 ruby bundle java php perl dotnet go nice caddy nginx'.split(
    ' ',
  ),
)

/** `own` undefined: an app without package.json, whose programs are all the system's. */
export function fitStart(start: Start, files: AppFiles, own: Package | undefined): FittedStart {
  const words = wordsOf(start.line)
  if (words === undefined || hasOwnPreparation(start, own)) return asItIs(start, own)
  const { assignments, rest } = splitAssignments(
    words[0] === 'cross-env' || words[0] === 'env' ? words.slice(1) : words,
  )
  const script = scriptIn(rest, own)
  if (script !== undefined) return viaScript(start, { words: rest, script, own, files })
  const taken = Object.fromEntries(
    assignments.filter(({ name }) => name !== 'PORT').map(({ name, value }) => [name, value]),
  )
  const fitted = fitWords(withoutRunner(rest), own)
  const dropped = assignments.some(({ name }) => name === 'PORT') ? ['PORT is set by the host, not by the command'] : []
  return { ...fitted, from: start.from, environment: taken, hints: [...dropped, ...fitted.hints] }
}

/** A build before each start is the build step's work; anything else npm has to do. */
function hasOwnPreparation({ from }: Start, own: Package | undefined): boolean {
  const before = from === scriptsStart ? own?.scripts['prestart'] : undefined
  return before !== undefined && !/^(?:npm|yarn|pnpm|bun) run build$/.test(before)
}

/** What only a shell understands stays what it is; a script of npm is left to npm, which finds its programs. */
function asItIs({ line, from }: Start, own: Package | undefined): FittedStart {
  const isScript = from.startsWith('package.json')
  const hints = isScript
    ? ['npm stands between the host and the app: better name the program itself under command']
    : []
  return {
    command: isScript && own !== undefined ? 'npm start' : line,
    from,
    says: isScript ? `it runs: ${line}` : undefined,
    environment: {},
    server: undefined,
    needsDevelopmentDependencies: false,
    hints,
  }
}

/** `npm start`, `npm run serve`, `yarn serve` → the script's name, where there is such a script. */
function scriptIn(words: readonly string[], own: Package | undefined): string | undefined {
  const [program = '', first = '', second = ''] = words
  if (!['npm', 'yarn', 'pnpm', 'bun'].includes(program)) return undefined
  const name = first === 'run' || first === 'run-script' ? second : first
  return own !== undefined && Object.hasOwn(own.scripts, name) ? name : undefined
}

type Via = {
  readonly words: readonly string[]
  readonly script: string
  readonly own: Package | undefined
  readonly files: AppFiles
}

/** The script's own program, so that the signal to end reaches the app and not npm. */
function viaScript(start: Start, { words, script, own, files }: Via): FittedStart {
  const line = own?.scripts[script] ?? ''
  const hasMore = words.includes('--') || Object.hasOwn(own?.scripts ?? {}, `pre${script}`)
  // A script that names itself would go on for ever.
  const isItself = scriptIn(wordsOf(line) ?? [], own) !== undefined
  if (hasMore || isItself || wordsOf(line) === undefined) return { ...asItIs(start, own), command: words.join(' ') }
  return fitStart({ line, from: `${start.from}, and package.json: scripts.${script}` }, files, own)
}

/** `npx`, `pnpm exec` and their like only look a program up. */
function withoutRunner(words: readonly string[]): readonly string[] {
  const [first, second] = words
  if (first === 'npx' || first === 'bunx') return words.slice(1).filter((word, at) => at > 0 || !word.startsWith('-'))
  return (first === 'pnpm' || first === 'yarn' || first === 'npm') && second === 'exec' ? words.slice(2) : words
}

function fitWords(words: readonly string[], own: Package | undefined): Omit<FittedStart, 'from' | 'environment'> {
  const [program = '', ...following] = words
  const name = program.replace(/^(?:\.\/)?node_modules\/\.bin\//, '')
  const subcommand = following.find((word) => !word.startsWith('-'))
  const server = knownServerOf(name, subcommand)
  const unfit = unfitOf(name, subcommand)
  const isSystems = own === undefined || program.includes('/') || systemPrograms.has(program)
  const found = isSystems ? program : `node_modules/.bin/${program}`
  const said = server === undefined ? following : withServerFlags(following, server)
  return {
    command: [...variablesOf(server), found, ...said].join(' '),
    says: server?.port === 'PORT' || server === undefined ? undefined : server.reason,
    server,
    needsDevelopmentDependencies:
      own !== undefined && isForDevelopment(own, server === undefined ? name : packageOf(server)),
    hints: [...(unfit === undefined ? [] : [unfit.says]), ...(server?.hints ?? [])],
  }
}

function withServerFlags(words: readonly string[], server: KnownServer): readonly string[] {
  const { port, flags = [], subcommand, startedWith } = server
  const wanted = flags.filter((flag) => !hasFlag(words, flag))
  const portWords = typeof port === 'object' && 'flag' in port ? written(port.flag) : []
  const kept = typeof port === 'object' && 'flag' in port ? withoutFlag(words, port.flag) : words
  // A word that says what to do stays the first; what is served, the last, as the makers write it.
  const hasVerb = kept[0] !== undefined && kept[0] === (subcommand ?? startedWith)
  const [verb, rest] = hasVerb ? [kept.slice(0, 1), kept.slice(1)] : [[], kept]
  return [...verb, ...portWords, ...wanted.flatMap(written), ...rest]
}

const written = ({ flag, value }: Flag): readonly string[] => [flag, value]

function variablesOf(server: KnownServer | undefined): readonly string[] {
  if (server === undefined) return []
  const port = typeof server.port === 'object' && 'variable' in server.port ? { [server.port.variable]: '$PORT' } : {}
  const all = Object.entries({ ...port, ...server.variables })
  return all.length === 0 ? [] : ['env', ...all.map(([name, value]) => `${name}=${value}`)]
}
