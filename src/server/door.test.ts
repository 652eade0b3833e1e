import { describe, expect, it } from 'vitest'
import { type DoorHeaders, doorRules, isLoopback, refusedAtTheDoor } from './door.ts'

const asked = (headers: Partial<DoorHeaders>): DoorHeaders => ({
  method: 'POST',
  target: '/',
  host: 'localhost:7400',
  origin: undefined,
  fetchSite: undefined,
  fetchMode: undefined,
  ...headers,
})
const refusal = (headers: Partial<DoorHeaders>, rules = doorRules('127.0.0.1')) =>
  refusedAtTheDoor(rules, asked(headers))?.code

describe('the door on loopback', () => {
  it.each([
    'localhost',
    'localhost:7400',
    'LocalHost:7400',
    '127.0.0.1',
    '127.0.0.1:8083',
    '[::1]:7400',
    'sync-localhost:7400',
    'sync-127.0.0.1:7400',
  ])('lets the host %s in', (host) => {
    expect(refusal({ host })).toBeUndefined()
  })

  it.each([
    undefined,
    '',
    'evil.example',
    'evil.example:7400',
    'localhost.evil.example',
    'localhost.',
    'localhost:7400@evil.example',
    'localhost/evil',
    'sync-sync-localhost',
    '127.0.0.2',
    '0.0.0.0:7400',
    '[::1',
    'localhost:port',
    '169.254.169.254',
  ])('refuses the host %s, to which a page may have been rebound', (host) => {
    expect(refusal({ host })).toBe('server.host_refused')
  })

  it.each(['http://evil.example/v1/machines', 'HTTPS://evil.example', 'http://localhost@evil.example/', 'http:///v1'])(
    'refuses the target %s, whose host goes before the header’s',
    (target) => {
      expect(refusal({ target })).toBe('server.host_refused')
    },
  )

  it.each(['/v1/machines?next=http://evil.example/', '//evil.example/', '*', 'http://localhost:7400/v1/machines'])(
    'lets the target %s in',
    (target) => {
      expect(refusal({ target })).toBeUndefined()
    },
  )

  it('lets in a further host that the operator names', () => {
    const rules = doorRules('127.0.0.1', ['Holdfast.example'])
    expect(refusal({ host: 'holdfast.example:443' }, rules)).toBeUndefined()
    expect(refusal({ host: 'localhost' }, rules)).toBeUndefined()
    expect(refusal({ host: 'evil.example' }, rules)).toBe('server.host_refused')
  })
})

describe('the door on a network', () => {
  it('lets any host in unless the operator lists them', () => {
    expect(refusal({ host: 'ops.example' }, doorRules('0.0.0.0'))).toBeUndefined()
    expect(refusal({ host: 'ops.example' }, doorRules('0.0.0.0', ['ops.example']))).toBeUndefined()
    expect(refusal({ host: 'evil.example' }, doorRules('0.0.0.0', ['ops.example']))).toBe('server.host_refused')
  })

  it('refuses pages of other origins all the same', () => {
    const headers = { host: 'ops.example', origin: 'https://evil.example' }
    expect(refusal(headers, doorRules('0.0.0.0'))).toBe('server.origin_refused')
    expect(refusal({ host: 'ops.example', origin: 'https://ops.example' }, doorRules('0.0.0.0'))).toBeUndefined()
  })
})

describe('a page in a browser', () => {
  it.each([
    'http://evil.example',
    'https://localhost.evil.example',
    'http://localhost',
    'http://localhost:3000',
    'http://127.0.0.1:7400',
    'file://',
    'null',
    '',
  ])('of the origin %s is refused', (origin) => {
    expect(refusal({ origin })).toBe('server.origin_refused')
  })

  it('that the server serves itself is let in', () => {
    expect(refusal({ origin: 'http://localhost:7400' })).toBeUndefined()
    expect(refusal({ origin: 'http://127.0.0.1:7400', host: '127.0.0.1:7400' })).toBeUndefined()
    expect(refusal({ origin: 'http://localhost:7400', fetchSite: 'same-origin', fetchMode: 'cors' })).toBeUndefined()
  })

  it('of another site is refused also where browsers send no Origin', () => {
    const image = { method: 'GET', fetchMode: 'no-cors' }
    expect(refusal({ ...image, fetchSite: 'cross-site' })).toBe('server.origin_refused')
    expect(refusal({ ...image, fetchSite: 'same-site' })).toBe('server.origin_refused')
    expect(refusal({ ...image, fetchSite: 'none' })).toBeUndefined()
  })

  it('may link to the console, but its forms may not write', () => {
    const followed = { fetchSite: 'cross-site', fetchMode: 'navigate' }
    expect(refusal({ ...followed, method: 'GET' })).toBeUndefined()
    expect(refusal({ ...followed, method: 'POST' })).toBe('server.origin_refused')
  })
})

it.each([
  ['127.0.0.1', true],
  ['127.8.0.1', true],
  ['localhost', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['127.evil.example', false],
])('the address %s is reached from this machine only: %s', (address, only) => {
  expect(isLoopback(address)).toBe(only)
})
