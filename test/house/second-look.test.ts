import { describe, expect, it } from 'vitest'
import { type Failure, isWorthAnotherLook, secondLook } from '../../scripts/second-look.js'

const failure = (test: string, file = 'a.test.ts'): Failure => ({ file, test, message: 'expected 1 to be 2' })
const first = (...failures: readonly Failure[]) => ({ passed: 10, failed: failures.length, skipped: 1, failures })
const again = (passedTests: readonly string[], failures: readonly Failure[] = []) => ({
  ...{ passed: passedTests.length, failed: failures.length, skipped: 0, failures, passedTests },
})

describe('a second look', () => {
  it('is had at few single tests, and at nothing else', () => {
    expect(isWorthAnotherLook(first(failure('a'), failure('b'), failure('c')))).toBe(true)
    expect(isWorthAnotherLook(first())).toBe(false)
    expect(isWorthAnotherLook(first(failure('a'), failure('b'), failure('c'), failure('d')))).toBe(false)
    expect(isWorthAnotherLook(first(failure('a'), { file: 'b.test.ts', message: 'does not load' }))).toBe(false)
  })

  it('names as flaky what it saw pass, and nothing else', () => {
    const found = secondLook(first(failure('a'), failure('b')), again(['a.test.ts: a'], [failure('b')]))
    expect(found.flaky).toEqual([failure('a')])
    expect(found.report).toEqual({ passed: 11, failed: 1, skipped: 1, failures: [failure('b')] })
  })

  it('leaves failed what it did not get to, or saw under another file', () => {
    for (const second of [again([]), again(['b.test.ts: a'])]) {
      expect(secondLook(first(failure('a')), second)).toMatchObject({ flaky: [], report: { passed: 10, failed: 1 } })
    }
  })

  it('adds what fails in it for the first time', () => {
    const loads = { file: 'a.test.ts', message: 'does not load' }
    const found = secondLook(first(failure('a')), again(['a.test.ts: a'], [failure('b'), loads]))
    expect(found.report).toMatchObject({ passed: 11, failed: 2, failures: [failure('b'), loads] })
  })
})
