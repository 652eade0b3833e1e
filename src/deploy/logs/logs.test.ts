import { afterEach, describe, expect, it } from 'vitest'
import { HoldfastError } from '../../base/index.ts'
import type { CommandInput, Hosts, HostView, LogPiece, OutputPlace } from '../../host/index.ts'
import { admin, endWorlds, nobody, World } from '../world.ts'
import { type FollowedLines, followLogs } from './follow.ts'
import { readLogs } from './read.ts'

afterEach(endWorlds)

const fleet = 'dep_1'
const place = { project: 'shop/web', config: 'production' }

/** Hosts in memory: what each instance wrote, and who waits for more of it. */
class FakeHosts implements Hosts {
  readonly logs = new Map<string, string>()
  readonly away = new Set<string>()
  /** Removed; their output is kept. */
  readonly gone = new Set<string>()
  readonly #waiting = new Set<() => void>()
  readonly #of: Readonly<Record<string, readonly string[]>>
  reads = 0

  constructor(of: Readonly<Record<string, readonly string[]>>) {
    this.#of = of
  }

  start(instance: string): void {
    this.logs.set(instance, '')
  }

  write(instance: string, text: string): void {
    this.logs.set(instance, (this.logs.get(instance) ?? '') + text)
    this.#wakeAll()
  }

  /** Nothing more comes: whoever waits is told so. */
  quiet(): void {
    this.#wakeAll()
  }

  remove(instance: string): void {
    this.logs.delete(instance)
    this.#wakeAll()
  }

  list(): readonly HostView[] {
    return Object.keys(this.#of).map((name) => ({
      id: `hst_${name}`,
      name,
      zone: 'a',
      address: '127.0.0.1',
      state: this.away.has(name) ? 'away' : 'connected',
      edge: undefined,
      lastSeenAt: 0,
      facts: undefined,
    }))
  }

  // The fake answers each command with what the contract says of it; the compiler cannot follow that through the union.
  run: Hosts['run'] = async (host, asked, signal) => {
    const command: CommandInput = asked
    if (command.kind === 'listOutputs') return { outputs: this.#outputsOn(host, command) } as never
    if (command.kind === 'logs') this.reads++
    if (command.kind === 'logs') return (await this.#piece(command, signal)) as never
    throw new Error(`${command.kind} was not expected`)
  }

  #outputsOn(host: string, asked: { release?: string; service?: string; removed?: boolean }): OutputPlace[] {
    const names = (this.#of[host] ?? []).filter((name) => this.logs.has(name))
    return names
      .filter((name) => asked.removed === true || !this.gone.has(name))
      .map((name): OutputPlace => {
        const [, release = '', service = ''] = /^(dep_[a-z0-9]+)-(\w+)-/.exec(name) ?? []
        if (service === 'copy') return { ...place, release, of: { workingCopy: name } }
        return { ...place, release, service, of: { instance: name } }
      })
      .filter(
        ({ release, service }) => (asked.release ?? release) === release && (asked.service ?? service) === service,
      )
  }

  async #piece(
    command: { of: object; after?: number | undefined; lines?: number | undefined },
    signal: AbortSignal,
  ): Promise<LogPiece> {
    const [name = ''] = Object.values(command.of).map(String)
    const { after, lines = 200 } = command
    const isOver = this.gone.has(name)
    if (!isOver && after !== undefined && (this.logs.get(name) ?? '').length <= after) await this.#news(signal)
    const text = this.logs.get(name)
    if (text === undefined) throw new HoldfastError('host.instance_missing', `There is no ${name}`, { kind: 'missing' })
    const base = { next: text.length, gap: false, ...(isOver && { ended: true as const }) }
    if (after !== undefined) return { ...base, text: text.slice(after) }
    const last = text.split('\n').slice(0, -1).slice(-lines)
    return { ...base, text: last.length === 0 ? '' : `${last.join('\n')}\n` }
  }

  #news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(resolve)
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
  }

  #wakeAll(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}

const two = { north: [`${fleet}-web-0`, `${fleet}-jobs-0`], south: [`${fleet}-web-1`, 'dep_2-web-0'] }

