import { describe, expect, it } from 'vitest'
import { type Driver, lambda, run, runState } from './driver.fake.ts'

const task = (name: string, more: object = {}) => ({ Type: 'Task', Resource: lambda('f'), Next: name, ...more })
const branch = (name: string, more: object = {}) => ({
  StartAt: name,
  States: { [name]: { Type: 'Task', Resource: lambda('f'), End: true, ...more } },
})

/** The events from the redrive on. */
const since = (driver: Driver): string => driver.chain.slice(driver.chain.lastIndexOf('ExecutionRedriven') - 4).trim()

describe('a redriven execution', () => {
  it('schedules the task that failed again, with its input, after ExecutionRedriven', () => {
    const driver = run({
      StartAt: 'A',
      States: { A: task('B'), B: { ...task('C'), Next: 'C' }, C: { Type: 'Succeed' } },
    })
    driver.succeed('A', '{"a":1}')
    driver.fail('B', 'Broken')
    expect(driver.closed?.status).toBe('failed')
    driver.redrive()
    expect(driver.task('B').input).toBe('{"a":1}')
    driver.succeed('B', '2')
    expect(driver.output).toBe('2')
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 TaskStateEntered(A) · 3←2 LambdaFunctionScheduled · 4←3 LambdaFunctionStarted · ' +
        '5←4 LambdaFunctionSucceeded · 6←5 TaskStateExited(A) · 7←6 TaskStateEntered(B) · 8←7 LambdaFunctionScheduled · ' +
        '9←8 LambdaFunctionStarted · 10←9 LambdaFunctionFailed{Broken} · 11←10 ExecutionFailed{Broken} · ' +
        '12←11 ExecutionRedriven · 13←12 LambdaFunctionScheduled · 14←13 LambdaFunctionStarted · ' +
        '15←14 LambdaFunctionSucceeded · 16←15 TaskStateExited(B) · 17←16 SucceedStateEntered(C) · ' +
        '18←17 SucceedStateExited(C) · 19←18 ExecutionSucceeded',
    )
  })

  it('counts its redrives in the context object, and keeps its start time', () => {
    const driver = runState({
      Type: 'Task',
      Resource: lambda('f'),
      Parameters: { 'count.$': '$$.Execution.RedriveCount', 'start.$': '$$.Execution.StartTime' },
    })
    const before = driver.task('S').input
    driver.fail('S', 'Broken')
    driver.redrive()
    expect(driver.task('S').input).toBe(before.replace('"count":0', '"count":1'))
    driver.fail('S', 'Broken')
    driver.now += 5000
    driver.redrive()
    expect(driver.event('ExecutionRedriven').details).toEqual({ redriveCount: 2 })
    expect(driver.state.redriven).toEqual({ count: 2, at: driver.now })
  })

  it('has all its retries again, and a RetryCount of 0', () => {
    const driver = runState({
      Type: 'Task',
      Resource: lambda('f'),
      Parameters: { 'retries.$': '$$.State.RetryCount' },
      Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }],
    })
    driver.fail('S', 'Broken')
    driver.fire('retry')
    expect(driver.task('S').input).toBe('{"retries":1}')
    driver.fail('S', 'Broken')
    expect(driver.closed?.status).toBe('failed')
    driver.redrive()
    expect(driver.task('S').input).toBe('{"retries":0}')
    driver.fail('S', 'Broken')
    driver.fire('retry')
    driver.succeed('S', '1')
    expect(driver.output).toBe('1')
  })

  it('does not hear an answer that was meant for a task of before', () => {
    const driver = runState({ Type: 'Task', Resource: lambda('f') })
    const { frame, enteredId, attempt } = driver.task('S')
    driver.send({ kind: 'stop' })
    driver.redrive()
    const late = driver.send({ kind: 'taskSucceeded', frame, enteredId, attempt, output: '"late"' })
    expect(late.history).toEqual([])
    expect(driver.task('S')).toMatchObject({ frame, enteredId, attempt: attempt + 1 })
  })

  it('gets the time limits of the machine and of the task anew', () => {
    const driver = run({
      StartAt: 'S',
      TimeoutSeconds: 100,
      States: { S: { Type: 'Task', Resource: lambda('f'), TimeoutSeconds: 30, End: true } },
    })
    driver.now += 30_000
    driver.fire('timeout')
    expect(driver.closed?.status).toBe('failed')
    driver.now += 1_000_000
    const redrivenAt = driver.now
    driver.redrive()
    expect(driver.timers.map(({ timer, at }) => [timer, at - redrivenAt]).toSorted()).toEqual([
      ['deadline', 100_000],
      ['timeout', 30_000],
    ])
    driver.now += 99_999
    driver.send({ kind: 'timer', timer: 'deadline', frame: 1, enteredId: 0, attempt: 0 })
    expect(driver.state.status).toBe('running')
    driver.now += 1
    driver.send({ kind: 'timer', timer: 'deadline', frame: 1, enteredId: 0, attempt: 0 })
    expect(driver.closed?.status).toBe('timed_out')
  })

  it('cannot be one that runs, or that has succeeded', () => {
    const running = runState({ Type: 'Task', Resource: lambda('f') })
    expect(running.send({ kind: 'redrive' }).history).toEqual([])
    running.succeed('S')
    expect(running.send({ kind: 'redrive' }).history).toEqual([])
  })
})

