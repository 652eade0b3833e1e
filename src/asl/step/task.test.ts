import { describe, expect, it } from 'vitest'
import { activity, attemptOf, type Driver, lambda, run, runState, startedAt } from './driver.fake.ts'
import { scheduledCall } from './task.ts'

const token = 'arn:aws:states:::sqs:sendMessage.waitForTaskToken'
const sync = 'arn:aws:states:::states:startExecution.sync:2'
const task = (fields: object): object => ({ Type: 'Task', ...fields })

describe('a Task', () => {
  it('of a Lambda function schedules its input as it is, and shows it in LambdaFunctionScheduled', () => {
    const driver = runState(task({ Resource: lambda('f'), TimeoutSeconds: 9, HeartbeatSeconds: 5 }), {
      input: '{"a": 1.0}',
    })
    expect(driver.commands.filter(({ kind }) => kind === 'schedule')).toEqual([
      {
        kind: 'schedule',
        frame: 1,
        enteredId: 2,
        attempt: 0,
        stateName: 'S',
        resource: { kind: 'lambda', arn: lambda('f') },
        input: '{"a": 1.0}',
        timeoutSeconds: 9,
        heartbeatSeconds: 5,
        roleArn: undefined,
      },
    ])
    expect(driver.event('LambdaFunctionScheduled').details).toEqual({
      resource: lambda('f'),
      input: '{"a": 1.0}',
      timeoutInSeconds: 9,
      heartbeatInSeconds: 5,
      taskCredentials: undefined,
    })
    expect(driver.event('LambdaFunctionStarted').details).toBeUndefined()
  })

  it('of a service shows type, resource, region and parameters', () => {
    const driver = runState(
      task({
        Resource: token,
        Parameters: { 'Token.$': '$$.Task.Token' },
        Credentials: { RoleArn: 'arn:aws:iam::1:role/r' },
      }),
    )
    expect(driver.event('TaskScheduled').details).toMatchObject({
      resourceType: 'sqs',
      resource: 'sendMessage.waitForTaskToken',
      region: 'us-east-1',
      parameters: '{"Token":"token-1-2-0"}',
      taskCredentials: 'arn:aws:iam::1:role/r',
    })
    expect(driver.event('TaskStarted').details).toEqual({
      resourceType: 'sqs',
      resource: 'sendMessage.waitForTaskToken',
    })
    driver.submit('S', '{"MessageId":"1"}')
    expect(driver.event('TaskSubmitted').details).toMatchObject({ output: '{"MessageId":"1"}' })
    driver.succeed('S', '[1]')
    expect(driver.event('TaskSucceeded').details).toMatchObject({ output: '[1]', resourceType: 'sqs' })
    expect(driver.output).toBe('[1]')
  })

  it('of an activity starts when a worker takes it', () => {
    const driver = runState(task({ Resource: activity('a') }))
    expect(driver.chain).toBe('1←0 ExecutionStarted · 2←0 TaskStateEntered(S) · 3←2 ActivityScheduled')
    const attempt = attemptOf(driver.task('S'))
    driver.send({ ...attempt, kind: 'taskStarted', workerName: 'w1' })
    expect(driver.event('ActivityStarted').details).toEqual({ workerName: 'w1' })
    const taken = driver.state
    driver.send({ ...attempt, kind: 'taskStarted', workerName: 'w2' })
    expect(driver.state).toBe(taken)
    driver.succeed('S')
    expect(driver.chain).toContain('4←3 ActivityStarted · 5←4 ActivitySucceeded · 6←5 TaskStateExited(S)')
  })

  it('takes its role from a path or an expression', () => {
    const path = runState(task({ Resource: lambda('f'), Credentials: { 'RoleArn.$': '$.role' } }), {
      input: '{"role":"r1"}',
    })
    expect(path.task('S').roleArn).toBe('r1')
    const expression = runState(
      task({ QueryLanguage: 'JSONata', Resource: lambda('f'), Credentials: { RoleArn: '{% role %}' } }),
      { expressions: { role: () => '"r2"' } },
    )
    expect(expression.task('S').roleArn).toBe('r2')
  })

  it('that cannot be called at all ends the execution, whatever it would retry or catch', () => {
    const driver = runState(
      task({
        Resource: lambda('f'),
        Retry: [{ ErrorEquals: ['States.ALL'] }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'S' }],
      }),
      {
        refuse: (resource, parameters) => ({ error: 'States.Runtime', cause: `${resource.arn} refuses ${parameters}` }),
      },
    )
    expect(driver.chain).toBe('1←0 ExecutionStarted · 2←0 TaskStateEntered(S) · 3←2 ExecutionFailed{States.Runtime}')
    expect(driver.closed?.cause).toContain(`${lambda('f')} refuses {}`)
  })

  it('whose answer is too large fails with the name of what answered', () => {
    const large = JSON.stringify('x'.repeat(50))
    const causeFor = (resource: string): string | undefined => {
      const driver = runState(task({ Resource: resource }), { limits: { payloadBytes: 50 } })
      driver.succeed('S', large)
      expect(driver.closed?.error).toBe('States.DataLimitExceeded')
      return driver.closed?.cause
    }
    const says = (name: string): string =>
      `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`
    expect(causeFor(lambda('f'))).toBe(says(lambda('f')))
    expect(causeFor('arn:aws:states:::lambda:invoke')).toBe(says('lambda'))
  })

  it('whose parameters are too large is not called', () => {
    const driver = runState(task({ Resource: lambda('f'), Parameters: { 'a.$': '$', 'b.$': '$' } }), {
      input: JSON.stringify('x'.repeat(30)),
      limits: { payloadBytes: 60 },
    })
    expect(driver.tasks).toEqual([])
    expect(driver.closed?.error).toBe('States.DataLimitExceeded')
  })
})