async function worldWith(
  logs: Readonly<Record<string, string>>,
  of: Readonly<Record<string, readonly string[]>> = two,
) {
  const world = await new World().begin()
  const hosts = new FakeHosts(of)
  for (const [instance, text] of Object.entries(logs)) hosts.write(instance, text)
  return { world, hosts, deploys: world.deploys }
}

const never = new AbortController().signal

describe('the output of instances', () => {
  const logs = { 'dep_1-web-0': 'a\nb\nc\n', 'dep_1-web-1': 'd\n', 'dep_1-jobs-0': 'e\n', 'dep_2-web-0': 'f\n' }

  it('is that of all instances of a place, on all its hosts', async () => {
    const { lines, silent } = await readLogs(await worldWith(logs), admin, { ...place, lines: 2 }, never)
    expect(lines.map(({ host, instance, deployment, text }) => [host, deployment, instance, text])).toEqual([
      ['north', 'dep_1', 'jobs/0', 'e'],
      ['north', 'dep_1', 'web/0', 'b'],
      ['north', 'dep_1', 'web/0', 'c'],
      ['south', 'dep_1', 'web/1', 'd'],
      ['south', 'dep_2', 'web/0', 'f'],
    ])
    expect(silent).toEqual([])
  })

  it('can be that of a service, or of one instance by either of its names', async () => {
    const world = await worldWith(logs)
    const textsOf = async (request: object) =>
      (await readLogs(world, admin, { ...place, ...request }, never)).lines.map(({ text }) => text).join('')
    expect(await textsOf({ service: 'jobs' })).toBe('e')
    expect(await textsOf({ instance: 'web/1' })).toBe('d')
    expect(await textsOf({ instance: 'dep_2-web-0' })).toBe('f')
  })

  it('names the hosts that do not answer', async () => {
    const world = await worldWith(logs)
    world.hosts.away.add('south')
    const { lines, silent } = await readLogs(world, admin, place, never)
    expect(lines.every(({ host }) => host === 'north')).toBe(true)
    expect(silent).toEqual([{ host: 'south', reason: 'its agent is away' }])
  })

  it('is for who may read it, and of a place or a deployment', async () => {
    const world = await worldWith(logs)
    await expect(readLogs(world, nobody, place, never)).rejects.toMatchObject({ code: 'access.forbidden' })
    await expect(readLogs(world, admin, { project: 'shop/web' }, never)).rejects.toMatchObject({
      code: 'deploy.request_invalid',
      place: 'config',
    })
    await expect(readLogs(world, admin, { deployment: 'dep_9' }, never)).rejects.toMatchObject({
      code: 'deploy.deployment_missing',
    })
  })
})

describe('the output of a deployment that was taken back', () => {
  async function takenBack() {
    const world = await new World().begin()
    const { id } = await world.deploy()
    const build = `${id}-copy-0`
    const web = `${id}-web-0`
    const hosts = new FakeHosts({ north: [build, web, 'dep_9-web-0'] })
    hosts.write(build, 'npm says no\n')
    hosts.write(web, 'EADDRINUSE\n')
    hosts.write('dep_9-web-0', 'well\n')
    for (const name of [build, web]) hosts.gone.add(name)
    return { world, hosts, deploys: world.deploys, id }
  }

  it('is still there when it is asked for by its id, that of its build too, and not among what runs', async () => {
    const world = await takenBack()
    const { lines } = await readLogs(world, admin, { deployment: world.id }, never)
    expect(lines.map(({ instance, text }) => [instance, text])).toEqual([
      ['build', 'npm says no'],
      ['web/0', 'EADDRINUSE'],
    ])
    const now = await readLogs(world, admin, place, never)
    expect(now.lines.map(({ text }) => text)).toEqual(['well'])
  })

  it('is followed to its end, and not asked for again', async () => {
    const world = await takenBack()
    const leave = new AbortController()
    const pieces = followLogs(world, admin, { deployment: world.id }, leave.signal)[Symbol.asyncIterator]()
    const texts = [await pieces.next(), await pieces.next()].map(({ value }) => value?.lines[0]?.text)
    expect(texts.toSorted()).toEqual(['EADDRINUSE', 'npm says no'])
    const ended = pieces.next()
    await world.world.advance(20_000)
    expect(world.hosts.reads).toBeLessThanOrEqual(4)
    leave.abort()
    expect(await ended).toMatchObject({ done: true })
  })
})

