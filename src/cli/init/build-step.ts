/** Which command makes a fresh copy of the files ready to run. Pure. */
import type { AppFiles } from './app-files.ts'
import type { Choice, Unknown } from './findings.ts'
import type { Package } from './package-json.ts'

type Installer = {
  readonly name: string
  /** Any of these shows that it is used. */
  readonly locks: readonly string[]
  /** Exactly what the lock file names. */
  readonly install: string
  /** The same without what only developers need. */
  readonly lean: string
  readonly run: string
}

const installers: readonly Installer[] = [
  {
    name: 'npm',
    locks: ['package-lock.json', 'npm-shrinkwrap.json'],
    install: 'npm ci',
    lean: 'npm ci --omit=dev',
    run: 'npm run build',
  },
  {
    name: 'pnpm',
    locks: ['pnpm-lock.yaml'],
    install: 'pnpm install --frozen-lockfile',
    lean: 'pnpm install --frozen-lockfile --prod',
    run: 'pnpm run build',
  },
  {
    name: 'bun',
    locks: ['bun.lock', 'bun.lockb'],
    install: 'bun install --frozen-lockfile',
    lean: 'bun install --frozen-lockfile --production',
    run: 'bun run build',
  },
]
const yarn: Installer = {
  name: 'yarn',
  locks: ['yarn.lock'],
  install: 'yarn install --frozen-lockfile',
  lean: 'yarn install --frozen-lockfile --production',
  run: 'yarn build',
}
/** From version 2 on, whose install knows no --production. */
const yarnBerry: Installer = { ...yarn, install: 'yarn install --immutable', lean: 'yarn install --immutable' }
const withoutLock: Installer = {
  name: 'npm',
  locks: [],
  install: 'npm install --no-audit --no-fund',
  lean: 'npm install --omit=dev --no-audit --no-fund',
  run: 'npm run build',
}

export type BuildFinding = { readonly build: Choice | undefined; readonly unknowns: readonly Unknown[] }

export function buildStepOf(files: AppFiles, own: Package | undefined, needsDevelopment: boolean): BuildFinding {
  if (own === undefined) return { build: undefined, unknowns: [] }
  const installer = installerOf(files, own)
  const lock = installer.locks.find((name) => files.names.has(name))
  const builds = Object.hasOwn(own.scripts, 'build')
  const installs =
    hasAny(own.dependencies) ||
    hasAny(own.optionalDependencies) ||
    (hasAny(own.devDependencies) && (builds || needsDevelopment))
  if (!installs && !builds) return { build: undefined, unknowns: [] }
  const isLean = !builds && !needsDevelopment
  const commands = [
    ...(installs ? [isLean ? installer.lean : installer.install] : []),
    ...(builds ? [installer.run] : []),
  ]
  const from = [...(installs ? [lock ?? 'package.json'] : []), ...(builds ? ['scripts.build'] : [])].join(', ')
  const says = needsDevelopment ? 'with the development dependencies: the program it starts is one of them' : undefined
  const build = { value: commands.join(' && '), from, ...(says === undefined ? {} : { says }) }
  return { build, unknowns: installs && lock === undefined ? [noLock] : [] }
}

const noLock: Unknown = {
  what: 'which versions of the dependencies it was tried with: there is no lock file',
  assumed:
    'each build takes the newest that fit; run npm install once, add package-lock.json, and write npm ci --omit=dev',
}

function installerOf(files: AppFiles, own: Package): Installer {
  const found = [...installers, yarn].find(({ locks }) => locks.some((name) => files.names.has(name)))
  if (found !== yarn) return found ?? withoutLock
  const isBerry = files.names.has('.yarnrc.yml') || /^yarn@(?!1\.)/.test(own.packageManager ?? '')
  return isBerry ? yarnBerry : yarn
}

const hasAny = (members: Readonly<Record<string, string>>): boolean => Object.keys(members).length > 0
