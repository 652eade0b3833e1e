import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cookieOf, inspectRequest, type RequestHead } from './inspect.ts'

const head = (more: Partial<RequestHead> = {}, ...headers: readonly string[]): RequestHead => ({
  method: 'GET',
  target: '/',
  httpVersion: '1.1',
  rawHeaders: ['Host', 'shop.example.com', ...headers],
  ...more,
})

describe('a request is refused', () => {
  it.each<[string, RequestHead, string]>([
    ['with two lengths', head({}, 'Content-Length', '1', 'content-length', '1'), 'bad_request'],
    ['with a length and chunks', head({}, 'Content-Length', '1', 'Transfer-Encoding', 'chunked'), 'bad_request'],
    ['with two encodings', head({}, 'Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked'), 'bad_request'],
    ['with a length that is no number', head({}, 'Content-Length', '+5'), 'bad_request'],
    ['with a hexadecimal length', head({}, 'Content-Length', '0x5'), 'bad_request'],
    ['with another encoding', head({}, 'Transfer-Encoding', 'gzip, chunked'), 'encoding_unknown'],
    ['with chunks in HTTP/1.0', head({ httpVersion: '1.0' }, 'Transfer-Encoding', 'chunked'), 'bad_request'],
    ['with two hosts', head({}, 'host', 'other.example.com'), 'bad_request'],
    ['without a host', { ...head(), rawHeaders: [] }, 'bad_request'],
    ['with a host that is none', { ...head(), rawHeaders: ['Host', 'a@b'] }, 'bad_request'],
    ['with a target that is no path', head({ target: 'shop' }), 'bad_request'],
    ['with a fragment', head({ target: '/a#b' }), 'bad_request'],
    ['as CONNECT', head({ method: 'CONNECT' }), 'method_refused'],
    ['as TRACE', head({ method: 'TRACE' }), 'method_refused'],
    ['when it goes in circles', head({}, 'Via', Array(8).fill('1.1 holdfast').join(', ')), 'loop'],
  ])('%s', (_, request, cause) => {
    expect(inspectRequest(request)).toMatchObject({ kind: 'refused', cause })
  })
})

describe('an accepted request', () => {
  it('has its body, id and cookie known', () => {
    const headers = [
      'Content-Length',
      '12',
      'X-Request-Id',
      'abc-1',
      'Cookie',
      'a=1',
      'cookie',
      'b=2',
      'Connection',
      'X-Hop, close',
    ]
    expect(inspectRequest(head({ method: 'POST', target: '/a/../b?q' }, ...headers))).toMatchObject({
      kind: 'accepted',
      host: 'shop.example.com',
      path: '/b',
      target: '/a/../b?q',
      body: { kind: 'sized', bytes: 12 },
      requestId: 'abc-1',
      cookie: 'a=1; b=2',
      hopNames: new Set(['x-hop']),
    })
  })
  it.each([
    ['Content-Length', '0', { kind: 'none' }],
    ['Transfer-Encoding', 'Chunked', { kind: 'chunked' }],
    ['Accept', '*/*', { kind: 'none' }],
  ])('%s: %s', (name, value, body) => {
    expect(inspectRequest(head({}, name, value))).toMatchObject({ kind: 'accepted', body })
  })
  it('is known by the authority of an absolute target, whatever Host says', () => {
    expect(inspectRequest(head({ target: 'http://Admin.example.com:80/x?y' }))).toMatchObject({
      host: 'admin.example.com',
      authority: 'Admin.example.com:80',
      target: '/x?y',
    })
    expect(inspectRequest(head({ target: 'https://a.example.com?y' }))).toMatchObject({ target: '/?y' })
  })
  it('may ask for the whole server, and in HTTP/1.0 go without a host', () => {
    expect(inspectRequest(head({ method: 'OPTIONS', target: '*' }))).toMatchObject({ path: '/', target: '*' })
    expect(inspectRequest({ ...head({ httpVersion: '1.0' }), rawHeaders: [] })).toMatchObject({
      kind: 'accepted',
      host: '',
    })
  })
  it('loses a request id that could break a log', () => {
    expect(inspectRequest(head({}, 'X-Request-Id', 'a b\u00ff'))).toMatchObject({ requestId: undefined })
  })
  it('cannot take away what the application relies on by naming it in Connection', () => {
    const found = inspectRequest(head({}, 'Connection', 'Host, Authorization, Cookie, Content-Length'))
    expect(found).toMatchObject({ hopNames: new Set() })
  })
})

it('says something about any headers at all', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 20 }), fc.string(), fc.string(), (rawHeaders, target, method) => {
      expect(['refused', 'accepted']).toContain(inspectRequest({ method, target, httpVersion: '1.1', rawHeaders }).kind)
    }),
  )
})

it('finds a cookie by its whole name', () => {
  expect(cookieOf('xid=1; id=2; id3=4', 'id')).toBe('2')
  expect(cookieOf('id', 'id')).toBeUndefined()
  expect(cookieOf('', 'id')).toBeUndefined()
})
