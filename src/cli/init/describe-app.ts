/** From what stands in an app's folder to what its release file should say. Pure. */
import { type AppFiles, envExamples } from './app-files.ts'
import { buildStepOf } from './build-step.ts'
import { type DockerFacts, readDockerfile } from './dockerfile.ts'
import type { Choice, Findings, ServiceFinding, Unknown } from './findings.ts'
import { nodeWantedBy, type Package, readPackage } from './package-json.ts'
import { readProcfile, serviceName } from './procfile.ts'
import { projectOf } from './project-name.ts'
import { fixedPortSign, healthSign, portSign } from './source-signs.ts'
import { fitStart, type FittedStart, packageOf, type Start, startOf } from './start-command.ts'

/** What the person said on the command line, or was asked. It goes before everything that is found. */
export type Wishes = {
  readonly project?: string
  readonly config?: string
  readonly command?: string
  readonly hosts?: readonly string[]
  readonly healthPath?: string
}

const said = 'what you said'

/** Undefined: nothing says how the app is started. */
export function describeApp(files: AppFiles, wishes: Wishes = {}): Findings | undefined {
  const own = readPackage(files.texts.get('package.json') ?? '')
  const docker = dockerOf(files)
  const starts = startsOf({ files, own, docker, wishes })
  if (starts.length === 0) return undefined
  const fitted = starts.map(([name, start]) => [name, fitStart(start, files, own)] as const)
  const needsDevelopment = fitted.some(([, { needsDevelopmentDependencies }]) => needsDevelopmentDependencies)
  const { build, unknowns } = buildStepOf(files, own, needsDevelopment)
  const project = wishes.project === undefined ? projectOf(files, own) : { value: wishes.project, from: said }
  const services = fitted.map(([name, start]) => serviceOf(name, start, { files, own, docker, wishes }))
  return {
    project,
    config: { value: wishes.config ?? 'production', from: wishes.config === undefined ? 'the usual' : said },
    build,
    excluded: excludedOf(files, build),
    services,
    secrets: secretsOf(files),
    unknowns: [...unknownsOf(services, wishes, files), ...('guessed' in project ? [guessedProject] : []), ...unknowns],
    hints: hintsOf(files, { own, docker, fitted: fitted.map(([, start]) => start) }),
  }
}

type Known = {
  readonly files: AppFiles
  readonly own: Package | undefined
  readonly docker: DockerFacts | undefined
  readonly wishes: Wishes
}

function dockerOf({ texts }: AppFiles): DockerFacts | undefined {
  const text = texts.get('Dockerfile')
  return text === undefined ? undefined : readDockerfile(text)
}

/** Services and how they are started: a Procfile names them all; otherwise there is one, called web. */
function startsOf({ files, own, docker, wishes }: Known): readonly (readonly [string, Start])[] {
  const lines = readProcfile(files.texts.get('Procfile') ?? '').filter(({ name }) => name !== 'release')
  const named = lines.flatMap(({ name, command, line }): readonly (readonly [string, Start])[] => {
    const service = serviceName(name)
    return service === '' ? [] : [[service, { line: command, from: `Procfile, line ${line}` }]]
  })
  const workers = named.filter(([name]) => name !== 'web')
  if (wishes.command !== undefined) return [['web', { line: wishes.command, from: said }], ...workers]
  const procfileWeb = named.filter(([name]) => name === 'web')
  if (procfileWeb.length > 0) return [...procfileWeb, ...workers]
  const start = startOf(files, own) ?? dockerStart(docker)
  return [...(start === undefined ? [] : [['web', start] as const]), ...workers]
}

const dockerStart = (docker: DockerFacts | undefined): Start | undefined =>
  docker?.command === undefined ? undefined : { line: docker.command, from: 'Dockerfile: ENTRYPOINT and CMD' }

