/** Definitions that mean harm: whatever they are, an answer comes, it is bounded, and the work grows with the text only. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkDefinition, describeDiagnostics, variableReferences } from './definition.ts'
import { fakeExpressions } from './expressions.fake.ts'
import { maxDiagnostics } from './report.ts'
import { stateShapes } from './states.ts'

const check = (text: string, type: 'STANDARD' | 'EXPRESS' = 'STANDARD') =>
  checkDefinition(text, { type, expressions: fakeExpressions })

const checkValue = (definition: unknown) => check(JSON.stringify(definition))

/** Keys that mean something to the checker or to JavaScript, so that random values reach the checks behind them. */
const words = [
  ...new Set(Object.values(stateShapes).flatMap(({ fields }) => [...fields.keys()])),
  ...'StartAt States A B ProcessorConfig Mode ErrorEquals Variable And Not Condition ReaderConfig'.split(' '),
  ...'RoleArn RoleArn.$ x.$ .$ __proto__ constructor toString states'.split(' '),
  '',
]
const texts = [
  ...Object.keys(stateShapes),
  ...'A B JSONata JSONPath DISTRIBUTED States.ALL $ $.a $$.b $x $..* {% %} {%% {%%} {%$x%} __proto__'.split(' '),
  ...'arn:aws:states::: arn:aws:states:::lambda:invoke.sync 2020-01-01T00:00:00Z'.split(' '),
  "States.Format('",
  '\u0000',
  '\ud800',
  '🚢',
  '',
]

const anyDefinition = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom(...texts),
    fc.jsonValue(),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom(...words), tie('value'), { maxKeys: 8 }),
})).object

const states = fc.dictionary(
  fc.constantFrom('A', 'B', 'C'),
  fc.tuple(fc.constantFrom(...Object.keys(stateShapes)), anyDefinition).map(([Type, rest]) => ({ ...rest, Type })),
  { maxKeys: 3 },
)

describe('any JSON at all', () => {
  it('is answered, never with an exception', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          anyDefinition,
          states.map((all) => ({ StartAt: 'A', States: all })),
        ),
        (definition) => {
          const text = JSON.stringify(definition)
          for (const type of ['STANDARD', 'EXPRESS'] as const) {
            const found = check(text, type)
            expect(found.every(({ message, location }) => message !== '' && location !== '')).toBe(true)
            expect(describeDiagnostics(found)).toContain('Invalid State Machine Definition')
          }
          for (const names of variableReferences(text, fakeExpressions).values())
            expect(names).toEqual([...names].toSorted())
        },
      ),
      { numRuns: 3000, seed: 7 },
    )
  })

  it('is answered when the text is no JSON', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), fc.nat(40), (text, cut) => {
        expect(check(text.slice(0, text.length - cut))).toBeInstanceOf(Array)
      }),
      { numRuns: 1000, seed: 7 },
    )
  })
})

describe('a definition that is too deep', () => {
  it.each([
    ['arrays', (depth: number) => '['.repeat(depth)],
    ['objects', (depth: number) => '{"a":'.repeat(depth)],
    ['scopes', (depth: number) => '{"StartAt":"A","States":{"A":{"Type":"Parallel","Branches":['.repeat(depth)],
  ])('is refused with its place when %s nest 10,000 deep', (_, nest) => {
    const [found] = check(nest(10_000))
    expect(found?.code).toBe('INVALID_JSON_DESCRIPTION')
    expect(found?.message).toContain('nesting depth (1001) exceeds the maximum allowed (1000)')
    expect(found?.location).toMatch(/line: 1, column: \d+\]$/)
  })

  it('is checked to the bottom when it is just not too deep', () => {
    let state: object = { Type: 'Nope' }
    for (let i = 0; i < 240; i++) {
      state = { Type: 'Map', ItemProcessor: { StartAt: `S${i}`, States: { [`S${i}`]: state } }, End: true }
    }
    const found = checkValue({ StartAt: 'Top', States: { Top: state } })
    expect(found).toHaveLength(1)
    expect(found[0]?.location).toMatch(/^\/States\/Top\/ItemProcessor\/States\/S239\/.*\/States\/S0\/Type$/)
  })

  it('is checked when rules or templates nest deep', () => {
    let rule: object = { Variable: '$.a', IsNull: true }
    let value: object = { 'bottom.$': 'no path' }
    for (let i = 0; i < 400; i++) {
      rule = { Not: rule }
      value = { v: [value] }
    }
    const found = checkValue({
      StartAt: 'A',
      States: {
        A: { Type: 'Choice', Choices: [{ ...rule, Next: 'B' }], Default: 'B' },
        B: { Type: 'Pass', Parameters: value, End: true },
      },
    })
    expect(found.map(({ message }) => message)).toEqual([
      "The value for the field 'bottom.$' must be a valid JSONPath or a valid intrinsic function call",
    ])
  })
})

