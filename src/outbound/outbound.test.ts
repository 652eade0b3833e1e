import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { type Address, rangeOf } from './address.ts'
import { allowList, isAllowEntry } from './allow.ts'
import { openGate } from './gate.ts'
import type { OutboundRequest } from './request.ts'

const never = new AbortController().signal
const get = (url: string, more: Partial<OutboundRequest> = {}): OutboundRequest => ({
  ...{ asker: { kind: 'execution', id: 'arn:test' }, method: 'GET', url, headers: {}, signal: never },
  ...more,
})
const at = (...addresses: string[]): Address[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

type Answer = (request: IncomingMessage, response: ServerResponse) => void

async function service(answer: Answer) {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    ...{ port, seen, url: `http://127.0.0.1:${port}` },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('an address', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.8.9.1', 'loopback'],
    ['0.0.0.0', 'this network'],
    ['10.1.2.3', 'a private range'],
    ['172.31.0.1', 'a private range'],
    ['192.168.1.1', 'a private range'],
    ['169.254.169.254', 'link-local, where clouds keep their metadata'],
    ['100.100.100.200', 'a range shared behind carriers'],
    ['168.63.129.16', "a cloud's metadata"],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'a reserved range'],
    ['::1', 'loopback'],
    ['::', 'no address'],
    ['fe80::1', 'link-local'],
    ['fd00:ec2::254', 'a private range'],
    ['ff02::1', 'multicast'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:a9fe:a9fe', 'link-local, where clouds keep their metadata'],
    ['::ffff:0:10.0.0.1', 'a private range'],
    ['::ffff:0:a9fe:a9fe', 'link-local, where clouds keep their metadata'],
    ['::127.0.0.1', 'loopback'],
    ['64:ff9b::10.0.0.1', 'a private range'],
    ['64:ff9b::a9fe:a9fe', 'link-local, where clouds keep their metadata'],
    ['64:ff9b:1::808:808', 'a range for translation to IPv4'],
    ['2606:4700::5efe:127.0.0.1', 'loopback'],
    ['2606:4700::200:5efe:169.254.169.254', 'link-local, where clouds keep their metadata'],
    ['fd20:ce::254', 'a private range'],
    ['3fff:1::1', 'a range for documents'],
    ['2002:7f00:1::', 'loopback'],
    ['no address at all', 'no address'],
  ])('%s is %s', (address, range) => {
    expect(rangeOf(address)).toBe(range)
  })

  it.each(['1.1.1.1', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '::ffff:0:8.8.8.8', '64:ff9b::808:808'])(
    '%s is public',
    (address) => {
      expect(rangeOf(address)).toBeUndefined()
    },
  )
})

describe('the list of what is allowed', () => {
  const list = allowList(['127.0.0.1', '10.1.0.0/16', 'fd00::/8', 'api.internal', '*.corp.example'])

  it.each([
    ['127.0.0.1', true],
    ['127.0.0.2', false],
    ['10.1.255.1', true],
    ['10.2.0.1', false],
    ['fd12::1', true],
    ['not an address', false],
  ])('holds the address %s: %s', (address, holds) => {
    expect(list.holds(address)).toBe(holds)
  })

  it.each([
    ['API.internal', true],
    ['x.api.internal', false],
    ['a.b.corp.example', true],
    ['corp.example', false],
    ['evilcorp.example', false],
  ])('names %s: %s', (host, names) => {
    expect(list.names(host)).toBe(names)
  })

  it.each([
    ['10.0.0.0/8', true],
    ['10.0.0.0/33', false],
    ['fd00::/129', false],
    ['::1', true],
    ['*.example.com', true],
    ['localhost', true],
    ['https://example.com', false],
    ['*', false],
    ['', false],
  ])('takes the entry %s: %s', (entry, fits) => {
    expect(isAllowEntry(entry)).toBe(fits)
  })
})