function serviceOf(name: string, start: FittedStart, known: Known): ServiceFinding {
  const { server } = start
  const isWeb = name === 'web'
  const command = { value: start.command, from: start.from, ...(start.says === undefined ? {} : { says: start.says }) }
  return {
    name,
    kind: isWeb ? 'web' : 'worker',
    command,
    port: isWeb ? portOf(start, known.files) : undefined,
    instances: instancesOf(start, isWeb),
    environment: environmentOf(start, known),
    healthPath: isWeb ? healthPathOf(start, known) : undefined,
    hosts:
      known.wishes.hosts === undefined
        ? { value: ['*'], from: 'the usual' }
        : { value: known.wishes.hosts, from: said },
    dataFolder: server?.data,
    worksByItself: isWeb ? server?.worksByItself : 'two versions would share its work',
  }
}

/** Undefined: nothing shows that it takes the port it is given. */
function portOf({ command, server }: FittedStart, { sources }: AppFiles): Choice | undefined {
  if (command.includes('$PORT')) return { value: '$PORT', from: 'the command passes it on' }
  if (server !== undefined) return { value: '$PORT', from: server.reason }
  const sign = portSign(sources)
  return sign === undefined ? undefined : { value: '$PORT', from: `${sign.place} reads it` }
}

function instancesOf({ server }: FittedStart, isWeb: boolean): Choice<number> {
  if (server?.alone !== undefined) return { value: 1, from: `known of ${server.program}`, says: server.alone }
  if (isWeb) return { value: 2, from: 'the usual', says: 'so that one may fail' }
  return { value: 1, from: 'the usual' }
}

function environmentOf(start: FittedStart, { own, docker }: Known): ReadonlyMap<string, Choice> {
  const isFromDocker = start.from.startsWith('Dockerfile')
  const chosen = new Map<string, Choice>()
  if (own !== undefined) chosen.set('NODE_ENV', { value: 'production', from: 'the usual' })
  for (const [name, value] of isFromDocker ? (docker?.environment ?? []) : []) {
    if (isOurs(name)) chosen.set(name, { value, from: 'Dockerfile: ENV' })
  }
  for (const [name, value] of Object.entries(start.environment)) chosen.set(name, { value, from: start.from })
  return chosen
}

/** The host sets the others. */
const isOurs = (name: string): boolean => name !== 'PORT' && name !== 'PATH' && !name.startsWith('HOLDFAST_')

function healthPathOf({ server }: FittedStart, { files, docker, wishes }: Known): Choice | undefined {
  if (wishes.healthPath !== undefined) return { value: wishes.healthPath, from: said }
  if (server?.health !== undefined) return { value: server.health, from: `known of ${server.program}` }
  if (docker?.healthPath !== undefined) return { value: docker.healthPath, from: 'Dockerfile: HEALTHCHECK' }
  const sign = healthSign(files.sources)
  if (sign !== undefined) return { value: sign.value, from: `${sign.place} names it` }
  return server === undefined ? undefined : { value: '/', from: `${server.program} answers there` }
}

/** Names only: what stands behind them is somebody's, and an example's value is nobody's. */
function secretsOf({ texts }: AppFiles): Findings['secrets'] {
  const file = envExamples.find((name) => texts.has(name))
  const names = [...(texts.get(file ?? '') ?? '').matchAll(/^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/gm)].map(
    ([, name = '']) => name,
  )
  const wanted = [...new Set(names)].filter((name) => isOurs(name) && name !== 'NODE_ENV')
  return file === undefined || wanted.length === 0 ? undefined : { value: wanted, from: `names in ${file}` }
}

/** What a build makes again, and what is no part of a version or nobody's business. */
function excludedOf({ names }: AppFiles, build: Choice | undefined): readonly string[] {
  const rebuilt = build !== undefined && names.has('package.json') ? ['node_modules'] : []
  const private_ = [...names].filter((name) => /^\.env(?:\.|$)/.test(name) && !envExamples.some((one) => one === name))
  return ['.git', ...rebuilt, ...private_.toSorted()]
}

