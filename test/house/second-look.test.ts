import { describe, expect, it } from 'vitest'
import { type Failure, isWorthAnotherLook, type Report, reportOf, secondLook } from '../../scripts/second-look.js'

const failure = (test: string): Failure => ({
  file: 'a.test.ts',
  test,
  name: `does ${test}`,
  message: 'expected 1 to be 2',
})
const loads: Failure = { file: 'a.test.ts', message: 'does not load' }
const first = (...failures: readonly Failure[]): Report => ({
  ...{ passed: 10, failed: failures.length, skipped: 1, failures, passedTests: ['z'] },
})
const again = (passedTests: readonly string[], ...failures: readonly Failure[]): Report => ({
  ...{ passed: passedTests.length, failed: failures.length, skipped: 0, failures, passedTests },
})
const ended = { code: 1, signal: null }

describe('a run', () => {
  it('is what it reported', () => {
    expect(reportOf(first(failure('a')), ended)).toEqual(first(failure('a')))
    expect(reportOf(first(), { code: 0, signal: null })).toEqual(first())
  })

  it('has failed when it reported nothing, or no failure and yet a code', () => {
    for (const found of [undefined, first()]) {
      const { failed, failures } = reportOf(found, ended)
      expect({ failed, failures }).toEqual({ failed: 1, failures: [{ file: 'vitest', message: expect.any(String) }] })
    }
  })

  it('that a signal ended has failed, finally', () => {
    const report = reportOf(first(failure('a')), { code: 1, signal: 'SIGKILL' })
    expect(report).toMatchObject({ failed: 2, failures: [failure('a'), { message: 'it was ended by SIGKILL' }] })
    expect(isWorthAnotherLook(report)).toBe(false)
  })
})

describe('a second look', () => {
  it('is had at few single tests, and at nothing else', () => {
    expect(isWorthAnotherLook(first(failure('a'), failure('b'), failure('c')))).toBe(true)
    expect(isWorthAnotherLook(first())).toBe(false)
    expect(isWorthAnotherLook(first(failure('a'), failure('b'), failure('c'), failure('d')))).toBe(false)
    expect(isWorthAnotherLook(first(failure('a'), loads))).toBe(false)
  })

  it('names as flaky what it saw pass, and nothing else', () => {
    const found = secondLook(first(failure('a'), failure('b')), again(['a'], failure('b')))
    expect(found.flaky).toEqual([failure('a')])
    expect(found.report).toMatchObject({ passed: 11, failed: 1, skipped: 1, failures: [failure('b')] })
  })

  it('leaves failed what it did not get to, and all when it came to nothing', () => {
    for (const second of [again([]), again(['b']), reportOf(undefined, { code: 1, signal: 'SIGKILL' })]) {
      const { flaky, report } = secondLook(first(failure('a')), second)
      expect({ flaky, failures: report.failures.slice(0, 1) }).toEqual({ flaky: [], failures: [failure('a')] })
      expect(report.passed).toBe(10)
    }
  })

  it('adds what fails in it for the first time', () => {
    const found = secondLook(first(failure('a')), again(['a'], failure('b'), loads))
    expect(found.report).toMatchObject({ passed: 11, failed: 2, failures: [failure('b'), loads] })
  })
})
