import { describe, expect, it } from 'vitest'
import { run } from './driver.fake.ts'

/** Which way a rule sends an input: `Yes`, `No`, or what ended the execution. */
function decide(rule: object, input: unknown): string | undefined {
  const driver = run(
    {
      StartAt: 'C',
      States: {
        C: { Type: 'Choice', Choices: [{ ...rule, Next: 'Yes' }], Default: 'No' },
        Yes: { Type: 'Pass', Result: 'Yes', End: true },
        No: { Type: 'Pass', Result: 'No', End: true },
      },
    },
    { input: JSON.stringify(input) },
  )
  return driver.output === undefined ? driver.closed?.error : (JSON.parse(driver.output) as string)
}

const x = (rule: object): object => ({ Variable: '$.x', ...rule })

describe('a Choice in JSONPath', () => {
  it.each([
    [{ StringEquals: 'a' }, 'a', 'Yes'],
    [{ StringEquals: 'a' }, 'A', 'No'],
    [{ StringEquals: '1' }, 1, 'No'],
    [{ StringLessThan: 'b' }, 'a', 'Yes'],
    [{ StringLessThan: 'a' }, 'a', 'No'],
    [{ StringLessThan: '\u{1f600}' }, '\uffee', 'No'],
    [{ StringLessThanEquals: 'a' }, 'a', 'Yes'],
    [{ StringGreaterThan: 'a' }, 'b', 'Yes'],
    [{ StringGreaterThan: 'a' }, 1, 'No'],
    [{ StringGreaterThanEquals: 'a' }, 'a', 'Yes'],
    [{ NumericEquals: 1 }, 1, 'Yes'],
    [{ NumericEquals: 1 }, '1', 'No'],
    [{ NumericLessThan: 1 }, 0.5, 'Yes'],
    [{ NumericLessThanEquals: 1 }, 1, 'Yes'],
    [{ NumericGreaterThan: 1 }, 1, 'No'],
    [{ NumericGreaterThanEquals: 1 }, 1, 'Yes'],
    [{ BooleanEquals: true }, true, 'Yes'],
    [{ BooleanEquals: false }, true, 'No'],
    [{ BooleanEquals: true }, 'true', 'No'],
    [{ TimestampEquals: '2026-01-01T00:00:00Z' }, '2026-01-01T01:00:00+01:00', 'Yes'],
    [{ TimestampLessThan: '2026-01-01T00:00:00Z' }, '2025-12-31T23:59:59.999Z', 'Yes'],
    [{ TimestampLessThanEquals: '2026-01-01T00:00:00Z' }, '2026-01-01T00:00:00.001Z', 'No'],
    [{ TimestampGreaterThan: '2026-01-01T00:00:00Z' }, '2026-01-01T00:00:00.000000001Z', 'Yes'],
    [{ TimestampGreaterThanEquals: '2026-01-01T00:00:00Z' }, '2026-01-01', 'No'],
    [{ TimestampGreaterThanEquals: '2026-01-01T00:00:00Z' }, '2026-01-01T00:00:00Z', 'Yes'],
    [{ StringMatches: 'log-*.txt' }, 'log-.txt', 'Yes'],
    [{ StringMatches: 'log-*.txt' }, 'log-a.txt.gz', 'No'],
    [{ StringMatches: '*a*b*' }, 'xxaxxbxx', 'Yes'],
    [{ StringMatches: 'x*a*b' }, 'xxb', 'No'],
    [{ StringMatches: 'log*' }, 'a log', 'No'],
    [{ StringMatches: 'aba*aba' }, 'aba', 'No'],
    [{ StringMatches: '\\*\\\\' }, '*\\', 'Yes'],
    [{ StringMatches: '\\*' }, 'x', 'No'],
    [{ StringMatches: 'a?[b]' }, 'a?[b]', 'Yes'],
    [{ StringMatches: '*' }, 1, 'No'],
    [{ IsNull: true }, null, 'Yes'],
    [{ IsNull: false }, 0, 'Yes'],
    [{ IsNumeric: true }, 1e-7, 'Yes'],
    [{ IsNumeric: true }, '1', 'No'],
    [{ IsString: true }, '', 'Yes'],
    [{ IsString: false }, 1, 'Yes'],
    [{ IsBoolean: true }, false, 'Yes'],
    [{ IsTimestamp: true }, '2026-01-01T00:00:00Z', 'Yes'],
    [{ IsTimestamp: true }, '2026-01-01t00:00:00z', 'No'],
    [{ IsTimestamp: true }, 5, 'No'],
    [{ IsPresent: true }, null, 'Yes'],
    [{ IsPresent: false }, 1, 'No'],
  ])('%j of %j: %s', (rule, value, expected) => {
    expect(decide(x(rule), { x: value })).toBe(expected)
  })

  it('compares with another place of the input', () => {
    expect(decide(x({ NumericLessThanPath: '$.y' }), { x: 1, y: 2 })).toBe('Yes')
    expect(decide(x({ StringEqualsPath: '$$.Execution.Name' }), { x: 'run' })).toBe('Yes')
    expect(decide(x({ StringEqualsPath: '$.y' }), { x: 'a', y: 1 })).toBe('No')
    expect(decide(x({ StringEqualsPath: '$.gone' }), { x: 'a' })).toBe('States.Runtime')
  })

  it('knows that a missing value is not present, and fails with every other question about it', () => {
    expect(decide(x({ IsPresent: false }), {})).toBe('Yes')
    expect(decide(x({ IsNull: true }), {})).toBe('States.Runtime')
    expect(decide(x({ StringEquals: 'a' }), {})).toBe('States.Runtime')
  })

  it('says which path of a condition leads nowhere', () => {
    const driver = run({
      StartAt: 'C',
      States: { C: { Type: 'Choice', Choices: [{ Variable: '$.x', IsNull: true, Next: 'C' }] } },
    })
    expect(driver.closed?.cause).toBe(
      "An error occurred while executing the state 'C' (entered at the event id #2). Invalid path '$.x': The choice state's condition path references an invalid value.",
    )
  })

  it('stops at the first false of And and the first true of Or', () => {
    const present = { Variable: '$.x', IsPresent: true }
    const large = { Variable: '$.x', NumericGreaterThan: 5 }
    expect(decide({ And: [present, large] }, {})).toBe('No')
    expect(decide({ And: [present, large] }, { x: 6 })).toBe('Yes')
    expect(decide({ Or: [{ Not: present }, large] }, {})).toBe('Yes')
    expect(decide({ Or: [{ Not: present }, large] }, { x: 1 })).toBe('No')
    expect(decide({ Not: { Not: present } }, {})).toBe('No')
  })

  it('takes the first rule that is true, with its Assign, and that of the state only with Default', () => {
    const machine = (n: number): object => ({
      StartAt: 'C',
      States: {
        C: {
          Type: 'Choice',
          InputPath: '$.in',
          OutputPath: '$.n',
          Choices: [
            { Variable: '$.n', NumericEquals: n, Next: 'End', Assign: { 'v.$': '$.n' } },
            { Variable: '$.n', NumericEquals: 1, Next: 'End', Assign: { v: 'second' } },
          ],
          Default: 'End',
          Assign: { v: 'default' },
        },
        End: { Type: 'Pass', Parameters: { 'v.$': '$v', 'in.$': '$' }, End: true },
      },
    })
    expect(run(machine(1), { input: '{"in":{"n":1}}' }).output).toBe('{"v":1,"in":1}')
    expect(run(machine(2), { input: '{"in":{"n":3}}' }).output).toBe('{"v":"default","in":3}')
  })

  it('fails when no rule is true and there is no Default', () => {
    const driver = run(
      { StartAt: 'C', States: { C: { Type: 'Choice', Choices: [{ Variable: '$.x', IsPresent: true, Next: 'C' }] } } },
      {},
    )
    expect(driver.chain).toBe('1←0 ExecutionStarted · 2←0 ChoiceStateEntered(C) · 3←2 ExecutionFailed{States.Runtime}')
    expect(driver.closed?.cause).toContain(
      'Failed to transition out of the state. The state does not point to a next state.',
    )
  })

  it('treats two spellings of a number as equal', () => {
    const driver = run(
      {
        StartAt: 'C',
        States: {
          C: { Type: 'Choice', Choices: [{ Variable: '$.x', NumericEquals: 100, Next: 'Yes' }] },
          Yes: { Type: 'Succeed' },
        },
      },
      { input: '{"x": 1.00e2}' },
    )
    expect(driver.output).toBe('{"x": 1.00e2}')
  })
})