const guessedProject: Unknown = {
  what: 'which organisation it belongs to',
  assumed: 'a name was made up; say yours with --project org/name, or in the file',
}

function unknownsOf(services: readonly ServiceFinding[], wishes: Wishes, files: AppFiles): readonly Unknown[] {
  return services
    .filter(({ kind }) => kind === 'web')
    .flatMap((service) => [
      ...(service.port === undefined ? [unknownPort(files)] : []),
      ...(service.healthPath === undefined ? [unknownHealth] : []),
      ...(wishes.hosts === undefined ? [unknownHosts] : []),
    ])
}

const unknownHosts: Unknown = {
  what: 'by which host names customers reach it',
  assumed: 'it answers to every name; with a second project on this edge, write its own under route.hosts',
}
const unknownHealth: Unknown = {
  what: 'which path tells that it is healthy',
  assumed: '/ must answer 200 to 399; a path that looks at what the app needs is better',
}

function unknownPort({ sources }: AppFiles): Unknown {
  const fixed = fixedPortSign(sources)
  if (fixed === undefined)
    return { what: 'whether it listens on $PORT', assumed: 'it does; if it wants a flag, add it to the command' }
  return {
    what: `whether it can listen elsewhere than on ${fixed.value} (${fixed.place})`,
    assumed: 'it listens on $PORT: instances of two versions run side by side, so each needs a port of its own',
  }
}

type Told = {
  readonly own: Package | undefined
  readonly docker: DockerFacts | undefined
  readonly fitted: readonly FittedStart[]
}

function hintsOf(files: AppFiles, { own, docker, fitted }: Told): readonly string[] {
  const node = own?.engines['node']
  const servers = fitted.flatMap(({ server }) => (server === undefined ? [] : [server]))
  const release = readProcfile(files.texts.get('Procfile') ?? '').find(({ name }) => name === 'release')
  return [
    ...new Set(fitted.flatMap(({ hints }) => hints)),
    ...servers.flatMap(({ worksByItself }) => (worksByItself === undefined ? [] : [worksByItself])),
    ...(node === undefined ? [] : [`it wants Node ${node}: ${nodeOfTheHost}`]),
    ...servers.flatMap((server) => wantedNode(files, packageOf(server))),
    ...(release === undefined
      ? []
      : [`Procfile: "release: ${release.command}" becomes a procedure, named under hooks.before`]),
    ...dockerHints(docker, fitted),
  ]
}

const nodeOfTheHost = 'that is what "node" must be on the PATH of the agent'

/** As the lock file of npm repeats it of each package. */
function wantedNode({ texts }: AppFiles, name: string): readonly string[] {
  const node = nodeWantedBy(texts.get('package-lock.json') ?? '', name)
  return node === undefined ? [] : [`${name} wants Node ${node}: ${nodeOfTheHost}`]
}

function dockerHints(docker: DockerFacts | undefined, fitted: readonly FittedStart[]): readonly string[] {
  if (docker === undefined) return []
  const isUsed = fitted.some(({ from }) => from.startsWith('Dockerfile'))
  const { command, environment, ports, user } = docker
  const names = [...environment.keys()].filter(isOurs)
  return [
    'the Dockerfile is read, not run: what its RUN lines install must be on the host',
    ...(isUsed || command === undefined ? [] : [`Dockerfile: it starts ${command} in its container`]),
    ...(ports.length === 0
      ? []
      : [`Dockerfile: EXPOSE ${ports.join(' ')} is not needed; each instance gets a port in $PORT`]),
    ...(isUsed || names.length === 0
      ? []
      : [`Dockerfile: it sets ${names.join(', ')}; what still matters belongs under environment`]),
    ...(user === undefined
      ? []
      : [`Dockerfile: it runs as ${user}; user: NAME of the service does that, when the agent is root`]),
  ]
}
