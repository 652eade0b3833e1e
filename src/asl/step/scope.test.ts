import { describe, expect, it } from 'vitest'
import type { Bindings } from '../ports.ts'
import { lambda, run, runState, startedAt } from './driver.fake.ts'

const jsonata = { QueryLanguage: 'JSONata' }

describe('variables', () => {
  it('are assigned from the values at entry, so that two can be swapped', () => {
    const driver = run({
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Assign: { a: 1.5, b: [2] }, Next: 'B' },
        B: { Type: 'Pass', Assign: { 'a.$': '$b', 'b.$': '$a' }, Parameters: { 'seen.$': '$a' }, Next: 'C' },
        C: { Type: 'Pass', Parameters: { 'a.$': '$a[0]', 'b.$': '$b' }, End: true },
      },
    })
    expect(driver.event('PassStateExited').details).toEqual({
      name: 'C',
      output: '{"a":2,"b":1.5}',
      assignedVariables: undefined,
    })
    expect(driver.output).toBe('{"a":2,"b":1.5}')
  })

  it('see the effective result in JSONPath: after ResultSelector, before ResultPath and OutputPath', () => {
    const driver = runState({
      Type: 'Task',
      Resource: lambda('f'),
      ResultSelector: { 'n.$': '$.big' },
      ResultPath: '$.r',
      OutputPath: '$.r.n',
      Assign: { 'all.$': '$', nested: { 'n.$': '$.n' } },
    })
    driver.succeed('S', '{"big":1.0}')
    expect(driver.event('TaskStateExited').details).toEqual({
      name: 'S',
      output: '1.0',
      assignedVariables: new Map([
        ['all', '{"n":1.0}'],
        ['nested', '{"n":1.0}'],
      ]),
    })
  })

  it('cross languages', () => {
    const driver = run(
      {
        StartAt: 'A',
        States: {
          A: { ...jsonata, Type: 'Pass', Assign: { v: '{% v %}' }, Next: 'B' },
          B: { Type: 'Pass', Parameters: { 'x.$': '$v.n' }, End: true },
        },
      },
      { expressions: { v: () => '{"n":7}' } },
    )
    expect(driver.output).toBe('{"x":7}')
  })

  it('of outer scopes are read in branches and iterations; those of a scope end with it', () => {
    const seen: string[] = []
    const look = ({ variables }: Bindings): string => {
      seen.push([...variables].map(([name, text]) => `${name}=${text}`).join(' '))
      return '1'
    }
    const branch = (name: string, value: number): object => ({
      StartAt: name,
      States: {
        [name]: { Type: 'Pass', Assign: { inner: value }, Next: `${name}2` },
        [`${name}2`]: { Type: 'Pass', Output: '{% look %}', End: true },
      },
    })
    run(
      {
        ...jsonata,
        StartAt: 'A',
        States: {
          A: { Type: 'Pass', Assign: { outer: 1 }, Next: 'P' },
          P: { Type: 'Parallel', Branches: [branch('B', 2), branch('C', 3)], Next: 'D' },
          D: { Type: 'Pass', Output: '{% look %}', End: true },
        },
      },
      { expressions: { look } },
    )
    expect(seen).toEqual(['outer=1 inner=2', 'outer=1 inner=3', 'outer=1'])
  })

  it('that are large are read as they were set last', () => {
    const driver = run({
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Assign: { v: { n: 1, pad: 'x'.repeat(2000) } }, Next: 'B' },
        B: { Type: 'Pass', Parameters: { 'a.$': '$v.n', 'b.$': '$v.n' }, ResultPath: '$.b', Next: 'C' },
        C: { Type: 'Pass', Assign: { w: 5 }, Next: 'D' },
        D: { Type: 'Pass', Assign: { v: { n: 2, pad: 'x'.repeat(2000) } }, Next: 'E' },
        E: { Type: 'Pass', Parameters: { 'n.$': '$v.n', 'w.$': '$w', 'b.$': '$.b' }, End: true },
      },
    })
    expect(driver.output).toBe('{"n":2,"w":5,"b":{"a":1,"b":1}}')
  })

  it('that are not set cannot be read', () => {
    const driver = runState({ Type: 'Pass', Parameters: { 'x.$': '$nothing' } })
    expect(driver.closed).toMatchObject({ error: 'States.Runtime' })
  })

  it('are kept when a state fails: nothing of its Assign is done', () => {
    const driver = run({
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Assign: { v: 1 }, Next: 'T' },
        T: {
          Type: 'Task',
          Resource: lambda('f'),
          Assign: { v: 2 },
          Catch: [{ ErrorEquals: ['E'], Next: 'B' }],
          End: true,
        },
        B: { Type: 'Pass', Parameters: { 'v.$': '$v' }, End: true },
      },
    })
    driver.fail('T', 'E')
    expect(driver.output).toBe('{"v":1}')
  })

  it.each([
    ['one', { a: 'x'.repeat(100) }],
    ['one Assign together', { a: 'x'.repeat(60), b: 'x'.repeat(60) }],
  ])('are limited in size: %s', (_name, Assign) => {
    const driver = runState({ Type: 'Pass', Assign }, { limits: { payloadBytes: 100 } })
    expect(driver.closed).toMatchObject({
      error: 'States.DataLimitExceeded',
      cause: "The state/task 'S' returned a result with a size exceeding the maximum number of bytes service limit.",
    })
  })

  it('are limited together to forty payloads, over all scopes', () => {
    const states = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [
        `S${i}`,
        { Type: 'Pass', Assign: { [`v${i}`]: 'x'.repeat(90) }, Next: `S${i + 1}` },
      ]),
    )
    const driver = run(
      { StartAt: 'S0', States: { ...states, S50: { Type: 'Succeed' } } },
      { limits: { payloadBytes: 100 } },
    )
    expect(driver.closed?.cause).toBe('The variables of the execution take more than 4000 bytes together.')
    expect(driver.event('PassStateExited').details).toMatchObject({ name: 'S42' })
  })
})