describe('a Choice in JSONata', () => {
  const machine = {
    QueryLanguage: 'JSONata',
    StartAt: 'C',
    States: {
      C: {
        Type: 'Choice',
        Choices: [
          { Condition: '{% first %}', Next: 'End' },
          { Condition: '{% second %}', Output: { by: 'second' }, Assign: { v: '{% value %}' }, Next: 'End' },
        ],
        Default: 'End',
        Output: { by: 'default' },
      },
      End: { Type: 'Succeed' },
    },
  }
  const no = (): string => 'false'
  const yes = (): string => 'true'

  it('passes its input on unless the rule has an Output of its own', () => {
    expect(run(machine, { input: '[ 1 ]', expressions: { first: yes } }).output).toBe('[ 1 ]')
    const second = run(machine, { expressions: { first: no, second: yes, value: () => '7' } })
    expect(second.output).toBe('{"by":"second"}')
    expect(second.event('ChoiceStateExited').details?.['assignedVariables']).toEqual(new Map([['v', '7']]))
    expect(run(machine, { expressions: { first: no, second: no } }).output).toBe('{"by":"default"}')
  })

  it('wants a boolean, and says where it was none', () => {
    const driver = run(machine, { expressions: { first: no, second: () => '"true"' } })
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 ChoiceStateEntered(C) · 3←0 EvaluationFailed{States.QueryEvaluationError} · 4←3 ExecutionFailed{States.QueryEvaluationError}',
    )
    expect(driver.event('EvaluationFailed').details).toMatchObject({ location: 'Choices[1]/Condition' })
    expect(driver.closed?.cause).toContain(
      `The JSONata expression 'second' specified for the field 'Choices[1]/Condition' returned an unexpected result type. Expected 'boolean', but was 'string' for value: "true"`,
    )
  })

  it('names the place of an Assign that fails', () => {
    const driver = run(machine, { expressions: { first: no, second: yes, value: () => undefined } })
    expect(driver.event('EvaluationFailed').details).toMatchObject({ location: 'Choices[1]/Assign/v' })
  })
})
