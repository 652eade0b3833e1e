import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { getPriority } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openDownload } from '../../outbound/index.ts'
import { handRung, openTestHost, type TestHost, type TestHostOptions } from '../agent-world.ts'
import type { CommandInput } from '../contract.ts'
import type { PreparedArtifact } from '../outcome.ts'
import { type FakeEntry, tarOf, writeArchive } from './archive.fake.ts'
import { digestTree } from './tree.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

/** Looks until it is so; how long that takes is the machine's affair. */
const until = (so: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(so()).toBe(true), { timeout: 120_000, interval: 20 })

async function open(options?: TestHostOptions): Promise<TestHost> {
  const host = await openTestHost(options)
  undo.push(() => host.end())
  return host
}

type Prepare = Extract<CommandInput, { kind: 'prepareArtifact' }>
let keys = 0
const key = () => `k${++keys}`

const prepare = (artifact: Prepare['artifact'], members: Partial<Prepare> = {}): Prepare => ({
  ...{ kind: 'prepareArtifact', key: key(), project: 'acme/shop', config: 'production', release: 'r1', artifact },
  ...members,
})

function copyFolder(host: TestHost, { workingCopy }: PreparedArtifact): string {
  const note = JSON.parse(readFileSync(join(host.folder, 'copies', `${workingCopy}.json`), 'utf8')) as {
    folder: string
  }
  return join(host.folder, 'copies', note.folder)
}

/** What is left of a preparation that failed. */
const leftovers = (host: TestHost) =>
  ['drafts', 'artifacts', 'copies'].flatMap((folder) =>
    readdirSync(join(host.folder, folder)).filter((name) => !name.endsWith('.build')),
  )

describe('a folder', () => {
  it('becomes a working copy of its own, with modes and links, without what is excluded', async () => {
    const host = await open()
    const app = host.app('app.js', 'app')
    mkdirSync(join(app, 'bin'))
    mkdirSync(join(app, '.git'))
    writeFileSync(join(app, '.git/config'), 'x')
    writeFileSync(join(app, 'bin/run'), '#!/bin/sh\n')
    chmodSync(join(app, 'bin/run'), 0o4777)
    symlinkSync('../app.js', join(app, 'bin/link'))
    const prepared = await host.ok(prepare({ kind: 'folder', path: app }))
    expect(prepared).toMatchObject({ reused: false, files: 4, bytes: 13 })
    const copy = copyFolder(host, prepared)
    expect(readdirSync(copy)).toEqual(['app.js', 'bin'])
    expect(lstatSync(join(copy, 'bin/run')).mode & 0o7777).toBe(0o755)
    expect(readFileSync(join(copy, 'bin/link'), 'utf8')).toBe('app')
    const limits = { bytes: 100, files: 10 }
    const { sha256 } = await digestTree({ from: app, exclude: new Set(['.git']), limits })
    expect(sha256).toBe(prepared.sha256)
    expect(leftovers(host).filter((name) => name.startsWith('artifact-'))).toEqual([])
  })

  it('is known by its content: the same is reused, another is not', async () => {
    const host = await open()
    const app = host.app('app.js', 'one')
    const first = await host.ok(prepare({ kind: 'folder', path: app }))
    expect(await host.ok(prepare({ kind: 'folder', path: app }))).toMatchObject({
      reused: true,
      workingCopy: first.workingCopy,
      sha256: first.sha256,
    })
    expect(await host.ok(prepare({ kind: 'folder', path: app, sha256: first.sha256 }))).toMatchObject({ reused: true })
    host.app('app.js', 'two')
    const second = await host.ok(prepare({ kind: 'folder', path: app }))
    expect(second.workingCopy).not.toBe(first.workingCopy)
    expect(await host.failure(prepare({ kind: 'folder', path: app, sha256: first.sha256 }))).toMatchObject({
      code: 'host.artifact_digest',
    })
    const other = await host.ok(prepare({ kind: 'folder', path: app }, { release: 'r2' }))
    expect(other).toMatchObject({ reused: false, sha256: second.sha256 })
    expect(readdirSync(join(host.folder, 'artifacts')).filter((name) => name.endsWith('.json'))).toHaveLength(2)
  })

  it('with a link out is refused, and nothing is left behind', async () => {
    const host = await open()
    const app = host.app('app.js', 'x')
    symlinkSync('/etc/passwd', join(app, 'secrets'))
    expect(await host.failure(prepare({ kind: 'folder', path: app }))).toMatchObject({
      code: 'host.artifact_unsafe',
      place: 'secrets',
      retryable: false,
    })
    expect(leftovers(host)).toEqual([])
  })

  it('that is not there is an error to act on', async () => {
    const host = await open()
    const failure = await host.failure(prepare({ kind: 'folder', path: '/nowhere/at/all' }))
    expect(failure).toMatchObject({ code: 'host.artifact_missing', kind: 'missing' })
    expect(leftovers(host)).toEqual([])
  })
})

