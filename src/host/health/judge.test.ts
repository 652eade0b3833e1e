import { describe, expect, it } from 'vitest'
import { healthSchema } from '../contract.ts'
import { count, emptyTally, type Finding, type HttpAnswer, isFinal, judgeHttp, type SocketOwner } from './judge.ts'

const spec = healthSchema.parse({ kind: 'http', path: '/up' })
if (spec.kind !== 'http') throw new Error('http was asked for')

const answered = (status: number, echo?: string): HttpAnswer => ({ kind: 'answer', address: '127.0.0.1', status, echo })
const judge = (answer: HttpAnswer, owner: SocketOwner = 'unknown') =>
  judgeHttp({ spec, release: 'r2', port: 8080, answer, owner })

describe('an answer over HTTP', () => {
  it.each<[string, HttpAnswer, SocketOwner, Partial<Finding>]>([
    ['with the release’s id is proof', answered(200, 'r2'), 'foreign', { healthy: true, proof: 'release-id' }],
    [
      'with another id is an old process on the port',
      answered(200, 'r1'),
      'ours',
      { healthy: false, reason: 'wrong-release' },
    ],
    ['from a socket of ours is proof', answered(204), 'ours', { healthy: true, proof: 'socket' }],
    ['from somebody else’s socket is not', answered(200), 'foreign', { healthy: false, reason: 'foreign-socket' }],
    ['from a socket that is gone is not', answered(200), 'none', { healthy: false, reason: 'unproven' }],
    ['that nobody can place is not', answered(200), 'unknown', { healthy: false, reason: 'unproven' }],
    ['with a bad status is unhealthy', answered(503, 'r2'), 'ours', { healthy: false, reason: 'status' }],
    ['with a redirect is unhealthy unless asked for', answered(301), 'ours', { healthy: false, reason: 'status' }],
    [
      'that is refused',
      { kind: 'none', listening: false, detail: '' },
      'none',
      { healthy: false, reason: 'not-listening' },
    ],
    ['that hangs', { kind: 'none', listening: true, detail: '' }, 'ours', { healthy: false, reason: 'no-answer' }],
  ])('%s', (_, answer, owner, expected) => {
    expect(judge(answer, owner)).toMatchObject(expected)
  })

  it('does not repeat a hostile echo at length', () => {
    expect(judge(answered(200, 'x'.repeat(10_000))).detail.length).toBeLessThan(400)
  })
})

describe('counting', () => {
  const good: Finding = { healthy: true, proof: 'socket', detail: '', run: 'a' }
  const bad: Finding = { healthy: false, reason: 'status', detail: '', run: 'a' }
  const foreign: Finding = { healthy: false, reason: 'foreign-socket', detail: '', run: 'a' }
  const tally = (...findings: Finding[]) => findings.reduce(count, emptyTally)

  it('begins again at a failure, and at a restart', () => {
    expect(tally(good, good, good)).toMatchObject({ probes: 3, successes: 3 })
    expect(tally(good, good, bad, good)).toMatchObject({ probes: 4, successes: 1 })
    expect(tally(good, good, { ...good, run: 'b' })).toMatchObject({ successes: 1 })
  })

  it('gives up on what lasts only when it lasted', () => {
    expect(isFinal(tally(foreign, foreign, foreign, foreign))).toBe(false)
    expect(isFinal(tally(foreign, foreign, foreign, foreign, foreign))).toBe(true)
    expect(isFinal(tally(foreign, foreign, bad, foreign, foreign))).toBe(false)
  })

  it('gives up at once on a crash loop and on what was stopped, never on a bad status', () => {
    expect(isFinal(tally({ healthy: false, reason: 'crash-loop', detail: '' }))).toBe(true)
    expect(isFinal(tally({ healthy: false, reason: 'not-running', detail: '' }))).toBe(true)
    expect(isFinal(tally(...Array.from({ length: 50 }, () => bad)))).toBe(false)
    expect(isFinal(emptyTally)).toBe(false)
  })
})
