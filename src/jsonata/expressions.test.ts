import { describe, expect, it } from 'vitest'
import type { Bindings, Outcome } from '../asl/index.ts'
import { seededChance } from './chance.ts'
import { createExpressions } from './index.ts'

const expressions = createExpressions({ stopwatch: () => 0 })
const chance = () => seededChance(Date.UTC(2026, 0, 2, 3, 4, 5, 678), [1, 2, 3, 4])

const bindings: Bindings = {
  input: '{"name":"Ada","items":[{"id":1,"price":2},{"id":2,"price":5}],"none":null,"one":[7]}',
  context: '{"State":{"Name":"Pay"}}',
  variables: new Map([
    ['total', '12.50'],
    ['list', '[1,2,3]'],
  ]),
}

function evaluate(source: string, given: Partial<Bindings> = {}): Outcome {
  return expressions.evaluate(source, { ...bindings, ...given }, chance())
}

const value = (text: string): Outcome => ({ kind: 'value', text })
const failed = (detail: string): Outcome => ({ kind: 'failed', detail })
const nothing: Outcome = { kind: 'nothing' }
const unsupported: Outcome = { kind: 'unsupported' }

describe('an expression', () => {
  it.each([
    ['$states.input.name', value('"Ada"')],
    ['$states.input.items.price', value('[2,5]')],
    ['$states.input.items[price > 3].id', value('2')],
    ['$sum($states.input.items.(id * price))', value('12')],
    ['$states.context.State.Name', value('"Pay"')],
    ['$total + 1', value('13.5')],
    ['$list[-1]', value('3')],
    ['$states.input.none', value('null')],
    ['$states.input.one', value('[7]')],
    ['{"b": 1, "a": $states.input.missing, "c": [ ]}', value('{"b":1,"c":[]}')],
    ['\'single\' & "double"', value('"singledouble"')],
    ['$states', value(`{"input":${bindings.input},"context":${bindings.context}}`)],
    ['$variable := 1', value('1')],
    ['$contains("hello$world", /^hello\\ /)', value('false')],
  ])('%s', (source, outcome) => expect(evaluate(source)).toEqual(outcome))

  it.each([
    '$states.context.State.Name',
    '$states.context.`State`.Name & $states.context.Execution.Id',
    '$states.context.Missing.Name',
    '$keys($states.context)',
    '$states.context.*.Name',
    '$states.context[State.Name = "Pay"].Execution.Id',
    '$states.context.(State.Name)',
    '$states.context@$c.($c.Execution.Id)',
    '($c := $states.context; $c.Execution.Id)',
    '$states.context.State.(%.Execution.Id)',
    '$states.input.one.(%.%.context.Execution.Id)',
    '$states.context{"a": Execution.Id}',
    '$states.**.Id',
    '$states',
  ])('sees the same of a context that comes member by member: %s', (source) => {
    const members = new Map([
      ['Execution', '{"Id":"e1","Input":{"n":12345678901234567890}}'],
      ['State', '{"Name":"Pay"}'],
    ])
    const context = `{${[...members].map(([name, text]) => `"${name}":${text}`).join()}}`
    const whole = evaluate(source, { context })
    expect(evaluate(source, { context, contextMembers: members })).toEqual(whole)
  })

  it('does not make the whole context for one of its members', () => {
    const careful: Bindings = {
      ...bindings,
      get context(): string {
        throw new Error('the whole context was made')
      },
      contextMembers: new Map([['State', '{"Name":"Pay"}']]),
    }
    for (const source of ['$states.context.State.Name', '$states.input.name', '$total']) {
      expect(expressions.evaluate(source, careful, chance()).kind).toBe('value')
    }
  })

  it('sees the result where there is one, and an error output where there is one', () => {
    expect(evaluate('$states.result.ok', { result: '{"ok":true}' })).toEqual(value('true'))
    expect(evaluate('$states.errorOutput.Error', { errorOutput: '{"Error":"Bang"}' })).toEqual(value('"Bang"'))
    expect(evaluate('$states.result')).toEqual(nothing)
  })

  it.each([
    ['$states.input.missing', nothing],
    ['$nobody', nothing],
    ['$states.input.items[price > 100]', nothing],
    ['$string', unsupported],
    ['function($x) { $x }', unsupported],
    ['/a+/', unsupported],
    ['{"inside": [$sum]}', unsupported],
  ])('%s comes to no JSON', (source, outcome) => expect(evaluate(source)).toEqual(outcome))

  it.each([
    ['1/0', '"Infinity"'],
    ['-1/0', '"-Infinity"'],
    ['0/0', '"NaN"'],
    ['[1/0, {"k": 0/0}]', '["Infinity",{"k":"NaN"}]'],
    ['1e308 * 10', '"Infinity"'],
    ['0.1 + 0.2', '0.30000000000000004'],
    ['$states.input.items[0].id * 1.0', '1'],
  ])('%s is written as %s', (source, text) => expect(evaluate(source)).toEqual(value(text)))

  it('hands an id beyond 2^53 through as it was written', () => {
    const input = '{"id":9007199254740993,"ids":[-9223372036854775808,12],"text":"{\\"n\\":1152921504606846977}"}'
    expect(evaluate('$states.input.id', { input })).toEqual(value('9007199254740993'))
    expect(evaluate('{"copy": $states.input.ids}', { input })).toEqual(value('{"copy":[-9223372036854775808,12]}'))
    expect(evaluate('$parse($states.input.text).n', { input })).toEqual(value('1152921504606846977'))
  })

  it('rounds ids beyond 2^53 where two of them became the same double', () => {
    const input = '[1152921504606846977,1152921504606846978]'
    expect(evaluate('$states.input[0]', { input })).toEqual(value('1152921504606847000'))
  })

  it('does not remember the ids of an expression before it', () => {
    evaluate('$states.input', { input: '9007199254740993' })
    expect(evaluate('9007199254740992')).toEqual(value('9007199254740992'))
  })

  it('gives a variable precedence over a function of its name', () => {
    expect(evaluate('$count', { variables: new Map([['count', '4']]) })).toEqual(value('4'))
    expect(evaluate('$count([1,2])')).toEqual(value('2'))
  })

  it('leaves the values it was given as they were', () => {
    const input = '{"a":[3,1,2]}'
    expect(evaluate('$states.input ~> |$|{"a": "changed"}|', { input })).toEqual(value('{"a":"changed"}'))
    expect(evaluate('$sort($states.input.a)', { input })).toEqual(value('[1,2,3]'))
    expect(evaluate('$states.input.a[]', { input })).toEqual(value('[3,1,2]'))
    expect(evaluate('$states.input', { input })).toEqual(value(input))
  })

  it('reads names of object prototypes as ordinary names', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(evaluate(`$states.input.${name}`)).toEqual(nothing)
      expect(evaluate(`$${name}`)).toEqual(nothing)
      expect(evaluate(`$lookup($states.input, "${name}")`)).toEqual(nothing)
      expect(evaluate(`$states.input.${name}`, { input: `{"${name}":1}` })).toEqual(value('1'))
    }
    expect(evaluate('$merge([{"__proto__": {"polluted": 1}}]) ~> $keys()')).toEqual(value('"__proto__"'))
    expect(evaluate('{}.polluted')).toEqual(nothing)
  })
})