describe('a call that a crash has cut off', () => {
  it('can be made again as it was first asked for, until it has returned', () => {
    const driver = runState(task({ Resource: token, Parameters: { 't.$': '$$.Task.Token' }, TimeoutSeconds: 9 }))
    const first = driver.task('S')
    const again = (): unknown => {
      const frame = driver.state.frames.get(1)
      return frame && scheduledCall(driver.machine, frame)
    }
    expect(again()).toEqual(first)
    driver.submit('S')
    expect(again()).toBeUndefined()
    const waiting = runState({ Type: 'Wait', Seconds: 5 })
    expect(waiting.state.frames.size).toBe(1)
    for (const frame of waiting.state.frames.values()) expect(scheduledCall(waiting.machine, frame)).toBeUndefined()
  })
})

describe('an answer', () => {
  it('that comes before the call has returned waits for TaskSubmitted', () => {
    const driver = runState(task({ Resource: token }))
    const attempt = attemptOf(driver.task('S'))
    driver.succeed('S', '"early"')
    expect(driver.event('TaskStarted').id).toBe(driver.history.length)
    driver.send({ ...attempt, kind: 'taskSubmitted', output: '{}' })
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 TaskStateEntered(S) · 3←2 TaskScheduled · 4←3 TaskStarted · 5←4 TaskSubmitted · 6←5 TaskSucceeded · 7←6 TaskStateExited(S) · 8←7 ExecutionSucceeded',
    )
    expect(driver.output).toBe('"early"')
  })

  it('that comes early counts once: a second one changes nothing', () => {
    const driver = runState(task({ Resource: token }))
    const attempt = attemptOf(driver.task('S'))
    driver.fail('S', 'First')
    const held = driver.state
    driver.send({ ...attempt, kind: 'taskSucceeded', output: '"second"' })
    expect(driver.state).toBe(held)
    driver.send({ ...attempt, kind: 'taskSubmitted', output: '{}' })
    expect(driver.closed).toMatchObject({ status: 'failed', error: 'First' })
  })

  it('of the call itself needs no TaskSubmitted, and counts only until the call has returned', () => {
    const failing = runState(task({ Resource: token }))
    failing.send({ ...attemptOf(failing.task('S')), kind: 'taskFailed', error: 'SQS.Broken', fromCall: true })
    expect(failing.chain).toContain('4←3 TaskStarted · 5←4 TaskFailed{SQS.Broken} · 6←5 ExecutionFailed')
    // After a crash the call is made a second time; only one of the two returns counts.
    const driver = runState(task({ Resource: sync }))
    const attempt = attemptOf(driver.task('S'))
    driver.submit('S')
    const submitted = driver.state
    driver.send({ ...attempt, kind: 'taskFailed', error: 'States.ExecutionAlreadyExists', fromCall: true })
    driver.send({ ...attempt, kind: 'taskSubmitted', output: '{}' })
    expect(driver.state).toBe(submitted)
    driver.succeed('S', '1')
    expect(driver.output).toBe('1')
  })

  it('of another frame, visit or attempt, or after the end, changes nothing', () => {
    const driver = run({
      StartAt: 'A',
      States: {
        A: task({ Resource: lambda('f'), Retry: [{ ErrorEquals: ['E'] }], Next: 'B' }),
        B: task({ Resource: lambda('g'), End: true }),
      },
    })
    const first = attemptOf(driver.task('A'))
    driver.fail('A', 'E')
    driver.fire('retry')
    const second = attemptOf(driver.task('A'))
    const before = driver.state
    driver.send({ ...first, kind: 'taskSucceeded', output: '"late"' })
    driver.send({ ...second, attempt: 2, kind: 'taskSucceeded', output: '"early"' })
    driver.send({ ...second, frame: 2, kind: 'taskFailed' })
    driver.send({ ...second, enteredId: 3, kind: 'taskSucceeded', output: '0' })
    driver.send({ ...second, kind: 'taskSubmitted', output: '{}' })
    driver.send({ ...second, kind: 'taskStarted' })
    driver.send({ ...second, kind: 'timer', timer: 'timeout' })
    expect(driver.state).toBe(before)
    driver.succeed('A', '"good"')
    const inB = driver.state
    driver.send({ ...second, kind: 'taskSucceeded', output: '"again"' })
    expect(driver.state).toBe(inB)
    driver.succeed('B', '1')
    const closed = driver.state
    driver.send({ ...second, kind: 'taskFailed' })
    driver.send({ kind: 'stop' })
    driver.send({ kind: 'start' })
    expect(driver.state).toBe(closed)
  })

  it('that is no JSON ends the execution with a word on it, not the engine', () => {
    const driver = runState(task({ Resource: lambda('f'), ResultPath: '$.x' }))
    driver.succeed('S', 'not json')
    expect(driver.closed?.error).toBe('States.Runtime')
    expect(driver.closed?.cause).toContain("A value cannot be read as JSON: Unrecognized token 'not'")
  })
})

