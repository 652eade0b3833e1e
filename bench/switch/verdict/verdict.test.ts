import { describe, expect, it } from 'vitest'
import type { Failure } from '../load/messages.ts'
import { classifyAnswer, classifyError, classifySocketClose } from './classify.ts'
import { type Death, diagnose, findingsOf } from './diagnose.ts'
import { ReleaseJudge } from './windows.ts'

const good = { status: 200, edgeCause: undefined, release: 'r1', pid: '7' }

describe('an answer', () => {
  it('is good when it is whole, right, and says who made it', () => {
    expect(classifyAnswer(good, true)).toBeUndefined()
  })

  it.each([
    ['made by the edge', { ...good, status: 502, edgeCause: 'reset_before_answer' }, 'edge'],
    ['a 5xx of the application', { ...good, status: 500 }, 'application-error'],
    ['a 404', { ...good, status: 404 }, 'unexpected-status'],
    ['without a release', { ...good, release: undefined }, 'unnamed'],
    ['without a process', { ...good, pid: undefined }, 'unnamed'],
  ])('is a failure when it is %s', (_, head, cause) => {
    expect(classifyAnswer(head, true)?.cause).toBe(cause)
  })

  it('with another digest than that of the upload is corrupt', () => {
    expect(classifyAnswer(good, false)?.cause).toBe('corrupt')
  })
})

describe('a broken connection', () => {
  it.each([
    ['ECONNREFUSED', false, 'refused'],
    ['ECONNRESET', false, 'reset'],
    ['ECONNRESET', true, 'truncated'],
    ['EPIPE', false, 'reset'],
    ['HPE_INVALID_CONSTANT', false, 'corrupt'],
  ])('%s, head of the answer seen: %s, is %s', (code, headSeen, cause) => {
    expect(classifyError({ code, message: 'broken' }, headSeen).cause).toBe(cause)
  })

  it.each(['EMFILE', 'EADDRNOTAVAIL', undefined])('%s is the load’s own, and counts all the same', (code) => {
    expect(classifyError({ ...(code === undefined ? {} : { code }), message: 'none left' }, false).cause).toBe('own')
  })
})

describe('a WebSocket', () => {
  it('closed with 1001 has not failed; anything else has', () => {
    expect(classifySocketClose(1001)).toBeUndefined()
    for (const code of [1000, 1005, 1006, 1011]) expect(classifySocketClose(code)?.cause).toBe('socket-cut')
  })
})

describe('who answered', () => {
  const windows = [
    { release: 'r1', fromMs: 0, untilMs: 1010 },
    { release: 'r2', fromMs: 1000, untilMs: 2010 },
    { release: 'r1', fromMs: 2000, untilMs: undefined },
  ]
  const judge = (release: string, pid: number, sentMs: number, arrivedMs = sentMs + 1) =>
    new ReleaseJudge(windows, [{ pid: 99, release: 'r1' }]).judge({ release, pid, sentMs, arrivedMs })?.cause

  it('may be either release while a switch is under way, and only the new one from when it is acknowledged', () => {
    expect(judge('r1', 1, 1005)).toBeUndefined()
    expect(judge('r2', 2, 1005)).toBeUndefined()
    expect(judge('r1', 1, 1011)).toBe('wrong-release')
    expect(judge('r2', 2, 1011)).toBeUndefined()
  })

  it('may be the old one later, for what was sent before', () => {
    expect(judge('r1', 1, 1009, 1400)).toBeUndefined()
  })

  it('may not be the new one before it was switched to', () => {
    expect(judge('r2', 2, 900)).toBe('wrong-release')
  })

  it('may be a release again that was gone back to', () => {
    expect(judge('r1', 1, 5000)).toBeUndefined()
    expect(judge('r2', 2, 5000)).toBe('wrong-release')
  })

  it('may be nobody unheard of, and no process for two releases', () => {
    expect(judge('r9', 1, 1005)).toBe('wrong-release')
    expect(judge('r2', 99, 1005)).toBe('wrong-release')
    const one = new ReleaseJudge(windows)
    expect(one.judge({ release: 'r1', pid: 1, sentMs: 1002, arrivedMs: 1003 })).toBeUndefined()
    expect(one.judge({ release: 'r2', pid: 1, sentMs: 1003, arrivedMs: 1004 })?.cause).toBe('wrong-release')
  })
})

describe('the diagnosis', () => {
  const failure = (more: Partial<Failure>): Failure => ({
    atMs: 1000,
    scheduledMs: 990,
    sentMs: 990,
    kind: 'order',
    cause: 'edge',
    detail: '502 reset_before_answer',
    isNewConnection: false,
    ...more,
  })
  const death: Death = { atMs: 1100, pid: 7, release: 'r1', stopping: false }

  it('is a keep-alive race when what may not be sent twice broke before its answer, and nobody died', () => {
    expect(diagnose(failure({}), [])).toBe('keep-alive-race')
    expect(diagnose(failure({ kind: 'upload' }), [])).toBe('keep-alive-race')
    expect(diagnose(failure({ cause: 'reset', kind: 'quick' }), [])).toBe('keep-alive-race')
  })

  it('is nothing known when the edge gave up what it could have sent again', () => {
    expect(diagnose(failure({ kind: 'quick' }), [])).toBe('unexplained')
  })

  it('is an early kill when a process died just then without a goodbye', () => {
    expect(diagnose(failure({}), [death])).toBe('early-kill')
    expect(diagnose(failure({ kind: 'socket', cause: 'socket-cut', detail: 'closed with 1006' }), [death])).toBe(
      'early-kill',
    )
    expect(diagnose(failure({}), [{ ...death, atMs: 9000 }])).toBe('keep-alive-race')
  })

  it('is a wrong release, or the load itself, whatever else happens', () => {
    expect(diagnose(failure({ cause: 'wrong-release' }), [death])).toBe('wrong-release')
    expect(diagnose(failure({ cause: 'own' }), [death])).toBe('generator')
  })

  it('says what is most frequent first, with examples', () => {
    const found = findingsOf([failure({ cause: 'own' }), failure({ atMs: 5 }), failure({ atMs: 6 })], [])
    expect(found.map(({ diagnosis, count }) => [diagnosis, count])).toEqual([
      ['keep-alive-race', 2],
      ['generator', 1],
    ])
    expect(found[0]?.examples[0]).toContain('order')
  })
})