describe('of the kinds of states', () => {
  it('Fail is entered again and fails again', () => {
    const driver = run({ StartAt: 'F', States: { F: { Type: 'Fail', Error: 'E' } } }).redrive()
    expect(since(driver)).toBe('4←3 ExecutionRedriven · 5←4 FailStateEntered(F) · 6←5 ExecutionFailed{E}')
  })

  it('Choice is evaluated again, in the same visit', () => {
    const definition = {
      StartAt: 'C',
      States: {
        C: { Type: 'Choice', Choices: [{ Variable: '$.x', IsPresent: true, Next: 'D' }] },
        D: { Type: 'Succeed' },
      },
    }
    const driver = run(definition).redrive()
    expect(since(driver)).toBe('4←3 ExecutionRedriven · 5←4 ExecutionFailed{States.Runtime}')
  })

  it('Pass is left without being executed again: what it was given goes on', () => {
    const driver = run(
      { StartAt: 'P', States: { P: { Type: 'Pass', InputPath: '$.missing', Next: 'D' }, D: { Type: 'Succeed' } } },
      { input: '{"a":1}' },
    )
    expect(driver.closed?.status).toBe('failed')
    driver.redrive()
    expect(driver.output).toBe('{"a":1}')
    expect(since(driver)).toContain('5←4 PassStateExited(P)')
  })

  it('Wait for a time that has passed is over at once; one for seconds begins anew', () => {
    const waiting = (field: object): Driver => {
      const driver = runState({ Type: 'Wait', ...field })
      driver.now += 5000
      driver.send({ kind: 'stop' })
      driver.now += 60_000
      return driver.redrive()
    }
    expect(waiting({ Timestamp: '2026-01-01T00:00:10Z' }).closed?.status).toBe('succeeded')
    const seconds = waiting({ Seconds: 10 })
    expect(seconds.timers.map(({ timer, at }) => [timer, at - seconds.now])).toEqual([['wait', 10_000]])
  })
})

describe('under a Parallel', () => {
  const parallel = (more: object = {}) => ({
    Type: 'Parallel',
    Branches: [branch('A'), branch('B'), branch('C')],
    ...more,
  })

  it('only what failed or was cut off runs again', () => {
    const driver = runState(parallel())
    driver.succeed('A', '1')
    driver.fail('B', 'Broken')
    driver.redrive()
    expect(driver.tasks.map(({ stateName }) => stateName)).toEqual(['B', 'C'])
    driver.succeed('C', '3')
    driver.succeed('B', '2')
    expect(driver.output).toBe('[1,2,3]')
    expect(driver.history.filter(({ type }) => type === 'ParallelStateStarted')).toHaveLength(1)
  })

  it('a failure inside is kept also when the Parallel around it was cut off', () => {
    const inner = { StartAt: 'I', States: { I: { ...parallel(), End: true } } }
    const driver = runState({ Type: 'Parallel', Branches: [inner, branch('Z')] })
    driver.succeed('C', '3')
    driver.fail('Z', 'Broken')
    driver.redrive()
    expect(driver.tasks.map(({ stateName }) => stateName).toSorted()).toEqual(['A', 'B', 'Z'])
    for (const name of ['A', 'B', 'Z']) driver.succeed(name, `"${name}"`)
    expect(driver.output).toBe('[["A","B",3],"Z"]')
  })

  it('nothing of an attempt that was retried or caught comes back', () => {
    const driver = run({
      StartAt: 'S',
      States: {
        S: { ...parallel(), Catch: [{ ErrorEquals: ['States.ALL'], Next: 'T' }], End: true },
        T: { Type: 'Task', Resource: lambda('f'), End: true },
      },
    })
    driver.fail('B', 'Broken')
    driver.fail('T', 'Broken')
    driver.redrive()
    expect(driver.tasks.map(({ stateName }) => stateName)).toEqual(['T'])
    expect(driver.state.frames.size).toBe(1)
  })

  it('all of it runs again when its result was too large', () => {
    const driver = runState(parallel(), { limits: { payloadBytes: 100 } })
    for (const name of ['A', 'B', 'C']) driver.succeed(name, JSON.stringify('x'.repeat(60)))
    expect(driver.closed).toMatchObject({ status: 'failed', error: 'States.DataLimitExceeded' })
    driver.redrive()
    expect(driver.tasks.map(({ stateName }) => stateName)).toEqual(['A', 'B', 'C'])
  })

  it('one that waits for its next attempt is started again', () => {
    const driver = runState(parallel({ Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }] }))
    driver.succeed('A', '1')
    driver.fail('B', 'Broken')
    driver.send({ kind: 'stop' })
    driver.redrive()
    expect(driver.tasks.map(({ stateName }) => stateName)).toEqual(['A', 'B', 'C'])
  })
})