describe('a timeout', () => {
  it.each([
    [lambda('f'), 'LambdaFunctionTimedOut'],
    [activity('a'), 'ActivityTimedOut'],
    ['arn:aws:states:::lambda:invoke', 'TaskTimedOut'],
  ])('of %s counts from scheduling, cancels the call and is %s', (resource, type) => {
    const driver = runState(task({ Resource: resource, TimeoutSeconds: 5 }))
    const attempt = attemptOf(driver.task('S'))
    expect(driver.timers).toMatchObject([{ timer: 'timeout', at: startedAt + 5000 }])
    const result = driver.fire('timeout')
    expect(driver.event(type).details).toMatchObject({ error: 'States.Timeout' })
    expect(result.commands).toEqual([
      expect.objectContaining({ kind: 'close', status: 'failed', error: 'States.Timeout' }),
    ])
    expect(driver.closed?.cause).toBeUndefined()
    const late = driver.state
    driver.send({ ...attempt, kind: 'taskSucceeded', output: '1' })
    expect(driver.state).toBe(late)
  })

  it('that is retried cancels the call, and the next attempt has its own', () => {
    const driver = runState(
      task({ Resource: lambda('f'), TimeoutSeconds: 5, Retry: [{ ErrorEquals: ['States.Timeout'] }] }),
    )
    const result = driver.fire('timeout')
    expect(result.commands.map(({ kind }) => kind)).toEqual(['cancel', 'setTimer'])
    expect(driver.timers).toMatchObject([{ timer: 'retry', attempt: 1 }])
    driver.fire('retry')
    expect(driver.timers).toMatchObject([{ timer: 'timeout', attempt: 1, at: startedAt + 11_000 }])
  })

  it('is cleared by the answer', () => {
    const driver = run({
      StartAt: 'A',
      States: {
        A: task({ Resource: lambda('f'), TimeoutSeconds: 5, Next: 'W' }),
        W: { Type: 'Wait', Seconds: 60, End: true },
      },
    })
    const { commands } = driver.succeed('A')
    expect(commands).toMatchObject([
      { kind: 'clearTimer', timer: 'timeout', frame: 1 },
      { kind: 'setTimer', timer: 'wait' },
    ])
    expect(driver.timers).toMatchObject([{ timer: 'wait' }])
  })

  it('comes from a path or an expression, and has to be a number of seconds', () => {
    const byPath = (n: string): Driver =>
      runState(task({ Resource: lambda('f'), TimeoutSecondsPath: '$.n' }), { input: `{"n":${n}}` })
    expect(byPath('7').timers).toMatchObject([{ at: startedAt + 7000 }])
    expect(byPath('0').closed?.error).toBe('States.Runtime')
    expect(byPath('1e300').closed?.error).toBe('States.Runtime')
    expect(byPath('"5"').closed?.cause).toContain(
      'The TimeoutSecondsPath parameter cannot be parsed as a long value: $.n == 5',
    )
    const byExpression = (n: string): Driver =>
      runState(task({ QueryLanguage: 'JSONata', Resource: lambda('f'), TimeoutSeconds: '{% n %}' }), {
        expressions: { n: () => n },
      })
    expect(byExpression('7.9').timers).toMatchObject([{ at: startedAt + 7000 }])
    expect(byExpression('0.5').chain).toContain('3←0 EvaluationFailed{States.QueryEvaluationError}')
    expect(byExpression('"x"').event('EvaluationFailed').details).toMatchObject({ location: 'TimeoutSeconds' })
  })
})

