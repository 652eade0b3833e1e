import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Json, parseJson, printJson } from '../../base/index.ts'
import { PathNotFound, PathSyntaxError } from '../path/index.ts'
import type { Chance } from '../ports.ts'
import { compileValue, isValue, type ValueScope, ValueSyntaxError } from './index.ts'

const chance: Chance = { random: () => 0, uuid: () => 'uuid', hash: () => 'hash' }
const scope: ValueScope = {
  input: () => parseJson('{"a":[1,2],"name":"Ann","n":0.0}'),
  context: () => parseJson('{"Execution":{"Name":"run-1"}}'),
  variable: (name) => (name === 'x' ? parseJson('{"y":[7]}') : undefined),
}

const evaluate = (text: string): string => printJson(compileValue(text).evaluate(scope, chance))

describe('a value expression', () => {
  it.each([
    ['$', '{"a":[1,2],"name":"Ann","n":0.0}'],
    ['$.n', '0.0'],
    ['$$.Execution.Name', '"run-1"'],
    ['$x', '{"y":[7]}'],
    ['$x.y[0]', '7'],
    ["States.ArrayGetItem(States.StringSplit($$.Execution.Name, '-'), 0)", '"run"'],
    ["States.Format('{} {} {}', $.name, $$.Execution.Name, $x.y[0])", '"Ann run-1 7"'],
    ["  States.Array( 1 ,\n'two'\t, $.a[*] , $x['y'] , States.UUID( ) )  ", '[1,"two",[1,2],[7],"uuid"]'],
    ["States.Array($.a[?(@ > 1)], $['name'], $.a.length())", '[[2],"Ann",2]'],
    ["States.Array('a, b)', '(')", '["a, b)","("]'],
    [String.raw`States.Array('it\'s \{ \} \\')`, String.raw`["it's { } \\"]`],
    ['States.Array(-1, 1.50, 1E+3, true, false, null)', '[-1,1.50,1E+3,true,false,null]'],
  ])('%s', (text, expected) => {
    expect(evaluate(text)).toBe(expected)
  })

  it('says what it reads', () => {
    const value = compileValue("States.Array($b.x, $.a, States.Format('{}{}', $a, $b))")
    expect(value).toMatchObject({ kind: 'intrinsic', variables: ['a', 'b'], readsContext: false, readsInput: true })
    expect(value.path).toBeUndefined()
    expect(compileValue('$$.Task.Token')).toMatchObject({
      kind: 'path',
      variables: [],
      readsContext: true,
      readsInput: false,
    })
    expect(compileValue('$x.y')).toMatchObject({
      kind: 'path',
      variables: ['x'],
      readsContext: false,
      readsInput: false,
    })
    expect(compileValue('$.a').path?.source).toEqual({ kind: 'input' })
    expect(compileValue('States.UUID()')).toMatchObject({
      text: 'States.UUID()',
      readsContext: false,
      readsInput: false,
    })
  })

  it('asks the scope for nothing it does not read', () => {
    const silent: ValueScope = { input: refuse, context: refuse, variable: refuse }
    expect(compileValue("States.Format('{}', 1)").evaluate(silent, chance)).toBe('1')
    expect(compileValue('$x').evaluate({ ...silent, variable: () => 5 }, chance)).toBe(5)
  })

  it('fails on what is not there, naming the path', () => {
    const failing = (text: string) => () => evaluate(text)
    expect(failing('$.missing')).toThrow(PathNotFound)
    expect(failing("States.Format('{}', $.missing)")).toThrow(
      expect.objectContaining({ reason: 'missing', path: '$.missing' }),
    )
    expect(failing('$unset.a')).toThrow(expect.objectContaining({ reason: 'variable', path: '$unset.a' }))
    expect(failing('$unset')).toThrow("The variable '$unset' is not set")
    expect(failing('$.a[9]')).toThrow(expect.objectContaining({ reason: 'index' }))
  })

  it('takes null for an index past the end in an argument', () => {
    expect(evaluate("States.Format('{}', $.a[9])")).toBe('"null"')
    expect(evaluate('States.Array($x.y[1], $.a[0])')).toBe('[null,1]')
  })

  it('evaluates anew each time', () => {
    let count = 0
    const value = compileValue('States.MathAdd($, 1)')
    const counting: ValueScope = { ...scope, input: () => count++ }
    expect([1, 2, 3].map(() => value.evaluate(counting, chance))).toEqual([1, 2, 3])
  })

  it('nests calls ten deep', () => {
    expect(evaluate(nested(10))).toBe(`${'['.repeat(10)}${']'.repeat(10)}`)
    expect(() => compileValue(nested(11))).toThrow('Calls can be nested at most 10 deep')
  })
})

