import { expect, it } from 'vitest'
import { browserOf, isOfFolder, standingOf } from './standing.ts'

const at = (ms: number): string => new Date(ms).toISOString()
const day = 86_400_000

it.each([
  [{ state: 'good' }, 'good'],
  [{ state: 'good', expiresAt: at(30 * day) }, 'good'],
  [{ state: 'good', expiresAt: at(3 * day) }, 'soon'],
  [{ state: 'good', expiresAt: at(0) }, 'over'],
  [{ state: 'over', expiresAt: at(-day) }, 'over'],
  [{ state: 'revoked', expiresAt: at(30 * day) }, 'revoked'],
] as const)('a token with %j is %s', (token, says) => {
  expect(standingOf(token, 0).says).toBe(says)
})

it.each([
  [{ name: 'local', oneWith: [{ id: 'owner', name: 'owner' }] }, true],
  [{ name: 'local', oneWith: [{ id: 'per_1', name: 'Mika' }] }, false],
  [{ name: 'bot', oneWith: [{ id: 'owner', name: 'owner' }] }, false],
])('of %j it is %s that it stands in the data folder', (token, isLocal) => {
  expect(isOfFolder({ ...token, actor: { type: 'user', id: 'tok_1' } })).toBe(isLocal)
})

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox · Linux'],
  ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0', 'Edge · Windows'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1', 'Safari · iPhone'],
  ['curl/8.0', undefined],
  [undefined, undefined],
])('%s is shown as %s', (userAgent, shown) => {
  expect(browserOf(userAgent)).toBe(shown)
})
