import { expect, it } from 'vitest'
import { HoldfastError } from '../base/index.ts'
import { admin } from './fake-world.ts'
import { type Asked, refusalOf } from './refusal.ts'

const asked: Asked = {
  ...{ method: 'POST', what: { type: 'route', id: 'POST /v1/machines' }, headers: {}, address: '2001:db8:1:2:3::4' },
}
const error = (kind: 'unauthenticated' | 'forbidden' | 'missing' | 'unavailable', code = 'access.unauthenticated') =>
  new HoldfastError(code, 'no', { kind, place: 'token.list', about: { token: 'tok_1', why: 'revoked' } })

it('tells from where, by the network of whoever has many addresses, what and why', () => {
  expect(refusalOf(error('unauthenticated'), asked)).toEqual({
    action: 'access.refused',
    actor: { type: 'inbound', id: '2001:db8:1:2', via: 'api' },
    subject: asked.what,
    reason: 'access.unauthenticated',
    whose: 'tok_1',
    details: { brought: 'nothing', token: 'tok_1', why: 'revoked' },
  })
})

it.each([
  ['nothing', {}],
  ['a token', { authorization: 'Bearer hf_secret' }],
  ['a signature', { authorization: 'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/x' }],
  ['something else', { authorization: 'Basic c2VjcmV0' }],
  ['half a session', { host: 'localhost:1', cookie: 'holdfast_session_1=secret' }],
  ['half a session', { 'x-holdfast-session': 'secret' }],
  ['a session', { host: 'localhost:1', cookie: 'holdfast_session_1=secret', 'x-holdfast-session': 'secret' }],
])('says that %s was brought, and nothing of it', (brought, headers) => {
  const told = refusalOf(error('unauthenticated'), { ...asked, headers })
  expect(told?.details).toMatchObject({ brought })
  expect(JSON.stringify(told)).not.toMatch(/secret|AKIA|c2Vj/)
})

it('is nothing where nobody tried anything, or nobody was refused', () => {
  expect(refusalOf(error('unauthenticated'), { ...asked, method: 'GET' })).toBeUndefined()
  expect(refusalOf(error('missing'), asked)).toBeUndefined()
  expect(refusalOf(error('unavailable', 'server.busy'), asked)).toBeUndefined()
  expect(refusalOf(new Error('no'), asked)).toBeUndefined()
  expect(refusalOf(error('unavailable', 'server.too_many_attempts'), asked)).toMatchObject({ action: 'access.refused' })
})

it('is of somebody who is known under their own name, with what they may not', () => {
  expect(refusalOf(error('forbidden', 'access.forbidden'), asked, admin)).toMatchObject({
    action: 'access.forbidden',
    actor: { type: 'user', id: 'ada' },
    subject: { type: 'verb', id: 'token.list' },
    details: { from: asked.address, asked: 'POST /v1/machines' },
  })
  const agent = { type: 'machine', id: 'hst_1', via: 'api' } as const
  expect(refusalOf(error('forbidden'), asked, agent)).toMatchObject({ cause: { type: 'human' }, subject: asked.what })
  const anonymous = { ...admin, id: 'anonymous' }
  expect(refusalOf(error('forbidden'), asked, anonymous)).toMatchObject({ action: 'access.refused' })
})