describe('a definition that is too much', () => {
  it('says at most so many things, and shortens the names it quotes', () => {
    const name = 'n'.repeat(100_000)
    const states = Object.fromEntries(
      Array.from({ length: 5000 }, (_, i) => [`S${i}`, { Type: 'Pass', [i === 0 ? name : 'Nope']: 1, End: true }]),
    )
    const found = checkValue({ StartAt: 'S0', States: { ...states, [name]: { Type: 'Pass', Nope: 1, End: true } } })
    expect(found).toHaveLength(maxDiagnostics)
    expect(Math.max(...found.map(({ message, location }) => message.length + (location?.length ?? 0)))).toBeLessThan(
      1000,
    )
  })

  it('finds the error behind thousands of warnings', () => {
    const Parameters = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`k${i}`, '$.a']))
    const found = checkValue({ StartAt: 'A', States: { A: { Type: 'Pass', Parameters, Next: 'Nope' } } })
    expect(found.filter(({ severity }) => severity === 'WARNING')).toHaveLength(maxDiagnostics)
    expect(found.filter(({ severity }) => severity === 'ERROR').map(({ code }) => code)).toEqual([
      'MISSING_TRANSITION_TARGET',
      'MISSING_END_STATE',
    ])
  })

  it('shows the end of a place that is too long', () => {
    let state: object = { Type: 'Nope' }
    for (let i = 0; i < 100; i++) {
      const name = `${'n'.repeat(190)}${i}`
      state = { Type: 'Map', ItemProcessor: { StartAt: name, States: { [name]: state } }, End: true }
    }
    const location = checkValue({ StartAt: 'Top', States: { Top: state } }).at(-1)?.location ?? ''
    expect(location.length).toBeLessThan(8300)
    expect(location).toMatch(/^….*n0\/Type$/)
  })

  /** How often each size is touched tells growth without a clock: expression checks stand for work done. */
  const touches = (definition: unknown): number => {
    let calls = 0
    const counting = { check: () => (calls++, []), variables: () => (calls++, []) }
    checkDefinition(JSON.stringify(definition), { type: 'STANDARD', expressions: counting })
    return calls
  }

  it('looks at every expression once, and once more only inside a distributed processor', () => {
    const values = Array.from({ length: 1000 }, () => '{% $x %}')
    const inner = { Type: 'Pass', QueryLanguage: 'JSONata', Output: values, End: true }
    expect(touches({ StartAt: 'A', States: { A: inner } })).toBe(1000)
    const processor = {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'I',
      States: { I: inner },
    }
    expect(touches({ StartAt: 'A', States: { A: { Type: 'Map', ItemProcessor: processor, End: true } } })).toBe(2000)
  })

  it('accepts thousands of states in a row, and finds the one that is not reached', () => {
    const count = 8000
    const row = Array.from({ length: count }, (_, i) => [
      `S${i}`,
      i === count - 1 ? { Type: 'Succeed' } : { Type: 'Pass', Next: `S${i + 1}` },
    ])
    expect(checkValue({ StartAt: 'S0', States: Object.fromEntries(row) })).toEqual([])
    expect(checkValue({ StartAt: 'S1', States: Object.fromEntries(row) }).map(({ location }) => location)).toEqual([
      '/States/S0',
    ])
  })

  it('gives up looking for outer assignments before it has followed states × states transitions', () => {
    const count = 2500
    const states: Record<string, object> = {}
    for (let i = 0; i < count; i++) {
      states[`P${i}`] = {
        Type: 'Parallel',
        Branches: [{ StartAt: `I${i}`, States: { [`I${i}`]: { Type: 'Pass', Assign: { last: 1 }, End: true } } }],
        Next: i === count - 1 ? 'Last' : `P${i + 1}`,
      }
    }
    states['Last'] = { Type: 'Pass', Assign: { last: 1 }, End: true }
    expect(checkValue({ StartAt: 'P0', States: states })).toEqual([])
  })
})
