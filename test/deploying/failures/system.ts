/** A whole Holdfast of its own in a folder: control plane, agent, edge and applications, each a process, told by its command line. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs' // prettier-ignore
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { Program } from '../../hosts/processes.ts'
import { Client } from '../client.ts'
import { Meddler, type Sent } from './proxy.ts'
import { Sampler } from './sampler.ts'

const ready = z.object({
  url: z.string(),
  tokenFile: z.string(),
  host: z.object({ edge: z.object({ url: z.string() }), controlPlane: z.object({ host: z.object({ name: z.string() }) }) }), // prettier-ignore
})

const described = z.looseObject({
  id: z.string(),
  status: z.string(),
  state: z.string(),
  diagnosis: z
    .looseObject({
      class: z.string(),
      state: z.string(),
      call: z.string().optional(),
      field: z.string().optional(),
      what: z.string(),
      mender: z.string(),
      command: z.string(),
    })
    .nullish(),
  calls: z.array(z.looseObject({ id: z.string(), kind: z.string(), status: z.string(), stage: z.string() })),
  instances: z.array(z.looseObject({ instance: z.string(), url: z.string().nullish() })),
  serving: z.object({ fleet: z.string() }).nullable(),
})
export type Described = z.output<typeof described>

export type Service = Readonly<Record<string, unknown>>
export type More = Readonly<Record<string, unknown>>

/** How much the host's disk holds, where the test may make it one of its own. */
const diskMiB = 48

