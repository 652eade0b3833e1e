/** The release file as text: each line with what it means and why it says what it says. Pure. */
import { stringify } from 'yaml'
import type { Choice, Findings, ServiceFinding } from './findings.ts'

type Line = {
  readonly indent: number
  readonly text: string
  readonly comment?: string
}

/** A comment stands behind its line up to here, above it otherwise. */
const width = 112

/** `name`: how the file will be called, for the lines that tell how to use it. */
export function writeReleaseFile(findings: Findings, name = 'holdfast.yaml'): string {
  const { project, config, build, services } = findings
  const head = [
    `# A release of ${project.value}: what it is, how many of it run, how its traffic moves over. Made by holdfast init.`,
    `# Try it:  holdfast deploy ${name} --plan    Do it:  holdfast deploy ${name}`,
  ]
  const sections: readonly (readonly Line[])[] = [
    [
      line(0, 'project', project.value, `org/name of the code base; from ${project.from}`),
      line(0, 'config', config.value, 'the environment; another one has a release file of its own'),
    ],
    artifactLines(findings, build),
    [
      { indent: 0, text: 'services:', comment: 'groups of like instances' },
      ...services.flatMap((one) => serviceLines(one, findings)),
    ],
    strategyLines,
  ]
  const texts = [head, ...sections.map((section) => section.flatMap(printed))].map((lines) => lines.join('\n'))
  return `${texts.join('\n\n')}\n`
}

function artifactLines({ excluded }: Findings, build: Choice | undefined): readonly Line[] {
  const buildLines: readonly Line[] =
    build === undefined
      ? []
      : [
          { indent: 1, text: 'build:', comment: 'runs once for each version, in a copy of these files' },
          line(2, 'command', build.value, `from ${build.from}${andSays(build)}`),
        ]
  return [
    { indent: 0, text: 'artifact:', comment: 'the files of this version' },
    line(1, 'folder', '.', 'relative to this file'),
    line(
      1,
      'exclude',
      excluded,
      'left out wherever they stand: what a build makes again, what is nobody else’s business',
    ),
    ...buildLines,
  ]
}

function serviceLines(service: ServiceFinding, { secrets }: Findings): readonly Line[] {
  const { name, kind, command, port, instances, environment, dataFolder } = service
  const ports = port === undefined ? '' : `; the host gives each instance its port in $PORT`
  return [
    { indent: 1, text: `${name}:`, ...(kind === 'worker' ? { comment: 'has no route, so it gets no requests' } : {}) },
    line(2, 'instances', instances.value, instances.says ?? 'how many run'),
    line(2, 'command', command.value, `from ${command.from}${andSays(command)}${ports}`),
    ...(dataFolder === undefined
      ? []
      : [line(2, 'dataFolder', true, `$HOLDFAST_DATA, shared by all versions: ${dataFolder}`)]),
    ...environmentLines(environment),
    ...secretLines(secrets),
    ...(kind === 'web' ? webLines(service) : workerLines(service)),
  ]
}

function environmentLines(environment: ServiceFinding['environment']): readonly Line[] {
  if (environment.size === 0) return []
  const lines = [...environment].map(([name, { value, from }]) =>
    line(3, name, value, from === 'the usual' ? undefined : `from ${from}`),
  )
  return [{ indent: 2, text: 'environment:', comment: 'beside PORT and HOLDFAST_…, which the host sets' }, ...lines]
}

function secretLines(secrets: Findings['secrets']): readonly Line[] {
  if (secrets === undefined) return []
  const comment = `${secrets.from}; read on the host: env:NAME of the agent's environment, or file:/path. Never written here`
  return [
    { indent: 2, text: 'secrets:', comment },
    ...secrets.value.map((name) => line(3, name, `env:${name}`, undefined)),
  ]
}

function webLines({ healthPath, hosts, worksByItself }: ServiceFinding): readonly Line[] {
  return [
    ...(worksByItself === undefined ? [] : [line(2, 'keepWarm', true, `${whatFalseMeans}; ${worksByItself}`)]),
    { indent: 2, text: 'health:', comment: 'when an instance may have traffic' },
    line(3, 'kind', 'http', 'an answer of 200 to 399, three in a row, that provably comes from this release'),
    line(
      3,
      'path',
      healthPath?.value ?? '/',
      healthPath === undefined ? 'a path that looks at what the app needs is better' : healthPath.from,
    ),
    { indent: 2, text: 'route:', comment: 'the requests it gets from the edge' },
    line(
      3,
      'hosts',
      hosts.value,
      hosts.value.includes('*') ? 'any name; write yours, such as shop.example.com' : `from ${hosts.from}`,
    ),
  ]
}

const whatFalseMeans =
  'false stops the former version as soon as the new one serves, and a rollback has to start it again'

const workerLines = ({ worksByItself }: ServiceFinding): readonly Line[] => [
  { indent: 2, text: 'health:', comment: 'without HTTP' },
  line(3, 'kind', 'staying-up', 'its process lives'),
  line(3, 'for', '10s', 'so long without a restart'),
  ...(worksByItself === undefined
    ? []
    : [line(2, 'queueWorker', true, `a former version is stopped, not kept warm; ${worksByItself}`)]),
]

const strategyLines: readonly Line[] = [
  { indent: 0, text: 'strategy:', comment: 'how the traffic moves over, when the new instances are healthy' },
  line(1, 'kind', 'all-at-once', 'or one-box, percentage, linear: fewer customers see a fault, and it takes longer'),
  { indent: 1, text: 'bake:', comment: 'then it is watched, and comes back by itself if it fails' },
  line(2, 'for', '30s', 'the former version stays warm for this time and 15 minutes more'),
]

const andSays = ({ says }: Choice): string => (says === undefined ? '' : `; ${says}`)

function line(indent: number, name: string, value: unknown, comment: string | undefined): Line {
  const text = `${name}: ${scalar(value)}`
  return comment === undefined ? { indent, text } : { indent, text, comment }
}

/** On one line, in quotes only where YAML needs them. */
function scalar(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(scalarInList).join(', ')}]`
  return stringify(value, { lineWidth: 0, singleQuote: true }).trimEnd()
}
const scalarInList = (value: unknown): string => {
  const text = scalar(value)
  return /^[\w./-]+$/.test(text) || /^['"]/.test(text) ? text : `'${text.replaceAll("'", "''")}'`
}

function printed({ indent, text, comment }: Line): readonly string[] {
  const margin = '  '.repeat(indent)
  if (comment === undefined) return [`${margin}${text}`]
  const whole = `${margin}${text} # ${comment}`
  return whole.length <= width
    ? [whole]
    : [...wrapped(comment, width - margin.length - 2).map((words) => `${margin}# ${words}`), `${margin}${text}`]
}

function wrapped(text: string, most: number): readonly string[] {
  return text.split(' ').reduce<string[]>((lines, word) => {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < most) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
    return lines
  }, [])
}
