import { describe, expect, it } from 'vitest'
import { parseJson, printJson } from '../../base/index.ts'
import { javaClass, javaDouble, javaText, jsonFromDouble } from './java-text.ts'

describe('values as Java prints them', () => {
  it.each([
    ['{"Arg1":1,"Arg2":[]}', '{Arg1=1, Arg2=[]}'],
    ['{"a":{"b":[null,true,"x, y"]},"c":{}}', '{a={b=[null, true, x, y]}, c={}}'],
    ['"text"', 'text'],
    ['null', 'null'],
    ['false', 'false'],
    ['12345678901234567890', '12345678901234567890'],
    ['-0', '0'],
    ['1.0', '1.0'],
    ['1.10', '1.1'],
    ['1e3', '1000.0'],
    ['0.00012', '1.2E-4'],
    ['12345678.9', '1.23456789E7'],
    ['1e21', '1.0E21'],
    ['-0.0', '-0.0'],
  ])('%s', (json, expected) => {
    expect(javaText(parseJson(json))).toBe(expected)
  })

  it.each([
    [1, '1.0'],
    [0.001, '0.001'],
    [0.000999, '9.99E-4'],
    [9999999, '9999999.0'],
    [10000000, '1.0E7'],
    [-1.5e-10, '-1.5E-10'],
    [1 / 3, '0.3333333333333333'],
    [Number.MAX_VALUE, '1.7976931348623157E308'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ])('the double %d', (value, expected) => {
    expect(javaDouble(value)).toBe(expected)
  })

  it('keep their spelling when they become JSON', () => {
    expect([17, 0.5, 1e10, Number.NaN].map((value) => printJson(jsonFromDouble(value)))).toEqual([
      '17.0',
      '0.5',
      '1.0E10',
      '"NaN"',
    ])
  })

  it.each([
    ['1', 'java.lang.Integer'],
    ['-2147483647', 'java.lang.Integer'],
    ['2147483648', 'java.lang.Long'],
    ['9223372036854775808', 'java.math.BigInteger'],
    ['1.0', 'java.lang.Double'],
    ['true', 'java.lang.Boolean'],
    ['"x"', 'java.lang.String'],
    ['[]', 'java.util.ArrayList'],
    ['{}', 'java.util.LinkedHashMap'],
    ['null', 'null'],
  ])('%s is a %s', (json, expected) => {
    expect(javaClass(parseJson(json))).toBe(expected)
  })
})
