import { describe, expect, it } from 'vitest'
import { createExpressions } from './index.ts'

const expressions = createExpressions()
const nowhere = { result: false, errorOutput: false }
const messages = (source: string, place = nowhere) => expressions.check(source, place).map((fault) => fault.message)

describe('the checker accepts', () => {
  it.each([
    '$states.input',
    '$states',
    '$states.context.Execution.Id',
    '$states.input.items[value > 3]',
    '$states.input.items[$ > 3 and $.x]',
    '$states.input.items^(>price, name)',
    '$states.input.items.{"id": id, "all": $}',
    '$states.input.items{category: $sum(price)}',
    '$states.input.(a + b)',
    '$states.input ~> |orders|{"total": price * quantity}, "price"|',
    '$map($states.input.items, function($item) { $item.price })',
    '$states.input.items.$map(tags, function($tag) { $tag & name })',
    '$undefinedVariable.field',
    '$states.input.items@$i.tags#$n[$n = 0].{"id": $i.id}',
    '$states.`input`',
    '$f := function($x)<s?:n>{ $x }',
    '$match($x, /a??b(?:c)/)',
    '"?? and ?:" & \'??\' /* ?? */ & $x.`a??b`',
  ])('%s', (source) => expect(messages(source)).toEqual([]))
})

describe('the checker refuses what has no context', () => {
  it.each([
    ['phone', 'phone'],
    ['phone.home', 'phone'],
    ['$uppercase(name)', 'name'],
    ['{name: 1}', 'name'],
    ['{"a": [name]}', 'name'],
    ['`full name`', 'full name'],
    ['$', '$'],
    ['$.name', '$'],
    ['$count($)', '$'],
    ['-amount', 'amount'],
    ['true ? a : 1', 'a'],
    ['$map($states.input.a, function($x) { b })', 'b'],
    ['$states.input.a ~> count', 'count'],
    ['($x := field; $x)', 'field'],
    ['and', 'and'],
  ])('%s', (source, name) => {
    expect(messages(source)).toEqual([`Reference to '${name}' at the top level is not supported.`])
  })

  it('names each once, in order', () => {
    expect(expressions.check('b + a + b', nowhere)).toEqual([
      { code: 'UNSUPPORTED_JSONATA_EXPRESSION', message: "Reference to 'b' at the top level is not supported." },
      { code: 'UNSUPPORTED_JSONATA_EXPRESSION', message: "Reference to 'a' at the top level is not supported." },
    ])
  })

  it('says of $$ that it is never there', () => {
    expect(messages('$$')).toEqual(["Reference to '$$' is not supported."])
    expect(messages('$states.input.a[$$.b]')).toEqual(["Reference to '$$' is not supported."])
  })
})

describe('the checker knows which members $states has where', () => {
  it('refuses the result where there is none yet', () => {
    expect(messages('$states.result.Payload')).toEqual(["Field '$states.result' does not exist."])
    expect(messages('$states.result.Payload', { result: true, errorOutput: false })).toEqual([])
  })

  it('refuses the error output outside a catcher', () => {
    expect(messages('$states.errorOutput.Cause')).toEqual(["Field '$states.errorOutput' does not exist."])
    expect(messages('$states.errorOutput.Cause', { result: false, errorOutput: true })).toEqual([])
  })

  it('refuses members that $states never has, deep inside too', () => {
    expect(messages('$map([1], function($x) { $states.inputs })')).toEqual(["Field '$states.inputs' does not exist."])
  })
})

describe('the checker reports what does not parse in the words of jsonata', () => {
  it.each([
    ['', 'Unexpected end of expression'],
    ['1 +', 'Unexpected end of expression'],
    ['$x :=', 'Unexpected end of expression'],
    ['a[1,2)', 'Expected "]", got ","'],
    ['"unterminated', 'String literal must be terminated by a matching quote'],
    ['{"a":}', 'The symbol "}" cannot be used as a unary operator'],
    ['$match("a", /abc', 'No terminating / in regular expression'],
    ['$match("a", //)', 'Empty regular expressions are not allowed'],
    ['/* no end', 'Comment has no closing tag'],
    ['`no end', 'Quoted property name must be terminated with a backquote (`)'],
    ['1e999', 'Number out of range: "1e999"'],
    ['%', "The object representing the 'parent' cannot be derived from this expression"],
    ['$a b', 'Syntax error: "b"'],
  ])('%s', (source, message) => {
    expect(expressions.check(source, nowhere)).toEqual([{ code: 'INVALID_JSONATA_EXPRESSION', message }])
  })

  it('and a regular expression that the platform refuses in its words', () => {
    expect(messages('$match("a", /a{2,1}/)')).toEqual([
      expect.stringMatching(/^Invalid regular expression: \/a\{2,1\}\//),
    ])
  })
})

describe('the variables of an expression', () => {
  it.each([
    ['$b + $a.x[$c]', ['a', 'b', 'c']],
    ['$a + $a', ['a']],
    ['$sum($items.price)', ['items']],
    ['$states.input.a', []],
    ['$map($list, function($item, $i) { $item * $factor + $i })', ['factor', 'list']],
    ['($x := $y; $x + $z)', ['y', 'z']],
    ['($x := $x + 1; $x)', ['x']],
    ['($f := function($n) { $n = 0 ? 1 : $f($n - 1) }; $f($start))', ['start']],
    ['($even := function($n) { $odd($n) }; $odd := function($n) { $even($n) }; $even(2))', []],
    ['($x := 1) + $x', ['x']],
    ['$states.input.items@$i.tags#$n.($i.id + $n + $offset)', ['offset']],
    ['$partition($hash($a, $uuid()), $random())', ['a']],
    ['$now() & $eval', []],
    ['$not_a_function($ünïcode)', ['not_a_function', 'ünïcode']],
    ['1 +', []],
  ])('%s', (source, names) => expect(expressions.variables(source)).toEqual(names))
})
