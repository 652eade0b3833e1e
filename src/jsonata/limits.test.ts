import { describe, expect, it } from 'vitest'
import { type Bindings, type Outcome, SlowExpression } from '../asl/index.ts'
import { seededChance } from './chance.ts'
import { createExpressions } from './index.ts'
import { limitDetails } from './limits.ts'

const items = Array.from({ length: 3_000 }, (_, id) => ({ id, name: `name ${id}`, tags: ['a', 'b'] }))
const input = JSON.stringify({ items, text: 'a'.repeat(200_000), deep: JSON.parse('['.repeat(900) + ']'.repeat(900)) })
const bindings: Bindings = { input, context: '{}', variables: new Map() }

/** Each step of an evaluation takes ten microseconds, on every machine. */
function evaluate(source: string, given: Bindings = bindings): Outcome | 'slow' {
  let now = 0
  const expressions = createExpressions({ stopwatch: () => (now += 0.01) })
  try {
    return expressions.evaluate(source, given, seededChance(0, [1, 2, 3, 4]))
  } catch (error) {
    if (error instanceof SlowExpression) return 'slow'
    throw error
  }
}

const memory: Outcome = { kind: 'failed', detail: limitDetails.memory }
const stack: Outcome = { kind: 'failed', detail: limitDetails.stack }

describe('the depth AWS allows', () => {
  const recursion = (depth: number): string => `($f := function($x) { $x <= 0 ? 0 : 1 + $f($x - 1) }; $f(${depth}))`

  it.each([
    ['a sum', (n: number) => `1${'+1'.repeat(n - 1)}`, 100],
    ['parentheses', (n: number) => '('.repeat(n) + '1' + ')'.repeat(n), 99],
    ['brackets', (n: number) => '['.repeat(n) + '1' + ']'.repeat(n), 99],
    ['a chain of functions', (n: number) => `1${' ~> $string'.repeat(n)}`, 99],
    ['a recursion', recursion, 31],
  ])('of %s', (_, nested, most) => {
    expect(evaluate(nested(most))).toMatchObject({ kind: 'value' })
    expect(evaluate(nested(most + 1))).toEqual(stack)
  })

  it('is not used up by the items of a literal, nor by its members', () => {
    const numbers = Array.from({ length: 500 }, (_, i) => i)
    expect(evaluate(`$count([${numbers.join(',')}])`)).toEqual({ kind: 'value', text: '500' })
    expect(evaluate(`{${numbers.map((i) => `"k${i}": ${i}`).join(',')}}.k499`)).toEqual({ kind: 'value', text: '499' })
    expect(evaluate('$states.input.items{$string(id): name}.`2999`')).not.toEqual(stack)
  })

  it('lets a tail call go on', () => {
    const source = '($f := function($n) { $n = 0 ? "done" : $f($n - 1) }; $f(120))'
    expect(evaluate(source)).toEqual({ kind: 'value', text: '"done"' })
  })
})

describe('the memory AWS allows', () => {
  it.each([
    '[1..873783]',
    '[1..10000001]',
    '$range(1, 360146, 1)',
    '$range(1, 1000000000000, 1)',
    '$pad("x", 10000000)',
    '$pad("x", -1e300)',
  ])('is exceeded by %s, which is known at once', (source) => expect(evaluate(source)).toEqual(memory))

  it.each([
    '$count([1..873782])',
    '$join([1..100].$states.input.text)',
    '$range(1, 360145, 1)',
    '$reduce([1..30], function($a, $b) { $a & $a }, "xxxx")',
    '($f := function($x) { $f($x & $x) }; $f("a"))',
    '($f := function($x) { $f([[$x], [$x]]) }; $f(1))',
    '($f := function($x) { $f({"a": $x, "b": $x}) }; $f(1))',
    '($f := function($x) { $f($append($x, $x)) }; $f([1]))',
    '$reduce([1..40], function($a, $b) { {"a": $a, "b": $a} }, 1) & ""',
    '($x := $reduce([1..40], function($a, $b) { [[$a], [$a]] }, 1); $x = $x)',
    '$reduce([1..40], function($a, $b) { [[$a], [$a]] }, 1).foo',
    '$reduce([1..30], function($a, $b) { $zip($a, $a) }, [[1,2],[3,4]])',
    '$string([1..30000].$states.input.items)',
    '$string($states.input.deep, true) & $string([1..2000].$states.input.deep, true)',
    '[1..1000].[1..1000].[1..1000]',
    '$split($states.input.text, "")',
    '$replace($states.input.text, "a", $states.input.text)',
    '$fromMillis(0, "[Y,9999999-9999999]")',
    '$formatInteger(1000000000, "I")',
  ])('is not tried out inline by %s', (source) => expect(evaluate(source)).toBe('slow'))
})