describe('a heartbeat', () => {
  const beat = (driver: Driver): void => {
    driver.send({ ...attemptOf(driver.task('S')), kind: 'heartbeat' })
  }

  it('of a token task is expected from scheduling on and moves its timer', () => {
    const driver = runState(task({ Resource: token, HeartbeatSeconds: 10, TimeoutSeconds: 60 }))
    driver.now += 4000
    beat(driver)
    expect(driver.timers).toMatchObject([
      { timer: 'timeout', at: startedAt + 60_000 },
      { timer: 'heartbeat', at: startedAt + 14_000 },
    ])
    driver.submit('S')
    driver.fire('heartbeat')
    expect(driver.chain).toContain(
      '5←4 TaskSubmitted · 6←5 TaskTimedOut{States.Timeout} · 7←6 ExecutionFailed{States.Timeout}',
    )
    expect(driver.timers).toEqual([])
  })

  it('of an activity is expected once a worker has taken it', () => {
    const driver = runState(task({ Resource: activity('a'), HeartbeatSeconds: 10 }))
    expect(driver.timers).toEqual([])
    driver.now += 60_000
    driver.send({ ...attemptOf(driver.task('S')), kind: 'taskStarted' })
    expect(driver.timers).toMatchObject([{ timer: 'heartbeat', at: startedAt + 70_000 }])
  })

  it('means nothing to a Lambda function, and nothing where none is asked for', () => {
    const driver = runState(task({ Resource: lambda('f'), HeartbeatSeconds: 10 }))
    expect(driver.timers).toEqual([])
    beat(driver)
    expect(driver.timers).toEqual([])
    const plain = runState(task({ Resource: token }))
    beat(plain)
    expect(plain.timers).toEqual([])
  })

  it('changes neither state nor history', () => {
    const driver = runState(task({ Resource: token, HeartbeatSeconds: 10, TimeoutSeconds: 60 }))
    const { state, history } = driver
    const events = history.length
    beat(driver)
    expect(driver.state).toEqual(state)
    expect(history.length).toBe(events)
  })

  it('that is missed is States.Timeout, which a retrier may call States.HeartbeatTimeout', () => {
    const driver = runState(
      task({
        Resource: token,
        HeartbeatSeconds: 1,
        Retry: [{ ErrorEquals: ['States.HeartbeatTimeout'], MaxAttempts: 1 }],
      }),
    )
    driver.submit('S')
    driver.fire('heartbeat')
    driver.fire('retry')
    driver.submit('S')
    driver.fire('heartbeat')
    expect(driver.closed).toMatchObject({ status: 'failed', error: 'States.Timeout' })
    const timeout = runState(
      task({ Resource: lambda('f'), TimeoutSeconds: 1, Retry: [{ ErrorEquals: ['States.HeartbeatTimeout'] }] }),
    )
    timeout.fire('timeout')
    expect(timeout.closed?.error).toBe('States.Timeout')
  })
})
