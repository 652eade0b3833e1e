import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { routeDefaults } from '../contract.ts'
import { type FailedTry, isIdempotent, judgeRetry } from './retry.ts'

const policy = routeDefaults.retry
const raced: FailedTry = {
  method: 'GET',
  repeats: 0,
  connected: true,
  reusedConnection: true,
  answerBytes: 0,
  hasBody: false,
  bodyBytesSent: 0,
  bodyReplayable: true,
  clientGone: false,
}
const upload = { method: 'POST', hasBody: true, bodyBytesSent: 10 } as const

describe('a failed try', () => {
  it.each<[string, Partial<FailedTry>, boolean]>([
    ['a kept connection that broke under a GET', {}, true],
    ['no connection at all, even for a POST', { ...upload, bodyBytesSent: 0, connected: false }, true],
    ['a POST whose body was not sent', { ...upload, bodyBytesSent: 0 }, true],
    ['a POST without a body: it may have been done', { method: 'POST' }, false],
    ['a POST whose body went out', upload, false],
    ['a PUT whose body is still held', { ...upload, method: 'PUT' }, true],
    ['a PUT whose body is gone', { ...upload, method: 'PUT', bodyReplayable: false }, false],
    ['a new connection that broke', { reusedConnection: false }, false],
    ['one byte of an answer', { answerBytes: 1 }, false],
    ['a client that is gone', { clientGone: true }, false],
    ['no repeats left', { repeats: 2 }, false],
  ])('%s', (_, what, repeat) => {
    expect(judgeRetry({ ...raced, ...what }, policy).repeat).toBe(repeat)
  })

  it('is not repeated where the policy has turned it off', () => {
    expect(judgeRetry(raced, { ...policy, reusedConnection: false }).repeat).toBe(false)
    expect(judgeRetry({ ...raced, connected: false }, { ...policy, connectFailure: false }).repeat).toBe(false)
  })

  it('is never repeated when the target may have acted on it, whatever the policy', () => {
    const tries = fc.record<FailedTry>({
      method: fc.constantFrom('GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'PURGE'),
      repeats: fc.nat(3),
      connected: fc.boolean(),
      reusedConnection: fc.boolean(),
      answerBytes: fc.nat(2),
      hasBody: fc.boolean(),
      bodyBytesSent: fc.nat(2),
      bodyReplayable: fc.boolean(),
      clientGone: fc.boolean(),
    })
    fc.assert(
      fc.property(tries, (tried) => {
        const { repeat } = judgeRetry(tried, { ...policy, attempts: 10 })
        const nothingSent = !tried.connected
        const incomplete = tried.hasBody && tried.bodyBytesSent === 0
        const raceLost = tried.reusedConnection && tried.answerBytes === 0
        expect(!repeat || nothingSent || (raceLost && (incomplete || isIdempotent(tried.method)))).toBe(true)
      }),
    )
  })
})
