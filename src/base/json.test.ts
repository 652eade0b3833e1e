import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  byteLength,
  equalJson,
  isJsonText,
  JsonNumber,
  jsonFromPlain,
  JsonSyntaxError,
  kindOfJson,
  maxJsonDepth,
  parseJson,
  plainFromJson,
  printJson,
} from './json.ts'

function faultOf(text: string): JsonSyntaxError {
  try {
    parseJson(text)
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error
    throw error
  }
  throw new Error(`parsed: ${text}`)
}

/** What a parser makes of a text, or that it is no JSON. */
function outcome(parse: (text: string) => unknown, text: string): unknown {
  try {
    return { value: parse(text) }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof JsonSyntaxError) return 'no JSON'
    throw error
  }
}

const pieces = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  'u',
  '0',
  '1',
  '9',
  '-',
  '+',
  '.',
  'e',
  'E',
  'null',
  'true',
  'a',
]
const oddPieces = [
  '"a"',
  '\\u0000',
  '\\ud83d',
  '\\n',
  '\u2028',
  '\ufeff',
  '\u00a0',
  '\u0001',
  '\t',
  ' ',
  '\ud800',
  '1e5',
]
const soup = fc.array(fc.constantFrom(...pieces, ...oddPieces), { maxLength: 12 }).map((parts) => parts.join(''))
/** A right text with one unit taken out, doubled or replaced. */
const damaged = fc
  .tuple(fc.json(), fc.nat(), fc.constantFrom('', ...pieces, ...oddPieces))
  .map(([text, at, piece]) => text.slice(0, at % text.length) + piece + text.slice((at % text.length) + 1))

describe('parsing', () => {
  it('accepts exactly what JSON.parse accepts, with the same value', () => {
    fc.assert(
      fc.property(fc.oneof(soup, damaged, fc.json()), (text) => {
        const ours = outcome((given) => plainFromJson(parseJson(given)), text)
        expect(ours).toEqual(outcome(JSON.parse, text))
        expect(isJsonText(text)).toBe(ours !== 'no JSON')
      }),
      { numRuns: 3000 },
    )
  })

  it.each([
    '0',
    '7',
    '-7',
    '00',
    '01',
    '-0',
    '123456789012345',
    '1234567890123456',
    '12345678901234567',
    '1.',
    '1e',
    '1e5',
  ])('reads the number %s as JSON.parse does, or refuses it as that does', (text) => {
    expect(outcome((given) => plainFromJson(parseJson(given)), text)).toEqual(outcome(JSON.parse, text))
    expect(outcome((given) => printJson(parseJson(given)), `[${text},${text}]`)).toEqual(
      outcome((given) => (JSON.parse(given), { value: `[${text},${text}]` }).value, `[${text},${text}]`),
    )
  })

  it('keeps the spelling of numbers and the order of keys', () => {
    const text = '{"2":0.0,"1":1e3,"id":12345678901234567890,"z":-0,"list":[1.50,7]}'
    expect(printJson(parseJson(text))).toBe(text)
  })

  it('lets the last of equal keys win, in the place of the first', () => {
    expect(printJson(parseJson('{"a":1,"b":2,"a":3}'))).toBe('{"a":3,"b":2}')
  })

  it('takes __proto__ for a key like any other', () => {
    const parsed = parseJson('{"__proto__":{"admin":true}}')
    expect(printJson(parsed)).toBe('{"__proto__":{"admin":true}}')
    expect(Object.hasOwn(Object(plainFromJson(parsed)), '__proto__')).toBe(true)
    expect(Object({}).admin).toBeUndefined()
  })

  it.each([
    ['', 'line 1, column 1', 'No content'],
    ['{"a":1,\n  "b" 2}', 'line 2, column 7', 'expecting a colon'],
    ['[1,\n2,\n]', 'line 3, column 1', 'expected a valid value'],
    ['{"a":tru}', 'line 1, column 6', "Unrecognized token 'tru'"],
    ['"a\nb"', 'line 1, column 3', 'CTRL-CHAR, code 10'],
    ['"\\x"', 'line 1, column 2', "character escape 'x'"],
    ['"\\u12G4"', 'line 1, column 2', 'hex-digit'],
    ['"abc', 'line 1, column 5', 'end-of-input'],
    ['"abc\\', 'line 1, column 5', 'end-of-input'],
    ['01', 'line 1, column 2', 'Leading zeroes'],
    ['-', 'line 1, column 1', 'follow minus sign'],
    ['1 2', 'line 1, column 3', 'expected the end'],
    ['{1:2}', 'line 1, column 2', 'double-quote'],
    ['[1 2]', 'line 1, column 4', 'comma'],
  ])('says where and why: %j', (text, place, reason) => {
    const fault = faultOf(text)
    expect(fault).toMatchObject({ code: 'json.syntax', place })
    expect(fault.message).toContain(reason)
  })

  it('goes as deep as the limit and no deeper', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(isJsonText(nested(maxJsonDepth))).toBe(true)
    expect(faultOf(nested(maxJsonDepth + 1)).message).toContain('exceeds the maximum')
    expect(isJsonText(nested(maxJsonDepth + 1))).toBe(false)
    expect(isJsonText(`"${'['.repeat(5000)}\\"${'{'.repeat(5000)}"`)).toBe(true)
    expect(isJsonText(`[${'[{}],'.repeat(5000)}"\\\\"]`)).toBe(true)
    expect(faultOf('['.repeat(1_000_000)).message).toContain('exceeds the maximum')
  })

  it.each(['a'.repeat(2_000_000), '𝒜'.repeat(1_000_000), `${'1'.repeat(2_000_000)}e`, `"${'\\'.repeat(1_999_999)}`])(
    'refuses megabytes of one kind with a fault like any other (%#)',
    (text) => {
      expect(faultOf(text).code).toBe('json.syntax')
    },
  )
})

