import { describe, expect, it } from 'vitest'
import { Driver, type DriverOptions, lambda, run, runState, startedAt } from './driver.fake.ts'

const wait = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 60, End: true } } }
const loop = { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'A' } } }

describe('an execution', () => {
  it('starts once', () => {
    const driver = run(wait)
    const { state } = driver
    driver.send({ kind: 'start' })
    expect(driver.state).toBe(state)
    expect(driver.history[0]).toMatchObject({
      id: 1,
      previousEventId: 0,
      details: { input: '{}', roleArn: 'arn:aws:iam::111111111111:role/runner' },
    })
  })

  it('that is stopped takes its error and cause, and waits for nothing any more', () => {
    const driver = run(wait)
    driver.send({ kind: 'stop', error: 'Operator', cause: 'wrong input' })
    expect(driver.closed).toEqual({
      kind: 'close',
      status: 'aborted',
      at: startedAt,
      error: 'Operator',
      cause: 'wrong input',
    })
    expect(driver.event('ExecutionAborted')).toMatchObject({
      previousEventId: 0,
      details: { error: 'Operator', cause: 'wrong input' },
    })
    expect(driver.state.status).toBe('aborted')
    expect(driver.timers).toEqual([])
  })

  it('ends at its deadline, whenever the news of it comes, also while a task backs off', () => {
    const driver = run({
      TimeoutSeconds: 5,
      StartAt: 'T',
      States: {
        T: { Type: 'Task', Resource: lambda('f'), Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 60 }], End: true },
      },
    })
    driver.fail('T', 'E')
    driver.now = startedAt + 4999
    const early = driver.state
    driver.send({ kind: 'timer', timer: 'deadline', frame: 1, enteredId: 0, attempt: 0 })
    expect(driver.state).toBe(early)
    driver.now = startedAt + 9000
    driver.fire('deadline')
    expect(driver.closed).toEqual({ kind: 'close', status: 'timed_out', at: startedAt + 5000 })
  })

  it('has a deadline however its number is spelled, and none without', () => {
    const machine = JSON.stringify({ TimeoutSeconds: 1, ...wait }).replace(
      '"TimeoutSeconds":1',
      '"TimeoutSeconds":1.5e1',
    )
    const driver = new Driver(machine).start()
    expect(driver.timers).toMatchObject([
      { timer: 'deadline', at: startedAt + 15_000, frame: 1, enteredId: 0 },
      { timer: 'wait' },
    ])
    const plain = run(wait)
    const { state } = plain
    plain.send({ kind: 'timer', timer: 'deadline', frame: 1, enteredId: 0, attempt: 0 })
    expect(plain.state).toBe(state)
  })

  it('that the engine cannot carry on fails with the reason, also when it has not begun', () => {
    const driver = run(wait)
    driver.send({ kind: 'fault', cause: 'the disk is full' })
    expect(driver.chain).toBe('1←0 ExecutionStarted · 2←0 WaitStateEntered(W) · 3←2 ExecutionFailed{States.Runtime}')
    expect(driver.closed).toMatchObject({ status: 'failed', error: 'States.Runtime', cause: 'the disk is full' })
    const fresh = new Driver(wait)
    fresh.send({ kind: 'fault', cause: 'x' })
    expect(fresh.chain).toBe('1←0 ExecutionStarted · 2←0 ExecutionFailed{States.Runtime}')
  })
})

