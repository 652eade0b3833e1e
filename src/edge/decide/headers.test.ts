import { describe, expect, it } from 'vitest'
import { clientAddress } from './client-address.ts'
import { answerHeaders, type Forwarding, requestHeaders } from './headers.ts'
import { edgeAnswer } from './page.ts'

const to: Forwarding = {
  authority: 'shop.example.com',
  requestId: 'id-1',
  hopNames: new Set(),
  httpVersion: '1.1',
  peer: { address: '203.0.113.9', trusted: false, proto: 'https', port: 443 },
}
const pairs = (flat: readonly string[]) =>
  flat.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${flat[at + 1]}`] : []))

describe('the head of a request', () => {
  it('goes on in order and spelling, without what was for one hop', () => {
    const headers = requestHeaders(
      [
        'host',
        'evil',
        'Connection',
        'x-secret',
        'X-Secret',
        '1',
        'Keep-Alive',
        '5',
        'TE',
        'gzip',
        'Upgrade',
        'h2c',
        'X-Two',
        'a',
        'x-two',
        'b',
      ],
      { ...to, hopNames: new Set(['x-secret']) },
    )
    expect(pairs(headers)).toEqual([
      'Host: shop.example.com',
      'X-Two: a',
      'x-two: b',
      'X-Forwarded-For: 203.0.113.9',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Host: shop.example.com',
      'X-Forwarded-Port: 443',
      'X-Real-Ip: 203.0.113.9',
      'X-Request-Id: id-1',
      'Via: 1.1 holdfast',
    ])
  })
  it('does not let a stranger say where it came from, in any spelling', () => {
    const said = [
      'X-Forwarded-For',
      '10.0.0.1',
      'x_forwarded_proto',
      'https',
      'X_Real_IP',
      '10.0.0.1',
      'Forwarded',
      'for=10.0.0.1',
      'X-Request_Id',
      'x',
    ]
    const text = pairs(requestHeaders(said, { ...to, peer: { ...to.peer, proto: 'http' } })).join('\n')
    expect(text).not.toContain('10.0.0.1')
    expect(text).not.toContain('x_forwarded_proto')
    expect(text).toContain('X-Forwarded-Proto: http\n')
  })
  it('continues what a trusted proxy says', () => {
    const said = ['X-Forwarded-For', '198.51.100.7', 'X-Forwarded-Proto', 'https', 'Via', '1.1 front']
    const text = pairs(requestHeaders(said, { ...to, peer: { ...to.peer, proto: 'http', trusted: true } }))
    expect(text).toContain('X-Forwarded-For: 198.51.100.7, 203.0.113.9')
    expect(text).toContain('X-Forwarded-Proto: https')
    expect(text).toContain('Via: 1.1 front, 1.1 holdfast')
  })
  it('asks for an upgrade only when it is one', () => {
    expect(pairs(requestHeaders([], { ...to, upgrade: 'websocket' }))).toContain('Upgrade: websocket')
  })
})

describe('the head of an answer', () => {
  it('is passed on without hop headers, with the request id, and tells its release', () => {
    const raw = [
      'Connection',
      'x-hop',
      'X-Hop',
      '1',
      'Transfer-Encoding',
      'chunked',
      'X-Release-Id',
      'r2',
      'X-Holdfast-Edge',
      'forged',
      'Set-Cookie',
      'a',
      'Set-Cookie',
      'b',
      'Content-Type',
      'Text/Event-Stream; charset=utf-8',
    ]
    const { headers, release, isEventStream } = answerHeaders(raw, { requestId: 'id-1', releaseHeader: 'x-release-id' })
    expect(pairs(headers)).toEqual([
      'X-Release-Id: r2',
      'Set-Cookie: a',
      'Set-Cookie: b',
      'Content-Type: Text/Event-Stream; charset=utf-8',
      'X-Request-Id: id-1',
    ])
    expect({ release, isEventStream }).toEqual({ release: 'r2', isEventStream: true })
  })
})

describe('the address of a client', () => {
  const trusted = (address: string) => address.startsWith('10.')
  it.each([
    ['203.0.113.9', '198.51.100.7', '203.0.113.9'],
    ['10.0.0.1', '', '10.0.0.1'],
    ['10.0.0.1', '1.2.3.4, 198.51.100.7, 10.0.0.2', '198.51.100.7'],
    ['10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ])('from %s with "%s" is %s', (peer, forwardedFor, client) => {
    expect(clientAddress(peer, forwardedFor, trusted)).toBe(client)
  })
})

describe('an answer of the edge itself', () => {
  it('is marked with its cause, and not kept by caches', () => {
    const { status, headers, body } = edgeAnswer({ cause: 'no_target', requestId: 'id-1', accept: '*/*' })
    expect(status).toBe(503)
    expect(pairs(headers)).toEqual(
      expect.arrayContaining(['x-holdfast-edge: no_target', 'Cache-Control: no-store', 'X-Request-Id: id-1']),
    )
    expect(body).toBe('Not available at the moment. Please try again soon.\n')
  })
  it('speaks to programs and browsers in their way, and cannot be made to speak script', () => {
    const json = edgeAnswer({ cause: 'no_target', requestId: 'id-1', accept: 'application/problem+json' })
    expect(JSON.parse(json.body)).toMatchObject({ cause: 'no_target', requestId: 'id-1' })
    const html = edgeAnswer({
      cause: 'maintenance',
      requestId: 'i',
      accept: 'text/html',
      message: '<script>1</script>',
      status: 500,
    })
    expect(html).toMatchObject({ status: 500 })
    expect(html.body).toContain('&lt;script&gt;')
  })
  it("shows a whole page of one's own as it is, and says when to come back", () => {
    const page = '<!doctype html><p>Back at nine.</p>'
    const answer = edgeAnswer({
      cause: 'maintenance',
      requestId: 'i',
      accept: 'text/html',
      message: page,
      retryAfterSeconds: 30,
    })
    expect(answer.body).toBe(page)
    expect(pairs(answer.headers)).toContain('Retry-After: 30')
  })
})
