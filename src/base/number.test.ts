import { describe, expect, it } from 'vitest'
import { compareNumbers, equalJson, JsonNumber, parseJson } from './json.ts'
import { canonicalNumeral } from './number.ts'

const number = (text: string) => new JsonNumber(text)

describe('comparing numbers', () => {
  it.each([
    ['9007199254740993', '9007199254740992', 1],
    ['-9007199254740993', '-9007199254740992', -1],
    ['1.0', '1', 0],
    ['1e3', '1000', 0],
    ['0.001', '1e-3', 0],
    ['-0', '0', 0],
    ['0.0', '-0.000e9', 0],
    ['1e400', '1e401', -1],
    ['1e-400', '0', 1],
    ['-1e-400', '1e-400', -1],
    ['12345678901234567890.1', '12345678901234567890.10', 0],
    ['100', '1.00e2', 0],
    ['2', '10', -1],
  ])('%s against %s gives %i', (a, b, expected) => {
    expect(Math.sign(compareNumbers(number(a), number(b)))).toBe(expected)
    expect(Math.sign(compareNumbers(number(b), number(a)))).toBe(expected === 0 ? 0 : -expected)
  })

  it('compares a double with a numeral that only looks the same', () => {
    expect(compareNumbers(9007199254740992, number('9007199254740993'))).toBeLessThan(0)
    expect(compareNumbers(1.5, 2.5)).toBeLessThan(0)
    expect(compareNumbers(2, 2)).toBe(0)
  })

  it('has one key for all spellings of a number', () => {
    expect(new Set(['1', '1.0', '10e-1', '0.1E+1', '1.000'].map(canonicalNumeral)).size).toBe(1)
    expect(new Set(['0', '-0', '0.0', '0e9'].map(canonicalNumeral)).size).toBe(1)
    expect(new Set(['1', '-1', '10', '0.1', '9007199254740992', '9007199254740993'].map(canonicalNumeral)).size).toBe(6)
  })

  it('keeps big integers apart in documents', () => {
    expect(equalJson(parseJson('[9007199254740993]'), parseJson('[9007199254740992]'))).toBe(false)
    expect(equalJson(parseJson('[1.0, 1e0]'), parseJson('[1, 1]'))).toBe(true)
  })

  it('is not slow on a long run of zeros', () => {
    const long = `1${'0'.repeat(200_000)}1e-400000`
    expect(compareNumbers(number(long), number(`${long}0`))).toBeGreaterThan(0)
  })
})