describe('printing', () => {
  it('gives back every value that it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(printJson(jsonFromPlain(value)))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('never prints what is no JSON', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '\ud800', -0]) {
      expect(isJsonText(printJson(value))).toBe(true)
    }
    expect(printJson(jsonFromPlain(undefined))).toBe('null')
  })
})

describe('comparing', () => {
  it.each([
    ['1', '1.0', true],
    ['1e2', '100', true],
    ['9007199254740993', '9007199254740992', false],
    ['{"a":1,"b":2}', '{"b":2.0,"a":1}', true],
    ['{"a":null}', '{"b":null}', false],
    ['[1,2]', '[1]', false],
    ['[]', '{}', false],
    ['null', 'false', false],
    ['"1"', '1', false],
  ])('%s and %s', (a, b, equal) => {
    expect(equalJson(parseJson(a), parseJson(b))).toBe(equal)
    expect(equalJson(parseJson(b), parseJson(a))).toBe(equal)
  })
})

describe('looking at a value', () => {
  it.each([
    ['null', 'null'],
    ['true', 'boolean'],
    ['"x"', 'string'],
    ['1', 'number'],
    ['1.0', 'number'],
    ['[]', 'array'],
    ['{}', 'object'],
  ])('%s is of the kind %s', (text, kind) => {
    expect(kindOfJson(parseJson(text))).toBe(kind)
  })

  it('makes a number of its own only of numerals that would be printed otherwise', () => {
    expect(parseJson('1.5')).toBe(1.5)
    expect(parseJson('1.50')).toBeInstanceOf(JsonNumber)
    expect(Number(parseJson('1.50'))).toBe(1.5)
  })

  it('counts the bytes of UTF-8, half surrogate pairs among them', () => {
    const units = fc.constantFrom('a', 'é', '一', '𝒜', '\ud800', '\udc00')
    fc.assert(
      fc.property(fc.array(units), (parts) => {
        const text = parts.join('')
        expect(byteLength(text)).toBe(new TextEncoder().encode(text).length)
      }),
    )
  })
})