describe("what is Holdfast's own", () => {
  const forbidden = { code: 'host.artifact_forbidden', kind: 'forbidden', retryable: false }

  /** Asked before anything is brought, and again when it is. */
  async function refusals(host: TestHost, artifact: Prepare['artifact']) {
    const asked = await host.failure({ kind: 'checkArtifact', key: key(), artifact })
    const brought = await host.failure(prepare(artifact))
    expect([asked, brought]).toMatchObject([forbidden, forbidden])
    expect(leftovers(host)).toEqual([])
    return asked
  }

  it('is no artifact: not its folder, not one in it, not by a link', async () => {
    const host = await open()
    const app = host.app('app.js', 'x')
    const link = join(dirname(host.folder), 'link')
    symlinkSync(join(host.folder, 'instances'), link)
    await refusals(host, { kind: 'folder', path: host.folder })
    await refusals(host, { kind: 'folder', path: join(host.folder, 'instances') })
    await refusals(host, { kind: 'folder', path: link })
    await refusals(host, { kind: 'folder', path: join(app, '..', 'host') })
  })

  it('is no part of one, unless it is left out', async () => {
    const host = await open()
    const root = dirname(host.folder)
    const path = join(root, 'site')
    host.app('app.js', 'x', 'site')
    // Also one of which only a part is released: the agent's folder somewhere below.
    const refused = await refusals(host, { kind: 'folder', path: root })
    expect(refused).toMatchObject({ place: 'artifact.folder', repair: expect.stringContaining('[.git, host]') })
    await host.ok(prepare({ kind: 'folder', path: root, exclude: ['host'] }))
    await host.ok(prepare({ kind: 'folder', path }))
    await host.ok({ kind: 'checkArtifact', key: key(), artifact: { kind: 'folder', path: root, exclude: ['host'] } })
    const limits = { bytes: 100, files: 10 }
    await expect(digestTree({ from: root, exclude: new Set(), limits, own: [host.folder] })).rejects.toMatchObject(
      forbidden,
    )
  })

  it('is no archive either, by its name or by a link', async () => {
    const host = await open()
    const { url, sha256 } = writeArchive(host.folder, [{ path: 'app.js', content: 'x' }])
    const link = join(dirname(host.folder), 'link.tgz')
    symlinkSync(fileURLToPath(url), link)
    await refusals(host, { kind: 'archive', url, sha256 })
    await refusals(host, { kind: 'archive', url: `file://${link}`, sha256 })
  })
})