describe('the functions that AWS adds', () => {
  it.each([
    ['$partition([1,2,3,4], 2)', value('[[1,2],[3,4]]')],
    ['$partition([1,2,3,4,5], 2.9)', value('[[1,2],[3,4],[5]]')],
    ['$partition([0], 5)', value('[[0]]')],
    ['$partition([1,2,3])', value('[[1,2,3]]')],
    ['$partition([], 2)', nothing],
    ['$partition([1,2], 0)', nothing],
    ['$partition([1,2], -0.5)', nothing],
    ['$partition([1,2], -1)', failed('. D3137: Second argument must be zero or greater')],
    ['$range(0, 6, 2)', value('[0,2,4,6]')],
    ['$range(0, 10, 3)', value('[0,3,6,9]')],
    ['$range(10, 0, -5)', value('[10,5,0]')],
    ['$range(-1.7, 2, 1)', value('[-1,0,1,2]')],
    ['$range(5, 1, -1.5)', value('[5,4,3,2,1]')],
    ['$range(1, 9, 9)', value('1')],
    ['$range(5, 1, 1)', nothing],
    ['$range(1, 5, 0)', nothing],
    ['$range(1, 5)', nothing],
    ['$range(1)', failed('. T0410: Argument 2 of function "range" does not match function signature')],
    ['$hash("input", "SHA-1")', value('"140f86aae51ab9e1cda9b4254fe98a74eb54c1a1"')],
    ['$hash("Hello", "MD5")', value('"8b1a9953c4611296a827abf8c47804d7"')],
    ['$hash("ñ", "MD5")', value('"94e9342ecbb1458b6043ecd3bfcbc192"')],
    ['$hash("Hello")', nothing],
    ['$hash(42, "MD5")', failed('. T0410: Argument 1 of function "hash" does not match function signature')],
    ['$random(42)', value('0.7275636800328681')],
    ['$random(0)', value('0.730967787376657')],
    ['$random(7.9)', value('0.7306990420600421')],
    ['$random(1, 2)', failed('. T0410: Argument 2 of function "random" does not match function signature')],
    ['$parse("{\\"a\\":1}").a', value('1')],
    ['$parse("1.0")', value('1')],
    ['$parse("null")', value('null')],
    ['$parse()', nothing],
    ['$parse(null)', failed('. T0410: Argument 1 of function "parse" does not match function signature')],
    ['$map(["[1]", "[2]"], $parse)', value('[[1],[2]]')],
    ['$uuid("x")', failed('. T0410: Argument 1 of function "uuid" does not match function signature')],
    ['$eval("1+1")', failed('. T1006: Attempted to invoke a non-function')],
  ])('%s', (source, outcome) => expect(evaluate(source)).toEqual(outcome))

  it.each(['', '  ', 'not json', '{"a":1}{"b":2}', "{'a':1}"])('$parse refuses %j as no JSON', (text) => {
    const outcome = evaluate('$parse($states.input)', { input: JSON.stringify(text) })
    expect(outcome).toEqual(failed(expect.stringMatching(/^\. D3137: Invalid JSON: \w/)))
  })

  it('$hash names the algorithms it has when it is asked for another', () => {
    const detail = '. D3137: Unsupported hash algorithm: md5. Supported: MD5, SHA-1, SHA-256, SHA-384, SHA-512'
    expect(evaluate('$hash("Hello", "md5")')).toEqual(failed(detail))
  })
})

