/** Each intrinsic by cases: call, input, result. Those marked R were recorded from AWS. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Json, parseJson, printJson } from '../../base/index.ts'
import type { Chance } from '../ports.ts'
import { compileValue, IntrinsicFailure, type ValueScope } from './index.ts'
import { intrinsics } from './registry.ts'

const chance: Chance = {
  random: () => 0.75,
  uuid: () => '0b5fd2e3-6d2a-4c65-9d1f-3a6f1c1b2a3d',
  hash: (algorithm, text) => createHash(algorithm.replace('-', '').toLowerCase()).update(text, 'utf8').digest('hex'),
}

function scopeOf(input: Json): ValueScope {
  return { input: () => input, context: () => null, variable: () => undefined }
}

function evaluate(call: string, input = '{}', using: Chance = chance): string {
  return printJson(compileValue(call).evaluate(scopeOf(parseJson(input)), using))
}

type Case = readonly [call: string, input: string, result: string]
type Refusal = readonly [call: string, input: string, detail: string]

function gives(cases: readonly Case[]): void {
  it.each(cases)('%s of %s is %s', (call, input, result) => {
    expect(evaluate(call, input)).toBe(result)
  })
}

function refuses(cases: readonly Refusal[]): void {
  it.each(cases)('%s of %s is refused: %s', (call, input, detail) => {
    const attempt = () => evaluate(call, input)
    expect(attempt).toThrow(IntrinsicFailure)
    expect(attempt).toThrow(`The function '${call}' had the following error: ${detail}`)
  })
}

describe('States.Format', () => {
  gives([
    // R
    ["States.Format('Formatting argument {}.', $.v)", '{"v":null}', '"Formatting argument null."'],
    ["States.Format('Formatting argument {}.', $.v)", '{"v":1}', '"Formatting argument 1."'],
    ["States.Format('{} and {}.', $.a, $.b)", '{"a":"","b":" "}', '" and  ."'],
    ["States.Format('{}', $.v)", '{"v":{"Arg1":1,"Arg2":[]}}', '"{Arg1=1, Arg2=[]}"'],
    ["States.Format('{}', $.v)", '{"v":"{\\"Arg1\\": 1}"}', '"{\\"Arg1\\": 1}"'],
    ['States.Format($.t, $.v)', '{"t":"It\'s {}!","v":"Pikachu"}', '"It\'s Pikachu!"'],
    // our own
    ["States.Format('{}{}', 1.50, true)", '{}', '"1.5true"'],
    ["States.Format('{}', $.v)", '{"v":0.0}', '"0.0"'],
    ["States.Format('{}', $.v)", '{"v":12345678901234567890}', '"12345678901234567890"'],
    ["States.Format('none')", '{}', '"none"'],
    ["States.Format('')", '{}', '""'],
    [String.raw`States.Format('\{"k":"{}"\}', 'v')`, '{}', String.raw`"{\"k\":\"v\"}"`],
    [String.raw`States.Format('\{\} {} \'q\' \\', 1)`, '{}', String.raw`"{} 1 'q' \\"`],
    [String.raw`States.Format('\\{}', 1)`, '{}', String.raw`"\\1"`],
    ['States.Format($.t, 1)', String.raw`{"t":"\\{x\\} C:\\dir {}"}`, String.raw`"{x} C:\\dir 1"`],
    ["States.Format('}{}}', 1)", '{}', '"}1}"'],
    ["States.Format('{}', '{}')", '{}', '"{}"'],
  ])
  refuses([
    ["States.Format('{} {}', 1)", '{}', 'The template has 2 {} for 1 values'],
    ["States.Format('x', 1)", '{}', 'The template has 0 {} for 1 values'],
    [`States.Format('{"a":"{}"}', 1)`, '{}', "matching '}' not found for '{'"],
    ['States.Format($.t)', '{"t":"{"}', "matching '}' not found for '{'"],
    ['States.Format($.t)', '{"t":5}', 'Argument 1 must be a string but is a number'],
  ])
})

describe('States.StringToJson', () => {
  gives([
    // R
    ['States.StringToJson($.v)', '{"v":""}', 'null'],
    ['States.StringToJson($.v)', '{"v":" "}', 'null'],
    ['States.StringToJson($.v)', '{"v":"null"}', 'null'],
    ['States.StringToJson($.v)', '{"v":"-0"}', '0'],
    ['States.StringToJson($.v)', '{"v":"1.1"}', '1.1'],
    ['States.StringToJson($.v)', '{"v":"true"}', 'true'],
    ['States.StringToJson($.v)', '{"v":"\\"HelloWorld\\""}', '"HelloWorld"'],
    ['States.StringToJson($.v)', '{"v":"[1, 2, \\"HelloWorld\\"]"}', '[1,2,"HelloWorld"]'],
    ['States.StringToJson($.v)', '{"v":"{\\"Arg1\\": 1, \\"Arg2\\": []}"}', '{"Arg1":1,"Arg2":[]}'],
    // our own
    ['States.StringToJson($.v)', '{"v":"{\\"2\\":[-0,1.50],\\"1\\":{\\"z\\":-0}}"}', '{"2":[0,1.50],"1":{"z":0}}'],
    ['States.StringToJson($.v)', '{"v":"[null,true,-0.0]"}', '[null,true,-0.0]'],
    [String.raw`States.StringToJson('\{"a":1\}')`, '{}', '{"a":1}'],
    [`States.StringToJson('{"a":1}')`, '{}', '{"a":1}'],
  ])
  refuses([
    ['States.StringToJson($.v)', '{"v":"nope"}', "Unrecognized token 'nope'"],
    ['States.StringToJson($.v)', '{"v":"{"}', 'Unexpected end-of-input'],
    ['States.StringToJson($.v)', '{"v":{}}', 'Argument 1 must be a string but is an object'],
    ['States.StringToJson(null)', '{}', 'Argument 1 must be a string but is null'],
  ])
  it('refuses text that is nested without end', () => {
    expect(() => evaluate('States.StringToJson($.v)', JSON.stringify({ v: '['.repeat(10_000) }))).toThrow(
      /nesting depth/,
    )
  })
})

describe('States.JsonToString', () => {
  gives([
    // R
    ['States.JsonToString($.v)', '{"v":null}', '"null"'],
    ['States.JsonToString($.v)', '{"v":0}', '"0"'],
    ['States.JsonToString($.v)', '{"v":{"Arg1": 1, "Arg2": []}}', '"{\\"Arg1\\":1,\\"Arg2\\":[]}"'],
    // our own
    ['States.JsonToString($)', '{"2": 0.0, "1": "é"}', '"{\\"2\\":0.0,\\"1\\":\\"é\\"}"'],
    ["States.JsonToString('x')", '{}', '"\\"x\\""'],
  ])
})

describe('States.JsonMerge', () => {
  gives([
    // R
    [
      'States.JsonMerge($.a, $.b, false)',
      '{"a":{"a":{"a1":1,"a2":2},"b":2,"d":3},"b":{"a":{"a3":1,"a4":2},"c":3,"d":4}}',
      '{"a":{"a3":1,"a4":2},"b":2,"d":4,"c":3}',
    ],
    // our own
    ['States.JsonMerge($, $, false)', '{"x":1.0}', '{"x":1.0}'],
  ])
  refuses([
    ['States.JsonMerge($, $, true)', '{}', 'Deep merging is not supported; argument 3 must be false'],
    ['States.JsonMerge($, $, 0)', '{}', 'Argument 3 must be a boolean but is a number'],
    ['States.JsonMerge($.a, $, false)', '{"a":[]}', 'Argument 1 must be an object but is an array'],
    ["States.JsonMerge($, 'x', false)", '{}', 'Argument 2 must be an object but is a string'],
  ])
})

describe('States.Array', () => {
  gives([
    // R
    ['States.Array($.a, $.b)', '{"a":"","b":""}', '["",""]'],
    ['States.Array($.a, $.b)', '{"a":1.1,"b":null}', '[1.1,null]'],
    ['States.Array($.a, $.b)', '{"a":{"Arg1":1,"Arg2":[]},"b":"{}"}', '[{"Arg1":1,"Arg2":[]},"{}"]'],
    // our own
    ['States.Array()', '{}', '[]'],
    ["States.Array(1, -2.50, 1e3, 'a', true, null)", '{}', '[1,-2.50,1e3,"a",true,null]'],
  ])
})

describe('States.ArrayPartition', () => {
  gives([
    // R
    ['States.ArrayPartition($.a, $.n)', '{"a":[],"n":1}', '[]'],
    ['States.ArrayPartition($.a, $.n)', '{"a":[0],"n":5}', '[[0]]'],
    ['States.ArrayPartition($.a, $.n)', '{"a":[0,1,2],"n":2}', '[[0,1],[2]]'],
    ['States.ArrayPartition($.a, $.n)', '{"a":[0,1,2,3],"n":1}', '[[0],[1],[2],[3]]'],
    ['States.ArrayPartition($.a, $.n)', '{"a":[0,1,2,3],"n":2}', '[[0,1],[2,3]]'],
    // our own
    ['States.ArrayPartition($.a, 1.5)', '{"a":[1,2,3]}', '[[1,2],[3]]'],
    ['States.ArrayPartition($.a, 9223372036854775807)', '{"a":[1,2]}', '[[1,2]]'],
  ])
  refuses([
    ['States.ArrayPartition($, 0)', '[1]', 'The chunk size must be greater than zero'],
    ['States.ArrayPartition($, -0.5)', '[1]', 'The chunk size must be greater than zero'],
    ['States.ArrayPartition($, null)', '[1]', 'Argument 2 must be a number but is null'],
    ['States.ArrayPartition($, 1)', '{}', 'Argument 1 must be an array but is an object'],
  ])
})

describe('States.ArrayContains', () => {
  gives([
    // R
    ['States.ArrayContains($.a, $.v)', '{"a":[],"v":null}', 'false'],
    ['States.ArrayContains($.a, $.v)', '{"a":[],"v":[]}', 'false'],
    ['States.ArrayContains($.a, $.v)', '{"a":[[1,2,3],2],"v":null}', 'false'],
    ['States.ArrayContains($.a, $.v)', '{"a":[true,false],"v":true}', 'true'],
    // our own
    ['States.ArrayContains($.a, $.v)', '{"a":[{"x":[1,{"y":2}]}],"v":{"x":[1.0,{"y":2}]}}', 'true'],
    ['States.ArrayContains($.a, $.v)', '{"a":[9007199254740993],"v":9007199254740992}', 'false'],
    ["States.ArrayContains($.a, '1')", '{"a":[1]}', 'false'],
  ])
  refuses([["States.ArrayContains('abc', 'a')", '{}', 'Argument 1 must be an array but is a string']])
})

describe('States.ArrayRange', () => {
  gives([
    // R
    ['States.ArrayRange($.a, $.b, $.c)', '{"a":1,"b":9,"c":9}', '[1]'],
    ['States.ArrayRange(0, 3, 1)', '{}', '[0,1,2,3]'],
    // our own
    ['States.ArrayRange(1, 9, 2)', '{}', '[1,3,5,7,9]'],
    ['States.ArrayRange(1, 10, 2)', '{}', '[1,3,5,7,9]'],
    ['States.ArrayRange(3, -3, -3)', '{}', '[3,0,-3]'],
    ['States.ArrayRange(1, 0, 1)', '{}', '[]'],
    ['States.ArrayRange(0, 1, -5)', '{}', '[]'],
    ['States.ArrayRange(0.5, 2.4, 1.2)', '{}', '[1,2]'],
    [
      'States.ArrayRange(9007199254740992, 9007199254740994, 1)',
      '{}',
      '[9007199254740992,9007199254740993,9007199254740994]',
    ],
    ['States.ArrayLength(States.ArrayRange(1, 1000, 1))', '{}', '1000'],
  ])
  refuses([
    ['States.ArrayRange(1, 9, 0)', '{}', 'The step must not be zero'],
    ['States.ArrayRange(1, 9, 0.4)', '{}', 'The step must not be zero'],
    ['States.ArrayRange(0, 1000, 1)', '{}', 'The range has more than 1000 elements'],
    ['States.ArrayRange(0, 9000000000000000000, 1)', '{}', 'The range has more than 1000 elements'],
    ['States.ArrayRange(0, 1e300, 1)', '{}', 'Argument 2 must be an integer of at most 64 bits but is 1e300'],
  ])
})

describe('States.ArrayGetItem', () => {
  gives([
    ['States.ArrayGetItem($, 0)', '[1.0,2]', '1.0'],
    ['States.ArrayGetItem($, 1.4)', '[1,null]', 'null'],
  ])
  refuses([
    ['States.ArrayGetItem($, 2)', '[1,2]', 'The index 2 is not in an array of 2'],
    ['States.ArrayGetItem($, -1)', '[1,2]', 'The index -1 is not in an array of 2'],
    ['States.ArrayGetItem($, 9223372036854775807)', '[1,2]', 'The index 9223372036854775807 is not in an array of 2'],
    ["States.ArrayGetItem($, '0')", '[1,2]', 'Argument 2 must be a number but is a string'],
  ])
})

describe('States.ArrayLength and States.ArrayUnique', () => {
  const mixed =
    '[null,null,true,true,false,false,1,1,1.1,0,0,"HelloWorld","HelloWorld",[],[],[null],[null],{"a":1,"b":2},{"a":1,"b":2},{"a":1,"b":1}]'
  gives([
    // R
    ['States.ArrayLength($)', mixed, '20'],
    // our own
    ['States.ArrayLength($)', '[]', '0'],
    ['States.ArrayUnique($)', mixed, '[null,true,false,1,1.1,0,"HelloWorld",[],[null],{"a":1,"b":2},{"a":1,"b":1}]'],
    [
      'States.ArrayUnique($)',
      '[1.0,1,{"b":2,"a":1},{"a":1.0,"b":2},"1","null",null]',
      '[1.0,{"b":2,"a":1},"1","null",null]',
    ],
    ['States.ArrayUnique($)', '[["a","b"],["a,b"],["a\\",\\"b"]]', '[["a","b"],["a,b"],["a\\",\\"b"]]'],
    ['States.ArrayUnique($)', '[9007199254740992,9007199254740993]', '[9007199254740992,9007199254740993]'],
  ])
  refuses([
    ['States.ArrayLength($)', '{}', 'Argument 1 must be an array but is an object'],
    ['States.ArrayUnique($)', 'true', 'Argument 1 must be an array but is a boolean'],
  ])
})

describe('States.Base64Encode and States.Base64Decode', () => {
  gives([
    // R
    ['States.Base64Encode($.v)', '{"v":""}', '""'],
    // our own
    ["States.Base64Encode('Data to encode')", '{}', '"RGF0YSB0byBlbmNvZGU="'],
    ["States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", '{}', '"Data to encode"'],
    ["States.Base64Decode('RGF0YSB0byBlbmNvZGU')", '{}', '"Data to encode"'],
    ["States.Base64Encode('ü😀')", '{}', '"w7zwn5iA"'],
    ["States.Base64Decode('w7zwn5iA')", '{}', '"ü😀"'],
    ["States.Base64Decode('/w==')", '{}', '"\uFFFD"'],
    ["States.Base64Decode('77u/')", '{}', '"\uFEFF"'],
    ["States.Base64Decode('')", '{}', '""'],
  ])
  refuses([
    ["States.Base64Decode('a b=')", '{}', 'Argument 1 is not Base64'],
    ["States.Base64Decode('QQ=')", '{}', 'Argument 1 is not Base64'],
    ["States.Base64Decode('Q')", '{}', 'Argument 1 is not Base64'],
    ["States.Base64Decode('-_')", '{}', 'Argument 1 is not Base64'],
    ['States.Base64Encode($)', '5', 'Argument 1 must be a string but is a number'],
  ])
  it('takes 10,000 characters and no more', () => {
    const text = 'QUJD'.repeat(2500)
    expect(evaluate('States.Base64Encode($)', JSON.stringify(text))).toHaveLength(13_338)
    expect(evaluate('States.Base64Decode($)', JSON.stringify(text))).toHaveLength(7502)
    for (const call of ['States.Base64Encode($)', 'States.Base64Decode($)']) {
      expect(() => evaluate(call, JSON.stringify(`${text}A`))).toThrow(
        'has 10001 characters; at most 10000 are allowed',
      )
    }
  })
  it('gives back every text it encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const call = 'States.Base64Decode(States.Base64Encode($))'
        return evaluate(call, JSON.stringify(text)) === JSON.stringify(text)
      }),
    )
  })
})

describe('States.Hash', () => {
  gives([
    // R
    ["States.Hash('input data', 'MD5')", '{}', '"812f45842bc6d66ee14572ce20db8e86"'],
    [
      'States.Hash($.v, $.a)',
      '{"v":"input data","a":"SHA-384"}',
      '"d28a7d5cf25a74f11a50a18452b75e04bb3d70c9dd0510d6123aa008c756511b87525bdc835ebb27e1fb9e9374a15562"',
    ],
    // our own
    ["States.Hash('input data', 'SHA-1')", '{}', '"aaff4a450a104cd177d28d18d74485e8cae074b7"'],
    ["States.Hash('', 'SHA-256')", '{}', '"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"'],
  ])
  refuses([
    [
      "States.Hash('x', 'sha-256')",
      '{}',
      "The algorithm 'sha-256' is not supported; accepted are MD5, SHA-1, SHA-256, SHA-384, SHA-512",
    ],
    ["States.Hash('x', 5)", '{}', 'Argument 2 must be a string but is a number'],
  ])
  it('hashes what is no text as its JSON', () => {
    const of = (input: string) => evaluate("States.Hash($, 'SHA-512')", input)
    expect(of('{"a": [1.0]}')).toBe(of(JSON.stringify('{"a":[1.0]}')))
  })
  it('takes 10,000 characters and no more', () => {
    expect(evaluate("States.Hash($, 'MD5')", JSON.stringify('x'.repeat(10_000)))).toHaveLength(34)
    expect(() => evaluate("States.Hash($, 'MD5')", JSON.stringify('x'.repeat(10_001)))).toThrow('10001 characters')
  })
})

describe('States.MathAdd', () => {
  gives([
    // R
    ['States.MathAdd($.a, $.b)', '{"a":-9,"b":3}', '-6'],
    ['States.MathAdd($.a, $.b)', '{"a":-1.49,"b":-1.5}', '-2'],
    ['States.MathAdd($.a, $.b)', '{"a":1.51,"b":0}', '2'],
    ['States.MathAdd($.a, $.b)', '{"a":-1.5,"b":0}', '-1'],
    ['States.MathAdd($.a, $.b)', '{"a":0.5,"b":0}', '1'],
    ['States.MathAdd($.a, $.b)', '{"a":-0.5,"b":0.5}', '1'],
    ['States.MathAdd($.a, $.b)', '{"a":-0.5,"b":0}', '0'],
    // our own
    ['States.MathAdd(111, -1)', '{}', '110'],
    ['States.MathAdd(9007199254740993, 2)', '{}', '9007199254740995'],
    ['States.MathAdd(1e3, 1.0)', '{}', '1001'],
    ['States.MathAdd(0.49999999999999994, 0)', '{}', '0'],
  ])
  refuses([
    ["States.MathAdd('1', 2)", '{}', 'Argument 1 must be a number but is a string'],
    [
      'States.MathAdd(1, 9223372036854775808)',
      '{}',
      'Argument 2 must be an integer of at most 64 bits but is 9223372036854775808',
    ],
    ['States.MathAdd(1e400, 1)', '{}', 'Argument 1 must be an integer of at most 64 bits but is 1e400'],
  ])
  it('refuses a million digits at once', () => {
    expect(() => evaluate('States.MathAdd($, 1)', '9'.repeat(1_000_000))).toThrow(IntrinsicFailure)
  })
})

describe('States.MathRandom', () => {
  gives([
    ['States.MathRandom(0, 4)', '{}', '3'],
    ['States.MathRandom(12.5, 44.51)', '{}', '37'],
    ['States.MathRandom(-4, 0)', '{}', '-1'],
    ['States.MathRandom(-9223372036854775808, 9223372036854775807)', '{}', '4611686018427387903'],
    // java.util.Random: the first nextDouble() of seeds 0, 3 and 42 is 0.7309…, 0.7310… and 0.7275…
    ['States.MathRandom(0, 1000000, 0)', '{}', '730967'],
    ['States.MathRandom(0, 999, 3)', '{}', '730'],
    ['States.MathRandom(0, 10000, 42)', '{}', '7275'],
    ['States.MathRandom(1, 2, -1)', '{}', '1'],
  ])
  refuses([
    ['States.MathRandom(5, 5)', '{}', 'The start 5 must be less than the end 5'],
    ['States.MathRandom(5, 1)', '{}', 'The start 5 must be less than the end 1'],
    ["States.MathRandom(0, 9, 'x')", '{}', 'Argument 3 must be a number but is a string'],
  ])
  it('stays within its bounds, and with a seed asks no chance', () => {
    const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1 }), draw, (start, width, random) => {
        const result = Number(
          evaluate('States.MathRandom($[0], $[1])', `[${start},${start + width}]`, { ...chance, random: () => random }),
        )
        return Number.isInteger(result) && result >= start && result < start + width
      }),
    )
    const noChance: Chance = { ...chance, random: () => expect.unreachable('asked chance') }
    expect(evaluate('States.MathRandom(0, 9, 1)', '{}', noChance)).toBe(evaluate('States.MathRandom(0, 9, 1)'))
  })
})

describe('States.StringSplit', () => {
  gives([
    // R
    ['States.StringSplit($.a, $.b)', '{"a":", , ,","b":","}', '[" "," "]'],
    ['States.StringSplit($.a, $.b)', '{"a":",,,,","b":","}', '[]'],
    ['States.StringSplit($.a, $.b)', '{"a":"1,2,3,4,5","b":","}', '["1","2","3","4","5"]'],
    ["States.StringSplit('Hello\nWorld', '\n')", '{}', '["Hello","World"]'],
    ['States.StringSplit($.a, $.b)', '{"a":"This.is+a,test=string","b":".+,="}', '["This","is","a","test","string"]'],
    // our own
    ["States.StringSplit('abc', '')", '{}', '["abc"]'],
    ["States.StringSplit('', ',')", '{}', '[]'],
    ["States.StringSplit('a😀b', '😀')", '{}', '["a","b"]'],
  ])
  refuses([['States.StringSplit($, 1)', '"a"', 'Argument 2 must be a string but is a number']])
})

describe('States.UUID', () => {
  gives([['States.UUID()', '{}', '"0b5fd2e3-6d2a-4c65-9d1f-3a6f1c1b2a3d"']])
})

describe('the registry', () => {
  it('names each function as it is called', () => {
    for (const name of Object.keys(intrinsics)) expect(name).toMatch(/^States\.[A-Z][A-Za-z0-9]+$/)
    expect(Object.keys(intrinsics)).toHaveLength(18)
  })
})