describe('an archive', () => {
  const honest: FakeEntry[] = [
    { path: 'package/', type: 'Directory', mode: 0o777 },
    { path: 'package/app.js', content: 'console.log(1)', mode: 0o4755 },
    { path: 'package/lib/deep/x.js', content: 'x' },
    { path: 'package/run', type: 'SymbolicLink', target: 'lib/deep/x.js' },
  ]

  it('is unpacked as npm packs it, without foreign owners and set-user-id bits', async () => {
    const host = await open()
    const { url, sha256 } = writeArchive(dirname(host.folder), honest)
    const prepared = await host.ok(prepare({ kind: 'archive', url, sha256, strip: 1 }))
    expect(prepared).toMatchObject({ sha256, files: 4, bytes: 15 })
    const copy = copyFolder(host, prepared)
    expect(readdirSync(copy)).toEqual(['app.js', 'lib', 'run'])
    expect(lstatSync(join(copy, 'app.js')).mode & 0o7777).toBe(0o755)
    expect(lstatSync(join(copy, 'app.js')).uid).toBe(process.getuid?.())
    expect(readFileSync(join(copy, 'run'), 'utf8')).toBe('x')
    const whole = await host.ok(prepare({ kind: 'archive', url, sha256 }))
    expect(readdirSync(copyFolder(host, whole))).toEqual(['package'])
  })

  it.each<[string, FakeEntry[]]>([
    ['leads up', [{ path: '../evil', content: 'x' }]],
    ['leads up in the middle', [{ path: 'a/../../evil', content: 'x' }]],
    ['is absolute', [{ path: '/tmp/holdfast-evil', content: 'x' }]],
    ['links to an absolute path', [{ path: 'a', type: 'SymbolicLink', target: '/etc' }]],
    ['links out', [{ path: 'a', type: 'SymbolicLink', target: '../..' }]],
    [
      'writes through a link',
      [
        { path: 'a', type: 'SymbolicLink', target: '..' },
        { path: 'a/evil', content: 'x' },
      ],
    ],
    ['hard links out', [{ path: 'a', type: 'Link', target: '/etc/passwd' }]],
    ['holds a device', [{ path: 'null', type: 'CharacterDevice' }]],
    ['holds a pipe', [{ path: 'pipe', type: 'FIFO' }]],
    ['holds the evil entry last', [...honest, { path: 'package/../../evil', content: 'x' }]],
  ])('that %s is refused before anything is written', async (_, entries) => {
    const host = await open()
    const { url, sha256 } = writeArchive(dirname(host.folder), entries)
    const failure = await host.failure(prepare({ kind: 'archive', url, sha256 }))
    expect(failure).toMatchObject({ code: 'host.artifact_unsafe', retryable: false })
    expect(leftovers(host)).toEqual([])
    expect(existsSync('/tmp/holdfast-evil') || existsSync(join(host.folder, 'evil'))).toBe(false)
  })

  it('with the wrong digest is refused unopened', async () => {
    const host = await open()
    const { url, sha256 } = writeArchive(dirname(host.folder), honest)
    const wrong = sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
    expect(await host.failure(prepare({ kind: 'archive', url, sha256: wrong }))).toMatchObject({
      code: 'host.artifact_digest',
      accepted: wrong,
    })
    expect(leftovers(host)).toEqual([])
  })

  it.each([
    ['is a bomb', gzipSync(tarOf([{ path: 'zeros', content: '\0'.repeat(3_000_000) }])), 'host.artifact_too_large'],
    ['claims more than it may', gzipSync(tarOf([{ path: 'a', claimedBytes: 2 ** 40 }])), 'host.artifact_too_large'],
    ['is a bomb of nothing but headers', gzipSync(Buffer.alloc(20_000_000)), 'host.artifact_too_large'],
    [
      'has too many files',
      gzipSync(tarOf(Array.from({ length: 60 }, (_, i) => ({ path: `f${i}` })))),
      'host.artifact_too_large',
    ],
    ['is too large', Buffer.alloc(600_000, 7), 'host.artifact_too_large'],
    ['is no archive', Buffer.from('hello'), 'host.artifact_damaged'],
    ['holds no tar', gzipSync(Buffer.alloc(5000, 'x')), 'host.artifact_damaged'],
    ['is cut off', gzipSync(tarOf(honest)).subarray(0, 80), 'host.artifact_damaged'],
    ['is cut off inside the tar', gzipSync(tarOf(honest).subarray(0, 1300)), 'host.artifact_damaged'],
  ])('that %s is refused', async (_, bytes, code) => {
    const host = await open({ settings: { mostUnpackedBytes: 1_000_000, mostFiles: 50, mostArchiveBytes: 500_000 } })
    const { url, sha256 } = writeArchive(dirname(host.folder), bytes)
    expect(await host.failure(prepare({ kind: 'archive', url, sha256 }))).toMatchObject({ code })
    expect(leftovers(host)).toEqual([])
  })

  it('that is not there is an error to act on', async () => {
    const host = await open()
    const failure = await host.failure(prepare({ kind: 'archive', url: 'file:///nowhere.tgz', sha256: '0'.repeat(64) }))
    expect(failure).toMatchObject({ code: 'host.artifact_missing' })
  })

  it('prepared twice at a time is brought once', async () => {
    const host = await open()
    const { url, sha256 } = writeArchive(dirname(host.folder), honest)
    const both = await Promise.all([1, 2].map(() => host.ok(prepare({ kind: 'archive', url, sha256 }))))
    expect(both.map(({ reused }) => reused).toSorted()).toEqual([false, true])
  })
})