describe('output that is followed', () => {
  const follow = async (logs: Readonly<Record<string, string>>, after?: Readonly<Record<string, number>>) => {
    const world = await worldWith(logs)
    const leave = new AbortController()
    const pieces = followLogs(world, admin, { ...place, lines: 1, after }, leave.signal)[Symbol.asyncIterator]()
    const next = async (): Promise<FollowedLines> => {
      const piece = await pieces.next()
      if (piece.done === true) throw new Error('it ended')
      return piece.value
    }
    const texts = async (): Promise<string> =>
      (await next()).lines.map(({ instance, text }) => `${instance} ${text}`).join('; ')
    return { ...world, leave, pieces, next, texts }
  }

  it('begins with the newest lines and goes on as they come, whoever writes them', async () => {
    const { hosts, texts, leave, pieces } = await follow({ 'dep_1-web-0': 'old\nnew\n', 'dep_1-web-1': 'other\n' })
    expect([await texts(), await texts()].toSorted()).toEqual(['web/0 new', 'web/1 other'])
    hosts.write('dep_1-web-1', 'x\ny\n')
    expect(await texts()).toBe('web/1 x; web/1 y')
    hosts.write('dep_1-web-0', 'z\n')
    expect(await texts()).toBe('web/0 z')
    leave.abort()
    expect(await pieces.next()).toMatchObject({ done: true })
  })

  it('shows a line when it is whole, or when nothing more comes of it', async () => {
    const { hosts, texts, leave } = await follow({ 'dep_1-web-0': 'begun\n' })
    expect(await texts()).toBe('web/0 begun')
    const line = texts()
    hosts.write('dep_1-web-0', 'half')
    await new Promise<void>((resolve) => setImmediate(resolve))
    hosts.write('dep_1-web-0', ' and half\n')
    expect(await line).toBe('web/0 half and half')
    const prompt = texts()
    hosts.write('dep_1-web-0', 'password: ')
    await new Promise<void>((resolve) => setImmediate(resolve))
    hosts.quiet()
    expect(await prompt).toBe('web/0 password: ')
    leave.abort()
  })

  it('shows a line that never ends in pieces, and holds no more of it', async () => {
    const { hosts, texts, leave } = await follow({ 'dep_1-web-0': 'a\n' })
    await texts()
    const piece = texts()
    hosts.write('dep_1-web-0', 'x'.repeat(70_000))
    expect(await piece).toBe(`web/0 ${'x'.repeat(70_000)}`)
    leave.abort()
  })

  it('takes in instances that come later, from their first line, and outlives those that go', async () => {
    const { world, hosts, texts, leave } = await follow({ 'dep_1-web-0': 'a\n' })
    expect(await texts()).toBe('web/0 a')
    const line = texts()
    hosts.remove('dep_1-web-0')
    hosts.write('dep_2-web-0', 'first\nsecond\n')
    await world.advance(2000)
    expect(await line).toBe('web/0 first; web/0 second')
    leave.abort()
  })

  it('goes on where a reader left; of an instance it was told nothing of, with the newest lines', async () => {
    const first = await follow({ 'dep_1-web-0': 'a\n', 'dep_1-web-1': 'b\n' })
    const { lines, positions } = await first.next()
    first.leave.abort()
    expect([lines.map(({ text }) => text), positions]).toEqual([['a'], { 'dep_1-web-0': 2 }])
    const second = await follow({ 'dep_1-web-0': 'a\nc\nd\n', 'dep_1-web-1': 'b\ne\n' }, positions)
    expect([await second.texts(), await second.texts()].toSorted()).toEqual(['web/0 c; web/0 d', 'web/1 e'])
    second.leave.abort()
  })
})
