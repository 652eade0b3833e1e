import { describe, expect, it } from 'vitest'
import { allowsUrl, isHostPattern } from './hosts.ts'

describe('the hosts of a connection', () => {
  it.each([
    ['api.example.com', 'https://api.example.com/a?b', true],
    ['api.example.com', 'https://API.EXAMPLE.COM./', true],
    ['api.example.com', 'https://api.example.com:443/', true],
    ['api.example.com', 'http://api.example.com/', true],
    ['api.example.com', 'https://api.example.com:8443/', false],
    ['api.example.com', 'https://api.example.com.evil.net/', false],
    ['api.example.com', 'https://evilapi.example.com/', false],
    ['api.example.com', 'https://evil.net/api.example.com', false],
    ['api.example.com:8443', 'https://api.example.com:8443/', true],
    ['api.example.com:8443', 'https://api.example.com/', false],
    ['api.example.com:443', 'https://api.example.com/', true],
    ['api.example.com:*', 'https://api.example.com:1234/', true],
    ['*.example.com', 'https://a.b.example.com/', true],
    ['*.example.com', 'https://example.com/', false],
    ['*.example.com', 'https://evilexample.com/', false],
    ['10.1.2.3', 'https://10.1.2.3/', true],
    ['10.1.2.3', 'https://167838211/', true],
    ['[fd00::1]:8443', 'https://[fd00:0::1]:8443/', true],
  ])('%s and %s: %s', (pattern, url, allowed) => {
    expect(isHostPattern(pattern)).toBe(true)
    expect(allowsUrl([pattern], new URL(url))).toBe(allowed)
  })

  it.each(['', '*', 'https://api.example.com', 'api.example.com/path', 'a b', 'user@host', '*.*', 'api.*.com'])(
    'are no pattern: %j',
    (text) => {
      expect(isHostPattern(text)).toBe(false)
      expect(allowsUrl([text], new URL('https://api.example.com/'))).toBe(false)
    },
  )
})