describe('a loop without end', () => {
  it('yields after a bounded number of states, and goes on', () => {
    const driver = new Driver(loop)
    const first = driver.send({ kind: 'start' })
    expect(first.history).toHaveLength(1 + 2 * 500)
    expect(first.commands).toEqual([{ kind: 'continue' }])
    const second = driver.send({ kind: 'continue' })
    expect(second.history).toHaveLength(2 * 500)
    expect(second.history[0]).toMatchObject({ id: 1002, previousEventId: 1001, type: 'PassStateEntered' })
    expect(driver.closed).toBeUndefined()
    driver.send({ kind: 'stop' })
    expect(driver.closed?.status).toBe('aborted')
  })

  it('yields sooner when payloads are large or expressions many', () => {
    const large = JSON.stringify('x'.repeat(1_000_000))
    const statesRun = (definition: object, options: DriverOptions): number =>
      new Driver(definition, options).send({ kind: 'start' }).history.filter(({ type }) => type === 'PassStateExited')
        .length
    const limits = { payloadBytes: 4 << 20 }
    expect(statesRun(loop, { input: large, limits })).toBeLessThan(10)
    const expressive = {
      StartAt: 'A',
      States: { A: { Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% x %}', Next: 'A' } },
    }
    expect(statesRun(expressive, { expressions: { x: () => '1' } })).toBeLessThan(60)
  })

  it('is not told to go on when it waits for something', () => {
    const driver = run(wait)
    const { state } = driver
    driver.send({ kind: 'continue' })
    expect(driver.state).toBe(state)
  })

  it('does not starve its sibling branch', () => {
    const driver = run({
      StartAt: 'P',
      States: {
        P: {
          Type: 'Parallel',
          Branches: [loop, { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Enough' } } }],
          End: true,
        },
      },
    })
    expect(driver.closed).toMatchObject({ status: 'failed', error: 'Enough' })
    expect(driver.history.length).toBeLessThan(1100)
  })

  it('lets the rest of a step that was cut run in the next: scheduled tasks have started', () => {
    const driver = new Driver({
      StartAt: 'P',
      States: {
        P: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'T', States: { T: { Type: 'Task', Resource: lambda('f'), End: true } } }, loop],
          End: true,
        },
      },
    })
    const { history } = driver.send({ kind: 'start' })
    expect(history.at(-1)?.type).toBe('LambdaFunctionStarted')
    driver.fail('T', 'E')
    expect(driver.closed).toMatchObject({ error: 'E' })
  })
})

describe('the limits', () => {
  it('of history leave the last event to the failure, and allow a success to be the last', () => {
    const pass = { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', End: true } } }
    expect(run(pass, { limits: { historyEvents: 6 } }).chain).toContain(
      '5←4 PassStateExited(B) · 6←5 ExecutionSucceeded',
    )
    const failed = run(pass, { limits: { historyEvents: 5 } })
    expect(failed.chain).toBe(
      '1←0 ExecutionStarted · 2←0 PassStateEntered(A) · 3←2 PassStateExited(A) · 4←3 PassStateEntered(B) · 5←4 ExecutionFailed{States.Runtime}',
    )
    expect(failed.closed?.cause).toBe('The execution reached the maximum number of history events (5).')
  })

  it('of history hold while a Map aborts its iterations', () => {
    const driver = run(
      {
        StartAt: 'M',
        States: {
          M: {
            Type: 'Map',
            ItemProcessor: { StartAt: 'T', States: { T: { Type: 'Task', Resource: lambda('f'), End: true } } },
            Retry: [{ ErrorEquals: ['States.ALL'] }],
            End: true,
          },
        },
      },
      { input: '[1,2,3]', limits: { historyEvents: 18 } },
    )
    driver.fail('T', 'E')
    expect(driver.history.at(-1)).toMatchObject({ id: 18, previousEventId: 17, type: 'ExecutionFailed' })
    expect(driver.closed?.error).toBe('States.Runtime')
  })

  it('of size count UTF-8 bytes', () => {
    const at = (text: string): string | undefined =>
      runState({ Type: 'Pass', Result: text }, { limits: { payloadBytes: 100 } }).closed?.error
    expect(at('x'.repeat(98))).toBeUndefined()
    expect(at('x'.repeat(99))).toBe('States.DataLimitExceeded')
    expect(at('é'.repeat(49))).toBeUndefined()
    expect(at('é'.repeat(50))).toBe('States.DataLimitExceeded')
  })

  it('stop a value while it grows, long before it fills the memory', () => {
    const fields = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`f${i}.$`, '$']))
    const driver = runState({ Type: 'Pass', Parameters: fields }, { input: JSON.stringify('x'.repeat(200_000)) })
    expect(driver.closed).toMatchObject({ error: 'States.DataLimitExceeded' })
  })

  it('of nesting end an execution that grows a value without end', () => {
    const driver = run({
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Parameters: { 'a.$': '$' }, Next: 'B' },
        B: { Type: 'Choice', Choices: [{ Variable: '$.no', IsPresent: true, Next: 'A' }], Default: 'A' },
      },
    })
    expect(driver.closed?.error).toBe('States.Runtime')
    expect(driver.closed?.cause).toContain("'B' (entered at the event id #")
    expect(driver.closed?.cause).toContain('A value cannot be read as JSON: Document nesting depth')
  })
})