export class System {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-failures-')))
  readonly data = join(this.folder, 'data')
  readonly artifact = join(this.folder, 'app')
  readonly environment = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: this.folder, HOLDFAST_DATA: this.data }
  /** Why the host's disk is not one that can be filled; undefined when it is. */
  readonly noSmallDisk: string | undefined
  readonly #up: Program
  #client: Client | undefined
  #sampler: Sampler | undefined
  #hostName = ''
  #url = ''
  #edgePort = 0
  #files = 0
  #ended: Promise<readonly string[]> | undefined
  /** Deployment of the good version. */
  good = ''
  /** What was sent to deploy it, as somebody on the way overheard it. */
  sent: Sent | undefined
  /** What the command line has. */
  commands: ReadonlySet<string> = new Set()
  #agent: Program | undefined

  constructor() {
    mkdirSync(join(this.data, 'host'), { recursive: true, mode: 0o700 })
    mkdirSync(this.artifact)
    copyFileSync(join(import.meta.dirname, '../app.mjs'), join(this.artifact, 'app.mjs'))
    this.noSmallDisk = mountSmallDisk(join(this.data, 'host'))
    const words = ['up', '--with-host', '--port', '0', '--edge-port', '0', '--json']
    this.#up = new Program(words, this.environment)
  }

  /** Up, with version 1 deployed and visitors who ask for it all the time. */
  async begin(): Promise<this> {
    const [line] = await this.#up.says(/^\{.*\}$/m)
    const { url, tokenFile, host } = ready.parse(JSON.parse(line))
    this.#client = new Client({ url, tokenFile })
    this.#url = url
    this.#edgePort = Number(new URL(host.edge.url).port)
    this.#hostName = host.controlPlane.host.name
    this.commands = new Set((await this.run(['--help'])).said.match(/(?<=^  )[a-z]+(?= )/gm))
    this.good = await this.#deployGood()
    this.#sampler = new Sampler(this.#edgePort)
    return this
  }

  async #deployGood(): Promise<string> {
    const { code, said } = await this.meddled(this.file('1', {}), (sent) => (this.sent = sent))
    if (code !== 0) throw new Error(`the good version could not be deployed:\n${said}`)
    return idIn(said) ?? ''
  }

  /** A deployment whose beginning somebody changes on its way. */
  async meddled(
    file: string,
    change: (sent: Sent) => Sent,
    answered?: (text: string) => Promise<unknown>,
  ): Promise<Ran> {
    const meddler = new Meddler(this.#url, change, answered)
    try {
      return await this.deploy(file, ['--url', await meddler.open()], { HOLDFAST_TOKEN: this.token })
    } finally {
      await meddler.close()
    }
  }

  /** After its end: the agent of this machine, in a process of the test. */
  async startAgent(): Promise<void> {
    this.#agent = this.start(['host', '--edge-port', String(this.#edgePort)])
    await this.#agent.says(/connected to/)
  }

  get client(): Client {
    if (this.#client === undefined) throw new Error('it has not begun')
    return this.#client
  }

  get sampler(): Sampler {
    if (this.#sampler === undefined) throw new Error('it has not begun')
    return this.#sampler
  }

  get hostName(): string {
    return this.#hostName
  }

  get url(): string {
    return this.#url
  }

  get token(): string {
    return readFileSync(join(this.data, 'admin-token'), 'utf8').trim()
  }

  /** A release file; what is not told is as in the good version. */
  file(version: string, environment: Readonly<Record<string, string>>, more: More = {}, service: Service = {}): string {
    const file = join(this.folder, `release-${++this.#files}.json`)
    const release = {
      ...{ project: 'acme/shop', config: 'production', artifact: { folder: this.artifact } },
      services: {
        web: {
          instances: 2,
          command: [process.execPath, 'app.mjs'],
          environment: { VERSION: version, ...environment },
          health: { kind: 'http', path: '/healthz', interval: '100ms' },
          route: { hosts: ['*'], timeouts: { drain: '1s' } },
          restart: { firstDelay: '50ms' },
          stop: { kill: '2s' },
          ...service,
        },
      },
      strategy: now,
      timeout: '20s',
      ...more,
    }
    writeFileSync(file, JSON.stringify(release, undefined, 2))
    return file
  }

  start(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Program {
    return new Program(words, { ...this.environment, ...environment })
  }

  /** `holdfast WORDS`, to its end. */
  async run(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
    return endOf(this.start(words, environment))
  }

  deploy(file: string, words: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) {
    return this.run(['deploy', file, ...words], environment)
  }

  async describe(id: string): Promise<Described> {
    return described.parse((await this.client.call(`GET /v1/deployments/${id}`)).body)
  }

  /** When the deployment is as wanted; throws when it has ended before. */
  async until(id: string, isWanted: (deployment: Described) => boolean): Promise<Described> {
    for await (const { event, data } of this.client.events(`GET /v1/deployments/${id}/events`)) {
      const seen = described.parse(JSON.parse(data))
      if (isWanted(seen)) return seen
      if (event === 'end') throw new Error(`it ended otherwise: ${data}`)
    }
    throw new Error('there was no end')
  }

  async serving(): Promise<string | undefined> {
    const place = z.looseObject({ serving: z.object({ fleet: z.string() }).nullable() })
    const { body } = await this.client.call('GET /v1/places/acme%2Fshop/production')
    return place.parse(body).serving?.fleet
  }

  get agentPid(): number {
    return z.looseObject({ pid: z.int() }).parse(readJson(join(this.data, 'host/owner.json'))).pid
  }

  /** What still runs when everything was told to stop. */
  end(): Promise<readonly string[]> {
    this.#ended ??= this.#end()
    return this.#ended
  }

  async #end(): Promise<readonly string[]> {
    await this.#sampler?.stop()
    const down = await this.run(['down', '--everything', '--yes'])
    await this.#up.ended
    await this.#agent?.ended
    const left = down.code === 0 ? processesWith(this.data) : [`down ended with ${down.code}: ${down.said}`]
    if (this.noSmallDisk === undefined) execFileSync('umount', ['-l', join(this.data, 'host')])
    rmSync(this.folder, { recursive: true, force: true })
    return left
  }
}

export const now = { kind: 'all-at-once', bake: { for: '0s' } }

export type Ran = { readonly code: number; readonly said: string }

export async function endOf(program: Program): Promise<Ran> {
  await program.ended
  return { code: program.exitCode ?? -1, said: program.said }
}

/** As the last lines tell it to people, and the first to programs. */
export const idIn = (said: string): string | undefined => /(?:^ +id +|"id":")(dep_[0-9a-z]{26})/m.exec(said)?.[1]

/** The deployment that `deploy --json` has begun. */
export async function begunBy(program: Program): Promise<string> {
  const [, id = ''] = await program.says(/"kind":"begun".*?"id":"(dep_[0-9a-z]{26})"/)
  return id
}

/** Why not, if it may not. */
function mountSmallDisk(folder: string): string | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMiB}m,mode=700`, 'tmpfs', folder], { stdio: 'pipe' })
    return undefined
  } catch (error) {
    return `no disk of its own can be mounted here: ${error instanceof Error ? error.message.split('\n')[0] : ''}`
  }
}

// ---- what is left of a deployment

/** Everything that a deployment which was taken back must not leave behind. */
export async function leftOf(system: System, id: string): Promise<readonly string[]> {
  const { calls, instances } = await system.describe(id)
  const locks = z.object({ items: z.array(z.unknown()) }).parse((await system.client.call('GET /v1/locks')).body).items
  // What it took down for another is down.
  const isSettled = ({ kind, status }: (typeof calls)[number]): boolean =>
    ['planned', 'undone', ...(kind === 'undo' ? ['done'] : [])].includes(status)
  const open = calls.filter((call) => !isSettled(call))
  const answering = await Promise.all(instances.map(({ url }) => answersAs(url, id)))
  return [
    ...processesWith(`HOLDFAST_RELEASE=${id}`).map((line) => `process ${line}`),
    ...foldersOf(system).flatMap((folder) => namesWith(folder, id)),
    ...locks.map((lock) => `lock ${JSON.stringify(lock)}`),
    ...open.map(({ id: call, status }) => `call ${call} ${status}`),
    ...answering.filter((line) => line !== undefined),
  ]
}

const foldersOf = ({ data }: System): readonly string[] =>
  ['instances', 'copies', 'drafts', 'routes', 'edge/routes.json'].map((name) => join(data, 'host', name))

/** Paths whose name, or whose words where it is a small file, hold the id. */
function namesWith(path: string, id: string): readonly string[] {
  if (!existsSync(path)) return []
  // The log of a build that failed is kept until the next pruning.
  if (path.endsWith('.build')) return []
  if (path.includes(id)) return [path]
  const about = statSync(path)
  if (about.isDirectory()) return readdirSync(path).flatMap((name) => namesWith(join(path, name), id))
  const isSmall = about.size < 1_000_000 && !path.endsWith('.mjs')
  return isSmall && readFileSync(path, 'utf8').includes(id) ? [`${path} names it`] : []
}

/** Processes whose environment or command line holds the words. */
export function processesWith(words: string): readonly string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => `${read(`/proc/${pid}/environ`)}\0${read(`/proc/${pid}/cmdline`)}`.includes(words))
    .map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It ended while it was looked at, or is another user's.
    return ''
  }
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

/** Another program may have the port by now. */
async function answersAs(url: string | null | undefined, id: string): Promise<string | undefined> {
  if (url === null || url === undefined) return undefined
  try {
    const { headers } = await fetch(new URL('/healthz', url), { signal: AbortSignal.timeout(2000) })
    return headers.get('x-release-id') === id ? `port ${url} answers` : undefined
  } catch {
    // Nobody listens: as it must be.
    return undefined
  }
}