describe('under a Map', () => {
  const map = (more: object = {}) => ({ Type: 'Map', MaxConcurrency: 2, ItemProcessor: branch('T'), ...more })

  it('iterations that had not been started follow those that failed or were cut off', () => {
    const driver = runState(map(), { input: '[0,1,2,3]' })
    driver.succeed('T', '"a"')
    driver.fail('T', 'Broken')
    driver.redrive()
    expect(driver.tasks.map(({ input }) => input)).toEqual(['1', '2'])
    for (const output of ['"b"', '"c"', '"d"']) driver.succeed('T', output)
    expect(driver.output).toBe('["a","b","c","d"]')
    expect(driver.history.filter(({ type }) => type === 'MapIterationStarted')).toHaveLength(4)
  })

  it('an item selector that failed is evaluated again', () => {
    let broken = true
    const driver = runState(
      { ...map({ MaxConcurrency: 1 }), QueryLanguage: 'JSONata', ItemSelector: '{% pick %}' },
      {
        input: '[0,1]',
        expressions: {
          pick: ({ context }) =>
            broken && context.includes('"Index":1') ? { kind: 'failed', detail: 'no' } : '"picked"',
        },
      },
    )
    driver.succeed('T', '"a"')
    expect(driver.closed?.status).toBe('failed')
    broken = false
    driver.redrive()
    expect(driver.task('T').input).toBe('"picked"')
    driver.succeed('T', '"b"')
    expect(driver.output).toBe('["a","b"]')
  })
})

describe('a redrive with another input', () => {
  it('enters the state anew, as another visit, with that input and all its attempts', () => {
    const driver = run({
      StartAt: 'A',
      States: { A: task('B'), B: { ...task('C'), Next: 'C' }, C: { Type: 'Succeed' } },
    })
    driver.succeed('A', '{"a":1}')
    const before = driver.task('B')
    driver.fail('B', 'Broken')
    driver.redrive([], { frame: 1, input: '{"a":2}' })
    const after = driver.task('B')
    expect(after).toMatchObject({ input: '{"a":2}', attempt: 0 })
    expect(after.enteredId).not.toBe(before.enteredId)
    expect(driver.event('TaskStateEntered').details).toEqual({ name: 'B', input: '{"a":2}' })
    driver.succeed('B', '2')
    expect(since(driver)).toBe(
      '←11 ExecutionRedriven · 13←12 TaskStateEntered(B) · 14←13 LambdaFunctionScheduled · 15←14 LambdaFunctionStarted · ' +
        '16←15 LambdaFunctionSucceeded · 17←16 TaskStateExited(B) · 18←17 SucceedStateEntered(C) · 19←18 SucceedStateExited(C) · ' +
        '20←19 ExecutionSucceeded',
    )
  })

  it('executes a Pass, which a redrive alone leaves as it is', () => {
    const driver = run(
      { StartAt: 'P', States: { P: { Type: 'Pass', InputPath: '$.a', Next: 'D' }, D: { Type: 'Succeed' } } },
      { input: '{}' },
    )
    driver.redrive([], { frame: 1, input: '{"a":1}' })
    expect(driver.output).toBe('1')
  })

  it('of one iteration leaves the others what they had', () => {
    const driver = runState({ Type: 'Map', ItemProcessor: branch('T') }, { input: '[1,2,3]' })
    const [first, second] = driver.tasks
    driver.send({ kind: 'taskSucceeded', ...at(first), output: '"one"' })
    driver.send({ kind: 'taskFailed', ...at(second), error: 'Broken' })
    expect(driver.closed?.status).toBe('failed')
    driver.redrive([], { frame: second?.frame ?? 0, input: '20' })
    expect(driver.tasks.map(({ input }) => input)).toEqual(['20', '3'])
    for (const open of [...driver.tasks]) driver.send({ kind: 'taskSucceeded', ...at(open), output: open.input })
    expect(driver.output).toBe('["one",20,3]')
  })

  it('is none for a Parallel whose branches are kept, nor for a scope that is gone', () => {
    const driver = runState({ Type: 'Parallel', Branches: [branch('A'), branch('B')] })
    driver.fail('A', 'Broken')
    const refused = (frame: number) => driver.send({ kind: 'redrive', correction: { frame, input: '1' } }).history
    expect(refused(1)).toEqual([])
    expect(refused(99)).toEqual([])
    expect(driver.state.status).toBe('failed')
  })
})

const at = (task: { frame: number; enteredId: number; attempt: number } | undefined) => ({
  frame: task?.frame ?? 0,
  enteredId: task?.enteredId ?? 0,
  attempt: task?.attempt ?? 0,
})