describe('an archive over https', () => {
  type Answer = (
    path: string,
    headers: Record<string, unknown>,
  ) => { status?: number; location?: string; body?: Buffer; hangs?: boolean }

  async function serve(answer: Answer): Promise<NonNullable<TestHostOptions['download']>> {
    const server: Server = createServer((request, response) => {
      const { status = 200, location, body, hangs } = answer(request.url ?? '', request.headers)
      response.writeHead(status, location === undefined ? {} : { location })
      if (hangs === true) response.write(body)
      else response.end(body)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    undo.push(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    // TLS is the platform's; what is tested is what is done with it.
    return (url, init) => fetch(`http://127.0.0.1:${port}/${url.replace('https://', '')}`, init)
  }

  const archive = (host: TestHost) => writeArchive(dirname(host.folder), [{ path: 'a', content: 'a' }])

  it('is fetched with its secret headers, which go to no other origin', async () => {
    const seen: [string, unknown][] = []
    let bytes: Buffer = Buffer.alloc(0)
    const download = await serve((path, headers) => {
      seen.push([path, headers['x-key']])
      return path === '/a.test/app' ? { status: 302, location: 'https://b.test/file' } : { body: bytes }
    })
    const host = await open({ download, environment: { KEY: 'top-secret' } })
    const made = archive(host)
    bytes = made.bytes
    const source = { kind: 'archive', url: 'https://a.test/app', sha256: made.sha256 } as const
    expect(await host.ok(prepare({ ...source, secretHeaders: { 'x-key': 'env:KEY' } }))).toMatchObject({ files: 1 })
    expect(seen).toEqual([
      ['/a.test/app', 'top-secret'],
      ['/b.test/file', undefined],
    ])
  })

  it('is not fetched from inside the network, also where a redirect leads there, and is from where the agent is told', async () => {
    const inner = ['https://169.254.169.254/latest/meta-data', 'https://127.0.0.1:1/app', 'https://[fc00::1]/app']
    for (const url of inner) {
      const redirecting = await serve(() => ({ status: 302, location: url }))
      const guarded = openDownload({ allow: [] })
      const download: typeof redirecting = (to, init) => (to.includes('a.test') ? redirecting : guarded)(to, init)
      const host = await open({ download })
      for (const first of [url, 'https://a.test/app']) {
        const failure = await host.failure(prepare({ kind: 'archive', url: first, sha256: '0'.repeat(64) }))
        expect(failure).toMatchObject({ code: 'host.artifact_refused', retryable: false })
        expect(failure.repair).toContain('--artifacts-from')
        expect(leftovers(host)).toEqual([])
      }
    }
    const told = await open({ download: openDownload({ allow: ['127.0.0.1'] }) })
    const failure = await told.failure(prepare({ kind: 'archive', url: inner[1] ?? '', sha256: '0'.repeat(64) }))
    expect(failure).toMatchObject({ code: 'host.artifact_unreachable' })
  })

  it.each([
    ['redirects out of TLS', () => ({ status: 302, location: 'http://b.test/' }), 'host.artifact_unreachable', false],
    ['redirects for ever', () => ({ status: 302, location: 'https://a.test/' }), 'host.artifact_unreachable', false],
    ['is not there', () => ({ status: 404 }), 'host.artifact_missing', false],
    ['is not allowed', () => ({ status: 403 }), 'host.artifact_unreachable', false],
    ['is not there for now', () => ({ status: 503 }), 'host.artifact_unreachable', true],
    ['stops coming', () => ({ body: Buffer.from('half'), hangs: true }), 'host.artifact_unreachable', true],
  ] satisfies [string, Answer, string, boolean][])(
    'that %s is an error to act on',
    async (_, answer, code, retryable) => {
      const host = await open({ download: await serve(answer), settings: { downloadSilenceMs: 150 } })
      const failure = await host.failure(
        prepare({ kind: 'archive', url: 'https://a.test/app', sha256: '0'.repeat(64) }),
      )
      expect(failure).toMatchObject({ code, retryable })
      expect(leftovers(host)).toEqual([])
    },
  )
})

describe('a build', () => {
  const built = async (host: TestHost, build: Prepare['build'], members: Partial<Prepare> = {}) =>
    prepare({ kind: 'folder', path: host.app('app.js', 'app') }, { build, ...members })

  it('runs in the working copy, once, and the artifact stays as it came', async () => {
    const host = await open()
    const command = await built(host, {
      command: 'echo built in $HOLDFAST_RELEASE for $FLAVOUR > out; nice > nice',
      environment: { FLAVOUR: 'blue' },
    })
    const prepared = await host.ok(command)
    const copy = copyFolder(host, prepared)
    expect(readFileSync(join(copy, 'out'), 'utf8')).toBe('built in r1 for blue\n')
    expect(Number(readFileSync(join(copy, 'nice'), 'utf8'))).toBeGreaterThanOrEqual(Math.min(19, getPriority() + 10))
    writeFileSync(join(copy, 'out'), 'touched')
    expect(await host.ok({ ...command, key: key() })).toMatchObject({ reused: true })
    expect(readFileSync(join(copy, 'out'), 'utf8')).toBe('touched')
    const artifact = readdirSync(join(host.folder, 'artifacts')).find((name) => !name.endsWith('.json')) ?? ''
    expect(readdirSync(join(host.folder, 'artifacts', artifact))).toEqual(['app.js'])
  })

  it('reaches the outside as the machine does, and knows nothing else of the agent', async () => {
    const network = { HTTPS_PROXY: 'http://proxy.example:3128', NODE_EXTRA_CA_CERTS: '/etc/ca.pem' }
    const host = await open({ environment: { ...network, NPM: 'npm-token-1' } })
    const own = {
      command: 'echo "$HTTPS_PROXY|$NODE_EXTRA_CA_CERTS|$NPM" > out',
      environment: { HTTPS_PROXY: 'http://own' },
    }
    const prepared = await host.ok(await built(host, own))
    expect(readFileSync(join(copyFolder(host, prepared), 'out'), 'utf8')).toBe('http://own|/etc/ca.pem|\n')
  })

  it('that fails shows its last words, keeps its log without secrets, and leaves nothing else', async () => {
    const host = await open({ environment: { NPM: 'npm-token-1' } })
    const build = { command: 'echo using $TOKEN; echo no such package >&2; exit 3', secrets: { TOKEN: 'env:NPM' } }
    const failure = await host.failure(await built(host, build))
    expect(failure).toMatchObject({ code: 'host.build_failed', place: 'build.command' })
    expect(failure.message).toBe('The build ended with 3.\nusing ***\nno such package\n')
    expect(leftovers(host).filter((name) => name.startsWith('r1'))).toEqual([])
    const workingCopy = /working copy (\S+)$/.exec(failure.repair ?? '')?.[1] ?? ''
    const { text } = await host.ok({ kind: 'logs', key: key(), of: { workingCopy } })
    expect(text).toBe('using ***\nno such package\n')
    expect(readFileSync(join(host.folder, 'copies', `${workingCopy}.build`, 'output.log'), 'utf8')).toBe(text)
    await host.ok({ kind: 'pruneArtifacts', key: key() })
    expect(readdirSync(join(host.folder, 'copies'))).toEqual([`${workingCopy}.build`])
  })

  it('that failed leaves its log for its time only', async () => {
    const host = await open({ settings: { keepRemovedLogsMs: 0 } })
    await host.failure(await built(host, { command: 'exit 3' }))
    await host.ok({ kind: 'pruneArtifacts', key: key() })
    expect(readdirSync(join(host.folder, 'copies'))).toEqual([])
  })

  it('that takes too long is ended with all it started', async () => {
    const { clock, ring } = handRung()
    const host = await open({ clock })
    const command = 'sleep 1000 & echo $! > ../../pid.new; mv ../../pid.new ../../pid; sleep 1000'
    const failing = host.failure(await built(host, { command, timeoutMs: 3_600_000 }))
    await until(() => existsSync(join(host.folder, 'pid')))
    ring()
    expect(await failing).toMatchObject({ code: 'host.build_timeout' })
    const pid = readFileSync(join(host.folder, 'pid'), 'utf8').trim()
    await until(() => !existsSync(`/proc/${pid}`) || /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))
  })

  it('that cannot start says so', async () => {
    const host = await open()
    expect(await host.failure(await built(host, { command: ['./missing'] }))).toMatchObject({
      code: 'host.build_failed',
      message: expect.stringContaining('127'),
    })
  })

  it('of an agent that closed is done again by the next', async () => {
    const host = await open()
    const command = await built(host, {
      // Who has said that it runs has looked already, and will not end by itself.
      command: 'if test -e ../../go; then echo done > out; else echo x >> ../../runs; sleep 1000; fi',
    })
    const interrupted = host.agent().run(command)
    const { watch } = await import('node:fs')
    const watcher = watch(host.folder)
    while (!existsSync(join(host.folder, 'runs'))) await once(watcher, 'change')
    watcher.close()
    await host.agent().close()
    writeFileSync(join(host.folder, 'go'), '')
    await host.restart()
    const prepared = await host.ok(command)
    expect(readFileSync(join(copyFolder(host, prepared), 'out'), 'utf8')).toBe('done\n')
    // Ended by the next agent's janitor, for its marker and for nothing else.
    expect(await interrupted).toMatchObject({ ok: false })
    expect(leftovers(host).filter((name) => name.startsWith('r1'))).toHaveLength(2)
  })
})

describe('pruning', () => {
  it('removes what no instance and none of the newest releases needs', async () => {
    const host = await open()
    const copies: string[] = []
    for (const release of ['r1', 'r2', 'r3']) {
      const path = host.app('app.js', release)
      copies.push((await host.ok(prepare({ kind: 'folder', path }, { release }))).workingCopy)
    }
    const address = { project: 'acme/shop', config: 'production', release: 'r1', service: 'web', port: 'none' } as const
    await host.ok({
      kind: 'startInstance',
      key: key(),
      ...address,
      instance: 'w',
      command: 'sleep 1000',
      workingCopy: copies[0] ?? '',
    })
    const pruned = await host.ok({ kind: 'pruneArtifacts', key: key(), keep: 1 })
    expect(pruned).toMatchObject({ workingCopies: [copies[1]], freedBytes: 4 })
    expect(pruned.artifacts).toHaveLength(1)
    const start = {
      kind: 'startInstance',
      ...address,
      instance: 'x',
      command: 'true',
      workingCopy: copies[1] ?? '',
    } as const
    expect(await host.failure({ ...start, key: key() })).toMatchObject({ code: 'host.copy_missing' })
    await host.ok({ kind: 'stopInstance', key: key(), instance: 'w', remove: true })
    expect(await host.ok({ kind: 'pruneArtifacts', key: key(), keep: 0 })).toMatchObject({
      workingCopies: [copies[0], copies[2]].toSorted(),
    })
    expect(leftovers(host)).toEqual([])
  })
})
