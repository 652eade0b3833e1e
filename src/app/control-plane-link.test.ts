import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../base/index.ts'
import type { HostFacts } from '../host/index.ts'
import { ControlPlaneLink, type LinkEvent } from './control-plane-link.ts'

it('a link that is closed has no more commands, and says so only when its agent closes: an agent would ask again and again', async () => {
  const link = new ControlPlaneLink({
    token: 'token',
    locate: () => Promise.reject(new Error('nobody is asked')),
    version: '1',
    session: 'session',
    tell: () => {
      throw new Error('nobody is told')
    },
    clock: new VirtualClock(),
    randomBytes: (length) => new Uint8Array(length),
    logger: silentLogger,
    on: () => {},
  })
  link.close()
  const agent = new AbortController()
  let answered = false
  const commands = link.next(agent.signal).finally(() => (answered = true))
  await new Promise((resolve) => setImmediate(resolve))
  expect(answered).toBe(false)
  agent.abort()
  expect(await commands).toEqual([])
})

describe('the way to the control plane', () => {
  const host = { id: 'hst_1', name: 'tokyo-1', zone: 'tokyo', address: '10.0.0.7' }
  const problem = (code: string): object => ({ code, detail: 'no' })
  let server: Server
  let answers: [status: number, body: object][] = []
  let asked: { readonly path: string; readonly body: { readonly underWay?: readonly string[] } }[] = []
  let events: LinkEvent[] = []
  let clock: VirtualClock
  let link: ControlPlaneLink
  let agent: AbortController
  /** Rings at every event of the link, and when more was asked than is answered. */
  let happened = Promise.withResolvers<void>()
  beforeEach(async () => {
    ;[answers, asked, events, clock, agent] = [[], [], [], new VirtualClock(), new AbortController()]
    server = createServer((request, response) => {
      let text = ''
      request.setEncoding('utf8').on('data', (piece: string) => (text += piece))
      request.once('end', () => {
        // Safe: the link sends JSON.
        asked.push({ path: request.url ?? '', body: JSON.parse(text) as (typeof asked)[0]['body'] })
        const [status, body] = answers.shift() ?? [0, {}]
        // Beyond what the test has to say, a poll waits.
        if (status === 0) happened.resolve()
        else response.writeHead(status).end(JSON.stringify(body))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    // Safe: it listens on a port.
    const { port } = server.address() as AddressInfo
    happened = Promise.withResolvers()
    link = new ControlPlaneLink({
      ...{ token: 'token', version: '1', session: 'session-1', clock, logger: silentLogger },
      locate: () => Promise.resolve(`http://127.0.0.1:${port}`),
      tell: () => ({ facts: {} as HostFacts, edge: null }),
      randomBytes: (length) => new Uint8Array(length),
      on: (event) => {
        events.push(event)
        happened.resolve()
      },
    })
  })
  afterEach(async () => {
    link.close()
    agent.abort()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  it('hands a command over once, however often it comes, until its outcome is told', async () => {
    const command = { kind: 'hostFacts', key: 'k1' }
    answers = [
      [200, { host, commands: [command] }],
      [200, { host, commands: [command] }],
      [200, { host, commands: [{ kind: 'hostFacts', key: 'k2' }] }],
      [200, { awaited: true }],
      [200, { host, commands: [command] }],
    ]
    expect(await link.next(agent.signal)).toEqual([command])
    expect(await link.next(agent.signal)).toEqual([{ kind: 'hostFacts', key: 'k2' }])
    expect(asked.map(({ body }) => body.underWay)).toEqual([[], ['k1'], ['k1']])
    await link.report({
      key: 'k1',
      ok: false,
      failure: { code: 'x', message: 'y', kind: 'internal', retryable: false },
    })
    expect(asked.at(-1)?.path).toBe('/v1/hosts/self/outcomes')
    expect(await link.next(agent.signal)).toEqual([command])
    expect(events).toMatchObject([{ kind: 'connected', host, again: false }])
  })

  it('asks one that refuses it again after a while, and comes back when it is let in', async () => {
    answers = [
      [401, problem('access.unauthenticated')],
      [200, { host, commands: [{ kind: 'hostFacts', key: 'k1' }] }],
    ]
    const next = link.next(agent.signal)
    await happened.promise
    expect(link.state).toMatchObject({ kind: 'refused', error: { code: 'access.unauthenticated' } })
    while (clock.nextAlarm() === undefined) await new Promise((resolve) => setImmediate(resolve))
    clock.advanceBy(30_000)
    expect(await next).toMatchObject([{ key: 'k1' }])
    expect(events.map(({ kind }) => kind)).toEqual(['refused', 'connected'])
  })

  it('asks no more when another agent took over, and what it has done is dropped', async () => {
    answers = [[409, problem('host.superseded')]]
    const next = link.next(agent.signal)
    await happened.promise
    await new Promise((resolve) => setImmediate(resolve))
    clock.advanceBy(3_600_000)
    agent.abort()
    expect(await next).toEqual([])
    expect(asked).toHaveLength(1)
  })

  it('tells whoever waits that an outcome cannot be told, rather than nothing', async () => {
    answers = [
      [413, problem('server.body_too_large')],
      [200, { awaited: true }],
    ]
    await link.report({ key: 'k1', ok: true, result: { text: 'long', next: 1, gap: false } })
    expect(asked.at(-1)?.body).toMatchObject({ outcome: { key: 'k1', ok: false, failure: { code: 'host.internal' } } })
  })
})