describe('the context object', () => {
  const whole = (fields: object): unknown => {
    const driver = runState({ Type: 'Pass', ...fields, Parameters: { 'c.$': '$$' } }, { input: '{ "in": 1.0 }' })
    return (JSON.parse(driver.output ?? '') as { c: unknown }).c
  }

  it('shows execution, machine and state', () => {
    expect(whole({})).toEqual({
      Execution: {
        Id: 'arn:aws:states:us-east-1:111111111111:execution:Machine:run',
        Input: { in: 1 },
        Name: 'run',
        RoleArn: 'arn:aws:iam::111111111111:role/runner',
        StartTime: '2026-01-01T00:00:00Z',
        RedriveCount: 0,
      },
      StateMachine: { Id: 'arn:aws:states:us-east-1:111111111111:stateMachine:Machine', Name: 'Machine' },
      State: { Name: 'S', EnteredTime: '2026-01-01T00:00:00Z' },
    })
  })

  it('keeps the number spelling of the execution’s input, also of a large one', () => {
    const large = `{"pad": "${'x'.repeat(2000)}", "n": 1.0}`
    const driver = run(
      {
        StartAt: 'A',
        States: {
          A: { Type: 'Pass', Result: 1, Next: 'B' },
          B: { Type: 'Pass', Parameters: { 'n.$': '$$.Execution.Input.n' }, End: true },
        },
      },
      { input: large },
    )
    expect(driver.output).toBe('{"n":1.0}')
  })

  it('counts retries for the states that can retry, and shows a token only where one is waited for', () => {
    const context = (resource: string): Record<string, unknown> => {
      const driver = runState({ Type: 'Task', Resource: resource, Parameters: { 'c.$': '$$' } })
      return (JSON.parse(driver.task('S').input) as { c: Record<string, unknown> }).c
    }
    expect(context(lambda('f'))['State']).toMatchObject({ RetryCount: 0 })
    expect(context(lambda('f'))['Task']).toBeUndefined()
    expect(context('arn:aws:states:::sqs:sendMessage')['Task']).toBeUndefined()
    expect(context('arn:aws:states:::sqs:sendMessage.waitForTaskToken')['Task']).toEqual({ Token: 'token-1-2-0' })
  })

  it('gives each attempt a token of its own', () => {
    const driver = runState({
      Type: 'Task',
      Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
      Parameters: { 't.$': '$$.Task.Token' },
      Retry: [{ ErrorEquals: ['E'] }],
    })
    driver.submit('S')
    driver.fail('S', 'E')
    driver.fire('retry')
    expect(driver.task('S').input).toBe('{"t":"token-1-2-1"}')
  })

  it('shows when the state was entered, not when it is tried again', () => {
    const driver = run({
      StartAt: 'W',
      States: {
        W: { Type: 'Wait', Timestamp: '2026-01-01T00:00:01.5Z', Next: 'T' },
        T: {
          Type: 'Task',
          Resource: lambda('f'),
          Parameters: { 't.$': '$$.State.EnteredTime' },
          Retry: [{ ErrorEquals: ['E'] }],
          End: true,
        },
      },
    })
    driver.fire()
    expect(driver.now).toBe(startedAt + 1500)
    driver.fail('T', 'E')
    driver.fire('retry')
    expect(driver.task('T').input).toBe('{"t":"2026-01-01T00:00:01.500Z"}')
  })

  it('is there for expressions as text, made only when it is read', () => {
    const driver = runState(
      { ...jsonata, Type: 'Pass', Output: '{% context %}' },
      { expressions: { context: ({ context }) => context } },
    )
    expect(JSON.parse(driver.output ?? '')).toMatchObject({ State: { Name: 'S' }, Execution: { Input: {} } })
  })
})
