import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { routeDefaults } from '../contract.ts'
import { believed, judgeAnswer, nextProbeMs, observe, type Observation, unproven } from './health.ts'

const rules = { rise: 2, fall: 3 }
const pass: Observation = { at: 10, verdict: 'pass', detail: '200' }
const fail: Observation = { at: 20, verdict: 'fail', detail: 'ECONNREFUSED' }
const impostor: Observation = { at: 30, verdict: 'impostor', detail: 'another release' }
const after = (start: ReturnType<typeof unproven>, ...seen: readonly Observation[]) =>
  seen.reduce((health, one) => observe(health, one, rules), start)

describe('health', () => {
  it('needs as many successes in a row as the policy says', () => {
    expect(after(unproven(0), pass).state).toBe('unproven')
    expect(after(unproven(0), pass, fail, pass).state).toBe('unproven')
    expect(after(unproven(0), pass, pass)).toMatchObject({ state: 'healthy', since: 10, successes: 2, evidence: pass })
  })
  it('is lost only after as many failures in a row as the policy says', () => {
    const well = after(unproven(0), pass, pass)
    expect(after(well, fail, fail).state).toBe('healthy')
    expect(after(well, fail, fail, pass, fail, fail).state).toBe('healthy')
    expect(after(well, fail, fail, fail)).toMatchObject({ state: 'unhealthy', since: 20, failures: 3 })
    expect(after(well, fail, fail, fail, pass, pass).state).toBe('healthy')
  })
  it('does not call unhealthy what was never healthy: it has not booted', () => {
    expect(after(unproven(0), fail, fail, fail, fail).state).toBe('unproven')
  })
  it('believes the last good routes until probes say otherwise', () => {
    expect(after(believed(0), fail).state).toBe('believed')
    expect(after(believed(0), fail, fail, fail).state).toBe('unhealthy')
    expect(after(believed(0), pass, pass).state).toBe('healthy')
  })
  it('believes nothing of a target where nobody listens, and forgets no proof over it', () => {
    const absent = { ...fail, absent: true }
    expect(after(believed(0), absent)).toMatchObject({ state: 'unproven', since: 20, evidence: fail })
    expect(after(believed(0), pass, pass, absent).state).toBe('healthy')
  })
  it('ends with the first wrong name, and comes back only through proofs', () => {
    const well = after(unproven(0), pass, pass)
    expect(after(well, impostor).state).toBe('impostor')
    expect(after(well, impostor, pass).state).toBe('impostor')
    expect(after(well, impostor, fail, fail, fail).state).toBe('impostor')
    expect(after(well, impostor, pass, pass).state).toBe('healthy')
  })
  it('is healthy exactly when the last change was made by enough proofs', () => {
    const seen = fc.array(fc.constantFrom(pass, fail, impostor), { maxLength: 30 })
    fc.assert(
      fc.property(seen, (all) => {
        const health = after(unproven(0), ...all)
        const lastWrong = all.findLastIndex(({ verdict }) => verdict === 'impostor')
        const proofs = all.slice(lastWrong + 1).map(({ verdict }) => verdict)
        const risen = proofs.some((verdict, at) => verdict === 'pass' && proofs[at + 1] === 'pass')
        expect(risen || health.state !== 'healthy').toBe(true)
        expect(risen || lastWrong === -1 || health.state === 'impostor').toBe(true)
      }),
    )
  })
})

describe('what an answer to a probe proves', () => {
  const expected = { release: 'r2', attested: false, health: routeDefaults.health }
  it.each([
    ['the release echoed', { status: 200, release: 'r2' }, false, 'pass'],
    ['an old process on the port', { status: 200, release: 'r1' }, false, 'impostor'],
    ['an old process, though attested', { status: 200, release: 'r1' }, true, 'impostor'],
    ['an error of a foreign process', { status: 500, release: 'r1' }, false, 'impostor'],
    ['nobody in particular', { status: 200, release: undefined }, false, 'fail'],
    ['a server that echoes nothing, attested', { status: 200, release: undefined }, true, 'pass'],
    ['a wrong status', { status: 503, release: 'r2' }, false, 'fail'],
    ['a redirection where none is accepted', { status: 302, release: 'r2' }, true, 'fail'],
  ] as const)('%s', (_, answer, attested, verdict) => {
    expect(judgeAnswer({ ...answer, tookMs: 3.4 }, { ...expected, attested }).verdict).toBe(verdict)
  })
  it('says what was seen and what was expected', () => {
    expect(judgeAnswer({ status: 500, release: 'r2', tookMs: 1 }, expected).detail).toBe(
      'status 500, expected 200 to 299',
    )
    expect(judgeAnswer({ status: 200, release: 'r1', tookMs: 1 }, expected).detail).toBe(
      'x-release-id says "r1", expected "r2"',
    )
    expect(judgeAnswer({ status: 204, release: 'r2', tookMs: 3.4 }, expected).detail).toBe(
      '204 in 3 ms, release echoed',
    )
  })
})

it('asks more often while something boots or sits on a foreign port', () => {
  const policy = { ...routeDefaults.health, intervalMs: 1000, bootIntervalMs: 100 }
  expect(nextProbeMs('unproven', policy)).toBe(100)
  expect(nextProbeMs('impostor', policy)).toBe(100)
  expect(nextProbeMs('healthy', policy)).toBe(1000)
  expect(nextProbeMs('unproven', { ...policy, intervalMs: 50 })).toBe(50)
})