describe('texts that are no value', () => {
  it.each([
    ['', 0, 'Expected a path ($…) or an intrinsic function (States.…)'],
    ['plain', 0, "'plain' is no intrinsic function"],
    ['States.Fromat()', 0, 'Did you mean States.Format?'],
    ['States.format()', 0, 'Did you mean States.Format?'],
    ['States.constructor()', 0, 'is no intrinsic function'],
    ['Math.random()', 0, 'is no intrinsic function'],
    ['States.UUID', 11, "Expected '(' after States.UUID"],
    ['States.UUID(', 12, "Expected a path, a 'text'"],
    ['States.UUID() x', 14, 'Nothing may follow the call'],
    ['States.UUID(1)', 0, 'States.UUID has the wrong number of arguments: 1 instead of 0'],
    ['States.ArrayLength()', 0, 'States.ArrayLength has the wrong number of arguments: 0 instead of 1'],
    ['States.Format()', 0, 'States.Format has the wrong number of arguments: 0 instead of at least 1'],
    ['States.MathRandom(1)', 0, 'States.MathRandom has the wrong number of arguments: 1 instead of 2 to 3'],
    ['States.Array(1,)', 15, "Expected a path, a 'text'"],
    ['States.Array(1 2)', 15, "Expected ',' or ')' after an argument"],
    ['States.Array(01)', 13, "Expected a path, a 'text'"],
    ['States.Array(abc)', 13, "Expected a path, a 'text'"],
    ['States.Array("a")', 13, "Expected a path, a 'text'"],
    ['States.Array([1])', 13, "Expected a path, a 'text'"],
    ["States.Array('a)", 13, "Missing closing '"],
    [String.raw`States.Array('\n')`, 14, 'A backslash must be followed by'],
    // Recorded: AWS refuses this when the machine is created.
    [
      String.raw`States.StringToJson('{"text":"An \"escaped double quote\" here"}')`,
      33,
      'A backslash must be followed by',
    ],
    ["States.Array('\\", 14, 'A backslash must be followed by'],
    ['States.Array($.a b)', 17, "Expected ',' or ')' after an argument"],
    ['States.Array($.)', 15, 'Expected a name after the dot'],
    ['$.', 2, 'Expected a name after the dot'],
    ['States.Array(States.Nope())', 13, "'States.Nope' is no intrinsic function"],
  ])('%j is refused at %i', (text, offset, message) => {
    const compile = () => compileValue(text)
    expect(compile).toThrow(PathSyntaxError)
    expect(compile).toThrow(expect.objectContaining({ offset }))
    expect(compile).toThrow(message)
    expect(isValue(text)).toBe(false)
  })

  it('have a code of their own where the call is wrong', () => {
    expect(() => compileValue('nope')).toThrow(ValueSyntaxError)
    expect(() => compileValue('nope')).toThrow(expect.objectContaining({ code: 'intrinsic.syntax' }))
    expect(isValue('States.UUID()')).toBe(true)
  })

  it('are refused quickly however long they are', () => {
    for (const text of [
      'States.Array('.repeat(10_000),
      `States.Array(${'$.a,'.repeat(100_000)}`,
      `States.${'A'.repeat(1_000_000)}`,
      `States.Array('${String.raw`\\`.repeat(500_000)}`,
      nested(10_000),
    ]) {
      expect(() => compileValue(text)).toThrow(PathSyntaxError)
    }
  })

  it('never make it throw anything else', () => {
    const part = fc.constantFrom(
      "'",
      '\\',
      '{}',
      '(',
      ')',
      ',',
      ' ',
      '$',
      '$.a',
      '$$',
      '$x',
      '1',
      '-',
      'null',
      'States.Array(',
      'States.Format(',
      'States.',
      '[0]',
    )
    const texts = fc.oneof(
      fc.string(),
      fc.array(part, { maxLength: 12 }).map((parts) => `States.Array(${parts.join('')})`),
    )
    fc.assert(
      fc.property(texts, (text) => {
        try {
          compileValue(text)
          return true
        } catch (error) {
          return error instanceof PathSyntaxError && error.offset >= 0 && error.offset <= text.length
        }
      }),
      { numRuns: 3000 },
    )
  })
})

function nested(depth: number): string {
  return `${'States.Array('.repeat(depth)}${')'.repeat(depth)}`
}

function refuse(): Json {
  throw new Error('was asked')
}
