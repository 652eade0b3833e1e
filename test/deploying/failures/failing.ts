/** What is begun, fails and is taken back. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Case } from './case.ts'
import { begunBy, endOf, idIn, type Ran, type System } from './system.ts'

const brief = { timeout: '6s' }
const oneBox = { strategy: { kind: 'one-box', bake: { for: '30s' } }, timeout: '40s' }

async function listening(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Processes of before, which answer as if they were well on every port they are told. */
async function withSquatter(system: System, version: string): Promise<Ran> {
  const old: Server[] = []
  const squatter = createServer((request, response) => {
    const port = Number(new URL(request.url ?? '/', 'http://squatter').searchParams.get('port'))
    const server = createServer((_, answer) => answer.writeHead(200, { 'x-version': version }).end('of long ago'))
    old.push(server)
    // An instance that is started again finds it there already.
    server.once('error', () => response.end())
    void listening(server, port).then(
      () => response.end(),
      () => response.end(),
    )
  })
  try {
    const port = await listening(squatter)
    const environment = { BEHAVIOUR: 'port-squatted', SQUATTER: `http://127.0.0.1:${port}/` }
    return await system.deploy(system.file(version, environment, { timeout: '15s' }))
  } finally {
    for (const server of [squatter, ...old]) {
      server.closeAllConnections()
      server.close()
    }
  }
}

async function withTakenPort(system: System, version: string): Promise<Ran> {
  const other = createServer((_, answer) => answer.end('somebody else'))
  try {
    const port = await listening(other)
    // Nobody leads traffic to a fixed port: two versions could not have it at once.
    const release = system.file(
      version,
      {},
      { config: 'mail' },
      { port, instances: 1, route: undefined, queueWorker: true },
    )
    return await system.deploy(release)
  } finally {
    other.closeAllConnections()
    other.close()
  }
}

/** Well until it bakes: before that nobody would have let it in. */
async function flapping(system: System, version: string): Promise<Ran> {
  const gate = join(system.folder, 'well')
  writeFileSync(gate, '')
  const file = system.file(version, { BEHAVIOUR: 'flapping', WELL_WHILE: gate }, oneBox)
  const program = system.start(['deploy', file, '--json'])
  await system.until(await begunBy(program), ({ state }) => state === 'Bake')
  rmSync(gate)
  return endOf(program)
}

/** An archive as somebody may have made it, its digest as the release file names it. */
function archive(system: System, name: string, words: readonly string[]): Readonly<Record<string, string>> {
  const path = join(system.folder, `${name}.tgz`)
  execFileSync('tar', ['-czf', path, '-C', system.artifact, ...words], { stdio: 'pipe' })
  return { url: `file://${path}`, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') }
}

function tooLarge(system: System): string {
  const folder = join(system.folder, 'large')
  mkdirSync(folder)
  writeFileSync(join(folder, 'film.bin'), '')
  truncateSync(join(folder, 'film.bin'), 64 * 1_048_576)
  return folder
}

export const failing: readonly Case[] = [
  {
    name: 'never healthy',
    expected: {
      exit: 1,
      class: 'health',
      state: 'CheckHealth',
      field: 'timeout',
      mender: 'author',
      says: [/answered 503/],
    },
    run: (system, version) => system.deploy(system.file(version, { BEHAVIOUR: 'never-healthy' }, brief)),
  },
  {
    name: 'crash loop',
    expected: {
      ...{ exit: 1, class: 'health', state: 'CheckHealth', mender: 'author' },
      says: [
        /what +.*(crashed \d+ times|ends again and again)(.*\n)+?.*the configuration names no database/,
        /^web\/0 +the configuration names/m,
      ],
    },
    run: async (system, version) => {
      const { code, said } = await system.deploy(system.file(version, { BEHAVIOUR: 'crash-loop' }))
      // Its instances are gone, their output is not.
      const logs = await system.run(['logs', idIn(said) ?? ''])
      return { code, said: said + logs.said }
    },
  },
  {
    name: 'old process on the port',
    expected: {
      exit: 1,
      class: 'capacity',
      state: 'CheckHealth',
      mender: 'operator',
      says: [/Port \d+ answers, but another program listens on it/],
    },
    run: withSquatter,
  },
  {
    name: 'wrong release id',
    expected: { exit: 1, class: 'health', state: 'CheckHealth', mender: 'author', says: [/dep_of_long_ago/] },
    run: (system, version) => system.deploy(system.file(version, { BEHAVIOUR: 'wrong-release' })),
  },
  {
    name: 'start slower than its timeout',
    expected: {
      exit: 1,
      class: 'health',
      state: 'CheckHealth',
      mender: 'author',
      field: 'timeout',
      says: [/nothing listens/],
    },
    run: (system, version) => system.deploy(system.file(version, { BOOT_MS: '60000' }, brief)),
  },
  {
    name: 'flapping',
    expected: { exit: 1, class: 'health', state: ['Bake', 'Watch'], mender: 'author', says: [/503/], share: 0.1 },
    run: flapping,
  },
  {
    name: 'answers 500',
    expected: { exit: 1, class: 'health', state: 'Bake', mender: 'author', says: [/fail|500/], share: 0.1 },
    run: (system, version) => system.deploy(system.file(version, { BEHAVIOUR: 'answers-500' }, oneBox)),
  },
  {
    name: 'healthy for the agent, ill for the edge',
    expected: { exit: 1, class: 'health', state: 'Switch', field: 'timeout', says: [/503/] },
    run: (system, version) => system.deploy(system.file(version, { BEHAVIOUR: 'ill-at-the-edge' }, brief)),
  },
  {
    name: 'wrong SHA of an archive',
    expected: {
      exit: 1,
      class: 'user',
      state: 'Prepare',
      field: 'artifact.sha256',
      mender: 'author',
      says: [/digest|SHA-256/i],
    },
    run: (system, version) => {
      const artifact = { ...archive(system, 'wrong', ['.']), sha256: 'b'.repeat(64) }
      return system.deploy(system.file(version, {}, { artifact }))
    },
  },
  {
    name: 'artifact with ../',
    expected: { exit: 1, class: 'user', state: 'Prepare', field: 'artifact', mender: 'author', says: [/\.\.\//] },
    run: (system, version) => {
      const artifact = archive(system, 'upwards', ['--transform', 's|^app|../app|', 'app.mjs'])
      return system.deploy(system.file(version, {}, { artifact }))
    },
  },
  {
    name: 'artifact with a link out',
    expected: { exit: 1, class: 'user', state: 'Prepare', field: 'artifact', mender: 'author', says: [/link/, /out/] },
    run: (system, version) => {
      const folder = join(system.folder, 'linking')
      mkdirSync(folder)
      execFileSync('ln', ['-s', '../../../../etc/passwd', join(folder, 'out')])
      const artifact = archive(system, 'linking', ['-C', folder, 'out'])
      return system.deploy(system.file(version, {}, { artifact }))
    },
  },
  {
    name: 'full disk',
    skip: ({ noSmallDisk }) => noSmallDisk,
    expected: { exit: 1, class: 'capacity', state: 'Prepare', mender: 'operator', says: [/disk is full|no space/i] },
    run: (system, version) => system.deploy(system.file(version, {}, { artifact: { folder: tooLarge(system) } })),
  },
  {
    name: 'port taken',
    expected: {
      ...{ exit: 1, class: 'capacity', state: 'Start', field: 'services.web.port', mender: 'operator' },
      says: [/port \d+/i],
    },
    run: withTakenPort,
  },
]