describe('time and chance', () => {
  it('come from outside', () => {
    expect(evaluate('$now()')).toEqual(value('"2026-01-02T03:04:05.678Z"'))
    expect(evaluate('$millis()')).toEqual(value(String(Date.UTC(2026, 0, 2, 3, 4, 5, 678))))
    expect(evaluate('$now("[Y]-[M01]", "+0300")')).toEqual(value('"2026-01"'))
    expect(evaluate('$toMillis("12:00", "[H]:[m]")')).toEqual(value(String(Date.UTC(2026, 0, 2, 12, 0))))
    expect(evaluate('$uuid()')).toEqual(value(expect.stringMatching(/^"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/)))
  })

  it.each(['$random()', '$uuid()', '$shuffle([1..50])', '[$random(), $random(), $uuid()]', '$now()'])(
    '%s is the same again with the same chance',
    (source) => expect(evaluate(source)).toEqual(evaluate(source)),
  )

  it('differ within one evaluation', () => {
    expect(evaluate('$random() = $random() or $uuid() = $uuid()')).toEqual(value('false'))
  })

  it('are asked only while an expression runs', () => {
    expect(evaluate('$shuffle([1..5])')).not.toEqual(value('[1,2,3,4,5]'))
    expect(expressions.check('$random()', { result: false, errorOutput: false })).toEqual([])
  })
})

describe('a failing expression', () => {
  it.each([
    ['1 + "a"', '. T2002: The right side of the "+" operator must evaluate to a number'],
    ['1 < "a"', '. T2009: The values 1 and "a" either side of operator "<" must be of the same data type'],
    ['$sum(["a"])', '. T0412: Argument 1 of function "sum" must be an array of "numbers"'],
    ['$sqrt(-1)', '. D3060: The sqrt function cannot be applied to a negative number: -1'],
    ['$error("no stock")', '. D3137: no stock'],
    ['$assert(false, "must hold")', '. D3141: must hold'],
    ['$nobody()', '. T1006: Attempted to invoke a non-function'],
    ['$number("x")', '. D3030: Unable to cast value to a number: "x"'],
    ['1 +', '. S0207: Unexpected end of expression'],
    [
      '$parseInteger("12", "[")',
      '. D3130: Formatting or parsing an integer as a sequence starting with "[" is not supported by this implementation',
    ],
  ])('%s says %s', (source, detail) => expect(evaluate(source)).toEqual(failed(detail)))

  it('leaves nothing behind for the next one', () => {
    expect(evaluate('$map([1,2,3], function($x) { $error("boom") })')).toEqual(failed('. D3137: boom'))
    expect(evaluate('$map([1,2,3], function($x) { $x })')).toEqual(value('[1,2,3]'))
  })
})