describe('the inline time', () => {
  it.each([
    '($f := function($x) { $f($x + 1) }; $f(1))',
    '$map([1..3000], function($i) { $map([1..3000], function($j) { $i * $j }) })',
    '$distinct([1..30000])',
    '$sort([1..30000])',
    '$spread($states.input.items)',
    '$states.input.items[$states.input = $states.input]',
    '$contains("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", /^(?=a)(a+)+$/)',
    '$contains("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", /^(a+)+\\1$/)',
    '$toMillis($states.input.text, "[Yw][Mw][Dw]")',
  ])('does not suffice for %s', (source) => expect(evaluate(source)).toBe('slow'))

  it.each([
    ['$contains($states.input.text, /(a+)+$/)', 'true'],
    ['$contains($states.input.text, /(a+)+b/)', 'false'],
    ['$contains($states.input.text, /(a|aa)+c/)', 'false'],
    ['$contains("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", /(.*)(.*)(.*)(.*)x/)', 'false'],
  ])('suffices for %s', (source, text) => expect(evaluate(source)).toEqual({ kind: 'value', text }))

  it('is not up because the machine was busy once', () => {
    const pauses = [0, 100]
    const expressions = createExpressions({ stopwatch: () => pauses.shift() ?? 101 })
    const outcome = expressions.evaluate('1 + 1', bindings, seededChance(0, [0, 0, 0, 0]))
    expect(outcome).toEqual({ kind: 'value', text: '2' })
  })

  it('is not spent on more text than can be read in it', () => {
    const large = { ...bindings, input: JSON.stringify('x'.repeat(2_000_000)) }
    expect(evaluate('$length($states.input)', large)).toBe('slow')
    expect(evaluate('$states.context', large)).toEqual({ kind: 'value', text: '{}' })
  })
})

describe('a hostile expression text', () => {
  const { check } = createExpressions()
  const place = { result: false, errorOutput: false }

  it.each([
    ['10,000 parentheses', '('.repeat(10_000) + '1' + ')'.repeat(10_000)],
    ['10,000 brackets', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['60,000 additions', `1${'+1'.repeat(60_000)}`],
    ['100,000 minus signs', `${'-'.repeat(100_000)}1`],
    ['10,000 functions', `${'function($x){'.repeat(9_000)}1${'}'.repeat(9_000)}`],
    ['10,000 conditions', `${'$a ? '.repeat(10_000)}1`],
  ])('of %s is refused for its nesting', (_, source) => {
    expect(check(source, place)).toEqual([
      { code: 'INVALID_JSONATA_EXPRESSION', message: 'The expression is nested deeper than 1000 levels' },
    ])
    expect(evaluate(source)).toEqual({ kind: 'failed', detail: ': The expression is nested deeper than 1000 levels' })
  })

  it('of a million characters is refused for its length', () => {
    expect(check(`"${'x'.repeat(1_000_000)}"`, place)).toEqual([
      { code: 'INVALID_JSONATA_EXPRESSION', message: 'The expression has 1000002 characters; 131072 are accepted' },
    ])
  })

  it('does not grow by operators that newer versions copy their left side for', () => {
    expect(check(`$a${'??$a'.repeat(60)}`, place)).toHaveLength(1)
    expect(check(`$a${' ?: $a'.repeat(60)}`, place)).toHaveLength(1)
  })
})

describe('a result', () => {
  it('nested deeper than a payload may be is refused', () => {
    const deep = { ...bindings, input: '{"v":' + '['.repeat(990) + ']'.repeat(990) + '}' }
    const wrapped = `${'{"a": '.repeat(20)}$states.input.v${'}'.repeat(20)}`
    expect(evaluate(wrapped, deep)).toEqual({ kind: 'failed', detail: limitDetails.nesting })
  })
})

describe('what is kept of compiled expressions', () => {
  it('does not depend on how many there were', () => {
    const expressions = createExpressions()
    const run = (i: number) => expressions.evaluate(`${i} + 1`, bindings, seededChance(0, [0, 0, 0, 0]))
    for (let i = 0; i < 2_500; i++) expect(run(i)).toEqual({ kind: 'value', text: String(i + 1) })
    expect(run(0)).toEqual({ kind: 'value', text: '1' })
  })
})