describe('the gate', () => {
  it.each([
    ['http://127.0.0.1:9/', 'it is loopback'],
    ['http://2130706433/', 'it is loopback'],
    ['http://0x7f.1/', 'it is loopback'],
    ['http://[::1]/', 'it is loopback'],
    ['http://[::ffff:169.254.169.254]/latest/meta-data', 'it is link-local, where clouds keep their metadata'],
    ['ftp://example.com/', 'ftp: is neither http nor https'],
  ])('refuses %s, for %s', async (url, reason) => {
    const fault = { code: 'outbound.refused', message: expect.stringContaining(reason) }
    await expect(openGate({ allow: [], resolve: async () => [] }).request(get(url))).rejects.toMatchObject(fault)
  })

  it('refuses a name that resolves to a private address, and says which and how to allow it', async () => {
    const gate = openGate({ allow: [], resolve: async () => at('10.0.0.7') })
    await expect(gate.request(get('https://rebound.example/'))).rejects.toMatchObject({
      code: 'outbound.refused',
      message: 'rebound.example is not called: it is 10.0.0.7, which is a private range',
      repair: expect.stringContaining('"rebound.example" to outbound.allow'),
    })
  })

  it('looks a name up once and connects to the address that it judged', async () => {
    await using here = await service((_request, response) => response.end('here'))
    const answers = [at('127.0.0.1'), at('10.0.0.1')]
    const gate = openGate({ allow: ['127.0.0.1'], resolve: async () => answers.shift() ?? [] })
    const answer = await gate.request(get(`http://shop.example:${here.port}/a?b=c`))
    expect(answer).toMatchObject({ status: 200, statusText: 'OK', cut: false })
    expect(answer.body.toString()).toBe('here')
    expect(here.seen[0]).toMatchObject({ url: '/a?b=c', headers: { host: `shop.example:${here.port}` } })
    expect(answers).toHaveLength(1)
  })

  it('leaves out the refused ones among several addresses', async () => {
    await using here = await service((_request, response) => response.end('here'))
    const gate = openGate({ allow: ['127.0.0.1'], resolve: async () => at('10.255.255.1', '127.0.0.1') })
    expect((await gate.request(get(`http://shop.example:${here.port}/`))).status).toBe(200)
  })

  it('calls whatever a listed name resolves to', async () => {
    await using here = await service((_request, response) => response.end('here'))
    const gate = openGate({ allow: ['shop.internal'], resolve: async () => at('127.0.0.1') })
    expect((await gate.request(get(`http://shop.internal:${here.port}/`))).status).toBe(200)
    await expect(gate.request(get(`http://other.internal:${here.port}/`))).rejects.toMatchObject({
      code: 'outbound.refused',
    })
  })

  it('refuses plain http to a public address unless the sender means it', async () => {
    const gate = openGate({ allow: [], resolve: async () => at('192.0.2.1', '1.1.1.1') })
    const fault = { code: 'outbound.refused', message: expect.stringContaining('plain http') }
    await expect(gate.request(get('http://public.example/'))).rejects.toMatchObject(fault)
  })

  it('judges where a redirect leads', async () => {
    await using here = await service((_request, response) => {
      response.writeHead(302, { Location: 'http://169.254.169.254/latest/' }).end()
    })
    const gate = openGate({ allow: ['127.0.0.1'] })
    await expect(gate.request(get(here.url, { redirects: 3 }))).rejects.toMatchObject({ code: 'outbound.refused' })
    expect((await gate.request(get(here.url))).status).toBe(302)
  })

  it('hands no credentials to another host, and does not post again where a redirect only shows the result', async () => {
    await using other = await service((_request, response) => response.end('there'))
    await using here = await service((_request, response) => {
      response.writeHead(303, { Location: `${other.url}/result` }).end()
    })
    const headers = { Authorization: 'Basic x', 'X-Api-Key': 'k', 'Content-Type': 'text/plain', Accept: 'text/plain' }
    const sent = get(here.url, { method: 'POST', headers, body: 'order', redirects: 1 })
    const answer = await openGate({ allow: ['127.0.0.1'] }).request(sent)
    expect(answer.url).toBe(`${other.url}/result`)
    expect(other.seen[0]?.method).toBe('GET')
    expect(Object.keys(other.seen[0]?.headers ?? {}).toSorted()).toEqual(['accept', 'connection', 'host'])
  })

  it('sends secrets in a body on to no other host, and on within the same one', async () => {
    await using other = await service((_request, response) => response.end('there'))
    await using here = await service((request, response) => {
      const location = request.url === '/inside' ? '/end' : `${other.url}/`
      response.writeHead(request.url === '/end' ? 200 : 307, { Location: location }).end()
    })
    const gate = openGate({ allow: ['127.0.0.1'] })
    const sent = { method: 'POST', body: '{"key":"secret"}', secretBody: true, redirects: 3 }
    await expect(gate.request(get(here.url, sent))).rejects.toMatchObject({
      code: 'outbound.redirects',
      message: expect.not.stringContaining('"secret"'),
    })
    expect(other.seen).toEqual([])
    expect((await gate.request(get(`${here.url}/inside`, sent))).status).toBe(200)
    expect((await gate.request(get(here.url, { ...sent, secretBody: false }))).url).toBe(`${other.url}/`)
  })

  it('follows no more redirects than it is told', async () => {
    await using here = await service((_request, response) => response.writeHead(302, { Location: '/again' }).end())
    const asked = openGate({ allow: ['127.0.0.1'] }).request(get(here.url, { redirects: 3 }))
    await expect(asked).rejects.toMatchObject({ code: 'outbound.redirects' })
    expect(here.seen).toHaveLength(4)
  })

  it('keeps no more of a body than it is told, and ends the connection', async () => {
    const closed = Promise.withResolvers<void>()
    await using here = await service((_request, response) => {
      response.on('close', closed.resolve)
      response.write('x'.repeat(100_000))
    })
    const answer = await openGate({ allow: ['127.0.0.1'] }).request(get(here.url, { maxBodyBytes: 1000 }))
    expect(answer).toMatchObject({ cut: true })
    expect(answer.body).toHaveLength(1000)
    await closed.promise
  })

  it('gives up in time, also on a body that never ends and a name that is never found', async () => {
    await using here = await service((_request, response) => void response.writeHead(200).write('a'))
    const fault = { code: 'outbound.timeout' }
    await expect(openGate({ allow: ['127.0.0.1'] }).request(get(here.url, { timeoutMs: 60 }))).rejects.toMatchObject(
      fault,
    )
    const lost = openGate({ allow: [], resolve: () => new Promise(() => {}) })
    await expect(lost.request(get('https://lost.example', { timeoutMs: 20 }))).rejects.toMatchObject(fault)
  })

  it('ends with the reason of its signal', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    await using here = await service(() => stop.abort(reason))
    const asked = openGate({ allow: ['127.0.0.1'] }).request(get(here.url, { signal: stop.signal }))
    await expect(asked).rejects.toBe(reason)
  })

  it('says that nobody answers', async () => {
    const asked = openGate({ allow: ['127.0.0.1'] }).request(get('http://127.0.0.1:1/'))
    await expect(asked).rejects.toMatchObject({
      code: 'outbound.unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it('connects where the operator says, below its path, under the name of the request', async () => {
    await using here = await service((_request, response) => response.end('ok'))
    const sent = get('https://abc.execute-api.eu-west-1.amazonaws.com/dev/x?y=1', { via: `${here.url}/stand-in` })
    expect((await openGate({ allow: [] }).request(sent)).status).toBe(200)
    expect(here.seen[0]).toMatchObject({
      url: '/stand-in/dev/x?y=1',
      headers: { host: 'abc.execute-api.eu-west-1.amazonaws.com' },
    })
  })
})
