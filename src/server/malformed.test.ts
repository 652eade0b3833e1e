import { connect } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { admin, openWorld, type World } from './fake-world.ts'

let world: World
afterEach(() => world.server.close())

/** Everything that comes back over one connection for these bytes, until the other side ends it or an answer with this text came. */
const exchange = (text: string, until?: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let came = ''
    const socket = connect(world.port, '127.0.0.1', () => socket.write(text, 'latin1'))
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      came += chunk
      if (until !== undefined && came.includes(until)) socket.destroy()
    })
    socket.once('close', () => resolve(came))
    socket.once('error', reject)
  })

/** The one answer in what came. */
function answerIn(text: string) {
  const [head = '', body = ''] = text.split('\r\n\r\n')
  const [line = '', ...headers] = head.split('\r\n')
  const pairs = headers.map((header) => header.split(': ') as [string, string])
  return {
    status: Number(line.split(' ')[1]),
    headers: Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value])),
    body: JSON.parse(body) as Record<string, unknown>,
  }
}

const secret = 'planted-Zq7x9Kw2'
const own = 'host: localhost\r\n'
const chunked = `POST /v1/machines HTTP/1.1\r\n${own}authorization: Bearer hf_test\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`

it.each([
  ['a method that nobody knows', `${secret} / HTTP/1.1\r\n${own}\r\n`, 400, 'server.malformed', 'request line'],
  ['another version', `GET /${secret} HTTP/3.0\r\n${own}\r\n`, 400, 'server.malformed', 'request line'],
  ['HTTP/2 without a word before', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'server.malformed', 'request line'],
  ['a handshake of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'server.malformed', 'request line'],
  ['a tunnel', `CONNECT ${secret}:443 HTTP/1.1\r\n${own}\r\n`, 400, 'server.malformed', 'request line'],
  ['a path that is no ASCII', `GET /${secret}\xe9 HTTP/1.1\r\n${own}\r\n`, 400, 'server.malformed', 'request line'],
  [
    'a header with a space in its name',
    `GET / HTTP/1.1\r\nx-${secret} : 1\r\n\r\n`,
    400,
    'server.malformed',
    'request',
  ],
  ['a folded header', `GET / HTTP/1.1\r\n${own} x: ${secret}\r\n\r\n`, 400, 'server.malformed', 'request'],
  ['no Host', `GET /v1/health HTTP/1.1\r\n\r\n`, 400, 'server.malformed', 'Host'],
  ['two Hosts', `GET /v1/health HTTP/1.1\r\n${own}host: ${secret}\r\n\r\n`, 400, 'server.malformed', 'Host'],
  [
    'a length that is none',
    `POST / HTTP/1.1\r\n${own}content-length: -1\r\n\r\n`,
    400,
    'server.malformed',
    'Content-Length',
  ],
  [
    'two lengths of the body',
    `POST / HTTP/1.1\r\n${own}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n`,
    ...([400, 'server.malformed', 'Transfer-Encoding'] as const),
  ],
  [
    'a coding of the transfer that is not undone',
    `POST /v1/machines HTTP/1.1\r\n${own}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    ...([400, 'server.malformed', 'Transfer-Encoding'] as const),
  ],
  ['a chunk without a length', `${chunked}${secret}\r\n`, 400, 'server.malformed', 'body'],
  ['chunks of extensions', `${chunked}1;${'x'.repeat(20_000)}\r\n`, 413, 'server.body_too_large', 'body'],
  [
    'headers over the limit',
    `GET / HTTP/1.1\r\n${own}x: ${secret.repeat(2000)}\r\n\r\n`,
    431,
    'server.headers_too_large',
    'headers',
  ],
  ['an expectation', `GET / HTTP/1.1\r\n${own}expect: ${secret}\r\n\r\n`, 417, 'server.expectation', 'Expect'],
])(
  '%s is refused with a problem that says what is accepted and repeats nothing',
  async (_name, text, status, code, place) => {
    world = await openWorld({})
    const came = await exchange(text, '"retryable"')
    const answer = answerIn(came)
    expect(answer).toMatchObject({
      status,
      headers: {
        'content-type': 'application/problem+json; charset=utf-8',
        'content-length': String(JSON.stringify(answer.body).length),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      },
      body: {
        code,
        status,
        place,
        title: expect.any(String),
        accepted: expect.any(String),
        repair: expect.any(String),
      },
    })
    expect(answer.body['requestId']).toMatch(/^request-\d+$/)
    expect(came).not.toContain(secret)
    expect(world.calls).toEqual([])
  },
)

it('who sends far too much reads the whole answer, and is not reset before', async () => {
  world = await openWorld({})
  for (let n = 0; n < 20; n++) {
    const came = await exchange(`GET /${secret} HTTP/1.1\r\n${own}x: ${'y'.repeat(500_000)}\r\n\r\n`)
    expect(answerIn(came)).toMatchObject({ status: 431, body: { code: 'server.headers_too_large' } })
  }
})

it.each(['CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n', 'nonsense\r\n\r\n'])(
  'who breaks the connection off instead of reading the answer to %j ends nothing else',
  async (text) => {
    world = await openWorld({})
    for (let n = 0; n < 20; n++) {
      const socket = connect(world.port, '127.0.0.1')
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
      socket.on('error', () => undefined).write(text, () => socket.resetAndDestroy())
      await closed
    }
    expect((await world.call({ path: '/v1/health' })).status).toBe(200)
  },
)

it('who goes on sending without end is cut off', async () => {
  world = await openWorld({})
  const socket = connect(world.port, '127.0.0.1')
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const more = (): void => void (socket.writable && socket.write('y'.repeat(100_000), more))
  socket.on('error', () => undefined).write('nonsense\r\n\r\n', more)
  await closed
})

it('the connection of what is no HTTP ends, and the next one is served', async () => {
  world = await openWorld({})
  expect(await exchange('nonsense\r\n\r\n')).toContain('connection: close')
  expect((await world.call({ path: '/v1/health' })).status).toBe(200)
})

it('what cannot be read behind a request is not answered in its place, and ends the connection after it', async () => {
  let open: (items: unknown) => void = () => undefined
  const asked = new Promise<void>((entered) => {
    void openWorld({
      listStateMachines: () => {
        entered()
        return new Promise((resolve) => (open = resolve))
      },
    }).then((opened) => {
      world = opened
      const good = `GET /v1/machines HTTP/1.1\r\n${own}authorization: Bearer hf_test\r\n\r\n`
      came = exchange(`${good}nonsense\r\n\r\n`)
    })
  })
  let came = Promise.resolve('')
  await asked
  open({ items: [] })
  const text = await came
  expect(text.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 200'])
})

it('an address that names the host as well is the path in it', async () => {
  world = await openWorld({})
  const whole = `http://localhost:${world.port}`
  expect((await world.call({ path: `${whole}/v1/health` })).status).toBe(200)
  expect((await world.call({ path: `${whole}?x` })).body).toMatchObject({ code: 'server.route_missing' })
  expect((await world.call({ path: 'http://evil.example/v1/health' })).body).toMatchObject({
    code: 'server.host_refused',
  })
})

it.each(['PROPFIND', 'TRACE', 'PATCH', 'OPTIONS', 'HEAD'])('%s is refused, naming what is possible', async (method) => {
  world = await openWorld({}, { authenticate: () => admin })
  const answer = await world.call({ method, path: '/v1/machines' })
  expect(answer.status).toBe(405)
  expect(answer.headers['allow']).toBe('POST, GET')
})

it('a request to speak another protocol is answered in this one', async () => {
  world = await openWorld({})
  for (const upgrade of ['websocket', 'h2c', 'TLS/1.3']) {
    const answer = await world.call({ path: '/v1/health', headers: { connection: 'upgrade', upgrade } })
    expect([answer.status, answer.headers['upgrade']]).toEqual([200, undefined])
  }
  expect(answerIn(await exchange(`OPTIONS * HTTP/1.1\r\n${own}\r\n`, '"retryable"')).body).toMatchObject({
    code: 'server.route_missing',
  })
})

it('what does not arrive in time is answered with 408 in the same form', async () => {
  const { faultOfParser, writtenProblem } = await import('./malformed.ts')
  world = await openWorld({})
  const answer = answerIn(writtenProblem(faultOfParser('ERR_HTTP_REQUEST_TIMEOUT', 16_384), 'request-1'))
  expect(answer).toMatchObject({ status: 408, body: { code: 'server.request_timeout', retryable: true } })
})
