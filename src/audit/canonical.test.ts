import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, type PlainJson } from './canonical.ts'

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<PlainJson>

describe('canonical JSON', () => {
  it('prints the numbers, strings and members of RFC 8785', () => {
    const value = {
      numbers: JSON.parse('[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001, -0]') as number[],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    }
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  it('sorts members by UTF-16 code units, not by code points', () => {
    const members = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 }
    expect(Object.keys(JSON.parse(canonicalJson(members)) as object)).toEqual([
      '1',
      '\r',
      '\u0080',
      '\u00f6',
      '\u20ac',
      '\ud83d\ude00',
      '\ufb33',
    ])
  })

  it('leaves out what is undefined', () => {
    expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}')
  })

  it('refuses what has no canonical form', () => {
    for (const value of [Number.NaN, Infinity, '\ud800', { '\udc00': 1 }, [[-Infinity]]]) {
      expect(() => canonicalJson(value)).toThrow('A record cannot hold')
    }
  })

  it('is the same text for the same value, however it was written', () => {
    fc.assert(
      fc.property(json, (value) => {
        fc.pre(JSON.stringify(value).isWellFormed())
        const text = canonicalJson(value)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(canonicalJson(backwards(JSON.parse(text) as PlainJson))).toBe(text)
      }),
    )
  })
})

/** The same value with its members in the other order. */
function backwards(value: PlainJson): PlainJson {
  if (Array.isArray(value)) return (value as PlainJson[]).map(backwards)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value as Record<string, PlainJson>)
      .toReversed()
      .map(([name, member]) => [name, backwards(member)]),
  )
}
