import { describe, expect, it } from 'vitest'
import { compileMachine } from './index.ts'

const state = (body: object): object => ({ StartAt: 'A', States: { A: body } })
const compile = (definition: unknown): ReturnType<typeof compileMachine> => compileMachine(JSON.stringify(definition))
const end = { End: true }

describe('compiling', () => {
  it('numbers states and scopes in an order that stored executions rely on: a scope’s own states first, then what is below', () => {
    const scope = (...names: string[]): object => ({
      StartAt: names[0],
      States: Object.fromEntries(names.map((name) => [name, { Type: 'Succeed' }])),
    })
    const machine = compile({
      StartAt: 'P',
      States: {
        P: { Type: 'Parallel', Branches: [scope('B1', 'B2'), scope('C')], Next: 'M' },
        M: { Type: 'Map', Iterator: scope('I'), Next: 'Z' },
        Z: { Type: 'Succeed' },
      },
    })
    expect(machine.states.map(({ id, name }) => [id, name])).toEqual([
      [0, 'P'],
      [1, 'M'],
      [2, 'Z'],
      [3, 'B1'],
      [4, 'B2'],
      [5, 'C'],
      [6, 'I'],
    ])
    expect(machine.scopes).toEqual([
      { id: 0, startAt: 0 },
      { id: 1, startAt: 3 },
      { id: 2, startAt: 5 },
      { id: 3, startAt: 6 },
    ])
    expect(machine.root).toBe(machine.scopes[0])
    expect(machine.usesActivities).toBe(false)
  })

  it('gives nested states the language of the machine, not of the state around them', () => {
    const inner = { StartAt: 'I', States: { I: { Type: 'Pass', ...end } } }
    const machine = compile({
      StartAt: 'M',
      States: { M: { Type: 'Map', QueryLanguage: 'JSONata', ItemProcessor: inner, ...end } },
    })
    expect(machine.states.map(({ jsonata }) => jsonata)).toEqual([true, false])
    const all = compile({
      QueryLanguage: 'JSONata',
      StartAt: 'M',
      States: { M: { Type: 'Map', ItemProcessor: inner, ...end } },
    })
    expect(all.states.map(({ jsonata }) => jsonata)).toEqual([true, true])
  })

  it('knows the old names of a Map’s fields', () => {
    const inner = { StartAt: 'I', States: { I: { Type: 'Pass', ...end } } }
    const [map] = compile(
      state({ Type: 'Map', Iterator: inner, Parameters: { x: 1 }, ItemsPath: '$.l', ...end }),
    ).states
    expect(map).toMatchObject({
      distributed: undefined,
      itemSelector: ['{"x":1}'],
      items: { text: '$.l' },
      processor: 1,
    })
    const distributed = { ...inner, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } }
    expect(compile(state({ Type: 'Map', ItemProcessor: distributed, ...end })).states[0]).toMatchObject({
      distributed: { label: 'A-0', executionType: 'STANDARD' },
    })
  })

  it('fills in what Retry leaves out', () => {
    const Retry = [
      { ErrorEquals: ['A'] },
      {
        ErrorEquals: ['B'],
        IntervalSeconds: 0,
        MaxAttempts: 0,
        BackoffRate: 1.5,
        MaxDelaySeconds: 9,
        JitterStrategy: 'FULL',
      },
    ]
    const [task] = compile(state({ Type: 'Parallel', Branches: [], Retry, ...end })).states
    expect(task).toMatchObject({
      retriers: [
        {
          errors: ['A'],
          intervalSeconds: 1,
          maxAttempts: 3,
          backoffRate: 2,
          maxDelaySeconds: Infinity,
          fullJitter: false,
        },
        { errors: ['B'], intervalSeconds: 0, maxAttempts: 0, backoffRate: 1.5, maxDelaySeconds: 9, fullJitter: true },
      ],
      catchers: [],
    })
  })

  it('reads numbers however they are spelled', () => {
    const text =
      '{"TimeoutSeconds":3e1,"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:lambda:a:1:function:f","TimeoutSeconds":2.0e1,"End":true}}}'
    const machine = compileMachine(text)
    expect(machine.timeoutSeconds).toBe(30)
    expect(machine.states[0]).toMatchObject({ timeout: { kind: 'literal', value: 20 } })
  })

  it('joins the literal stretches of a template, and tells where its expressions stand', () => {
    const [pass] = compile({
      QueryLanguage: 'JSONata',
      ...state({ Type: 'Pass', Output: { a: [1, '{%  x  %}'], 'b/c': '{%%}', d: '{% no' }, ...end }),
    }).states
    expect(pass).toMatchObject({
      output: [
        '{"a":[1,',
        { source: 'x', location: 'Output/a[1]' },
        '],"b/c":',
        { source: '', location: 'Output/b/c' },
        ',"d":"{% no"}',
      ],
    })
  })

  it('takes `$` for what needs no looking up', () => {
    const [pass] = compile(state({ Type: 'Pass', InputPath: '$', ResultPath: '$', OutputPath: '$', ...end })).states
    expect(pass).toMatchObject({ inputPath: undefined, resultPath: undefined, outputPath: undefined })
    const [none] = compile(state({ Type: 'Pass', InputPath: null, ResultPath: null, OutputPath: null, ...end })).states
    expect(none).toMatchObject({ inputPath: null, resultPath: null, outputPath: null })
  })

  it.each([
    ['[]', 'is not an object'],
    ['{}', 'a scope has no States'],
    [{ StartAt: 'B', States: { A: { Type: 'Succeed' } } }, 'there is no state "B" in its scope'],
    [{ States: { A: { Type: 'Succeed' } } }, 'there is no state undefined in its scope'],
    [state({ Type: 'Pass', Next: 'B' }), 'there is no state "B" in its scope'],
    [state({ Type: 'Walk' }), 'the state A has no known Type'],
    [{ StartAt: 'A', States: { A: 1 } }, 'the state A is not an object'],
    [state({ Type: 'Wait' }), 'says neither how long nor until when'],
    [state({ Type: 'Task' }), 'is not a task resource'],
    [state({ Type: 'Task', Resource: 'arn:nothing' }), '"arn:nothing" is not a task resource'],
    [state({ Type: 'Map' }), 'a Map state has no ItemProcessor'],
    [state({ Type: 'Choice', Choices: [{ Next: 'A' }] }), 'a choice rule has no Variable'],
    [state({ Type: 'Choice', Choices: [{ Variable: '$', Next: 'A' }] }), 'a choice rule has no comparison'],
    [
      state({ Type: 'Choice', QueryLanguage: 'JSONata', Choices: [{ Condition: 'x', Next: 'A' }] }),
      'a Condition is no expression',
    ],
  ])('refuses what the checker should have refused: %j', (definition, reason) => {
    const text = typeof definition === 'string' ? definition : JSON.stringify(definition)
    expect(() => compileMachine(text)).toThrow(reason)
  })

  it('refuses a transition into or out of a branch', () => {
    const branch = { StartAt: 'B', States: { B: { Type: 'Pass', Next: 'A' } } }
    expect(() => compile(state({ Type: 'Parallel', Branches: [branch], ...end }))).toThrow(
      'there is no state "A" in its scope',
    )
    const into = { StartAt: 'B', States: { B: { Type: 'Pass', ...end } } }
    expect(() => compile(state({ Type: 'Parallel', Branches: [into], Next: 'B' }))).toThrow(
      'there is no state "B" in its scope',
    )
  })
})
