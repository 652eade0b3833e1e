import { describe, expect, it } from 'vitest'
import { type Driver, lambda, run, startedAt } from './driver.fake.ts'
import { retryDelayMs } from './retry.ts'

const retrier = {
  errors: ['States.ALL'],
  intervalSeconds: 1,
  maxAttempts: 3,
  backoffRate: 2,
  maxDelaySeconds: Infinity,
  fullJitter: false,
}

function start(recovery: object, options = {}): Driver {
  return run(
    {
      StartAt: 'T',
      States: {
        T: { Type: 'Task', Resource: lambda('f'), ...recovery, Next: 'Done' },
        Done: { Type: 'Pass', End: true },
        Caught: { Type: 'Succeed' },
      },
    },
    options,
  )
}

/** Milliseconds from now to the next attempt, which is then made. */
function nextAttempt(driver: Driver): number {
  const [timer] = driver.timers
  const delay = (timer?.at ?? Number.NaN) - driver.now
  driver.fire('retry')
  return delay
}

describe('the pause before a retry', () => {
  it('grows by the rate, is capped, and only then spread', () => {
    const delays = (k: number, random = 0.5): number =>
      retryDelayMs({ ...retrier, maxDelaySeconds: 5 }, k, () => random)
    expect([1, 2, 3, 4].map((k) => delays(k))).toEqual([1000, 2000, 4000, 5000])
    const jitter = { ...retrier, maxDelaySeconds: 5, fullJitter: true }
    expect([0, 0.25, 0.999].map((random) => retryDelayMs(jitter, 9, () => random))).toEqual([0, 1250, 4995])
  })

  it('is a number however long it has grown', () => {
    for (const intervalSeconds of [0, 1, 99_999_999]) {
      const delay = retryDelayMs({ ...retrier, intervalSeconds, backoffRate: 1e6 }, 5000, () => 0.5)
      expect(Number.isSafeInteger(startedAt + delay)).toBe(true)
    }
    expect(retryDelayMs({ ...retrier, intervalSeconds: 0, backoffRate: 1e6 }, 5000, () => 0)).toBe(0)
  })

  it('of 99,999,999 seconds is kept', () => {
    expect(retryDelayMs({ ...retrier, intervalSeconds: 99_999_999 }, 1, () => 0)).toBe(99_999_999_000)
  })
})

describe('Retry', () => {
  it('has AWS’s defaults: three attempts after 1, 2 and 4 seconds', () => {
    const driver = start({ Retry: [{ ErrorEquals: ['States.ALL'] }] })
    const delays: number[] = []
    for (let i = 0; i < 3; i++) {
      driver.fail('T', 'E')
      delays.push(nextAttempt(driver))
    }
    expect(delays).toEqual([1000, 2000, 4000])
    driver.fail('T', 'E', 'the last')
    expect(driver.closed).toMatchObject({ status: 'failed', error: 'E', cause: 'the last' })
  })

  it('counts for each retrier on its own, and for each visit anew', () => {
    const driver = run({
      StartAt: 'T',
      States: {
        T: {
          Type: 'Task',
          Resource: lambda('f'),
          Retry: [
            { ErrorEquals: ['A'], MaxAttempts: 1 },
            { ErrorEquals: ['B'], MaxAttempts: 1, IntervalSeconds: 7 },
          ],
          Next: 'T',
        },
      },
    })
    driver.fail('T', 'A')
    expect(nextAttempt(driver)).toBe(1000)
    driver.fail('T', 'B')
    expect(nextAttempt(driver)).toBe(7000)
    expect(driver.state.frames.get(1)?.visit).toMatchObject({ attempt: 2, retries: [1, 1] })
    driver.succeed('T')
    expect(driver.state.frames.get(1)?.visit).toMatchObject({ attempt: 0, retries: undefined })
    driver.fail('T', 'A')
    expect(nextAttempt(driver)).toBe(1000)
    driver.fail('T', 'A')
    expect(driver.closed?.status).toBe('failed')
  })

  it('that is exhausted does not fall to a later retrier, but to Catch', () => {
    const driver = start({
      Retry: [
        { ErrorEquals: ['A'], MaxAttempts: 0 },
        { ErrorEquals: ['States.ALL'], MaxAttempts: 5 },
      ],
      Catch: [{ ErrorEquals: ['A'], Next: 'Caught' }],
    })
    driver.fail('T', 'A')
    expect(driver.output).toBe('{"Error":"A","Cause":""}')
  })

  it('enters nothing anew and shows the number of retries in the context', () => {
    const driver = start({
      Parameters: { 'n.$': '$$.State.RetryCount', 'at.$': '$$.State.EnteredTime' },
      Retry: [{ ErrorEquals: ['States.TaskFailed'] }],
    })
    driver.fail('T', 'E')
    driver.fire('retry')
    expect(driver.task('T').input).toBe('{"n":1,"at":"2026-01-01T00:00:00Z"}')
    expect(driver.chain).toContain(
      '5←4 LambdaFunctionFailed{E} · 6←5 LambdaFunctionScheduled · 7←6 LambdaFunctionStarted',
    )
  })

  it('evaluates the arguments again', () => {
    const random = [0.1, 0.9]
    const driver = start(
      { Parameters: { 'n.$': 'States.MathRandom(0, 10)' }, Retry: [{ ErrorEquals: ['E'] }] },
      { random: () => random.shift() ?? 0 },
    )
    const first = driver.task('T').input
    driver.fail('T', 'E')
    driver.fire('retry')
    expect(driver.task('T').input).not.toBe(first)
  })
})

describe('the names in ErrorEquals', () => {
  it.each([
    ['States.ALL', 'Custom', true],
    ['States.ALL', undefined, true],
    ['States.ALL', 'States.Timeout', true],
    ['States.ALL', 'States.DataLimitExceeded', true],
    ['States.ALL', 'States.Runtime', false],
    ['States.TaskFailed', 'Custom', true],
    ['States.TaskFailed', 'States.Permissions', true],
    ['States.TaskFailed', 'States.Timeout', false],
    ['States.TaskFailed', 'States.DataLimitExceeded', false],
    ['States.Runtime', 'States.Runtime', false],
    ['States.DataLimitExceeded', 'States.DataLimitExceeded', true],
    ['Custom', 'Custom', true],
    ['Custom', 'custom', false],
    ['Cust*', 'Custom', false],
    ['', undefined, false],
  ])('%s matches %s: %s', (name, error, expected) => {
    const driver = start({ Catch: [{ ErrorEquals: [name], Next: 'Caught' }] })
    driver.fail('T', error)
    expect(driver.closed?.status).toBe(expected ? 'succeeded' : 'failed')
  })
})

describe('Catch', () => {
  it('takes the first catcher that matches, and replaces the input with what went wrong', () => {
    const driver = start({
      Catch: [
        { ErrorEquals: ['A'], Next: 'Done' },
        { ErrorEquals: ['B', 'A'], Next: 'Caught' },
      ],
    })
    driver.fail('T', 'B', 'because')
    expect(driver.chain).toContain('6←5 TaskStateExited(T) · 7←6 SucceedStateEntered(Caught)')
    expect(driver.output).toBe('{"Error":"B","Cause":"because"}')
  })

  it('writes it into the raw input at ResultPath, and skips the state’s own output fields', () => {
    const recovery = {
      InputPath: '$.in',
      ResultSelector: { no: 1 },
      ResultPath: '$.no',
      OutputPath: '$.no',
      Assign: { no: 1 },
      Catch: [
        { ErrorEquals: ['States.ALL'], ResultPath: '$.in.error', Assign: { 'why.$': '$.Cause' }, Next: 'Caught' },
      ],
    }
    const driver = start(recovery, { input: '{"in": {"a": 1.0}}' })
    driver.fail('T', 'E', 'because')
    expect(driver.output).toBe('{"in":{"a":1.0,"error":{"Error":"E","Cause":"because"}}}')
    expect(driver.event('TaskStateExited').details?.['assignedVariables']).toEqual(new Map([['why', '"because"']]))
  })

  it('keeps the raw input with a ResultPath of null', () => {
    const driver = start(
      { Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Caught' }] },
      { input: '[ 1 ]' },
    )
    driver.fail('T')
    expect(driver.output).toBe('[ 1 ]')
  })

  it('shows an absent error and cause as empty texts, but those of a token task as null', () => {
    const plain = start({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] })
    plain.fail('T')
    expect(plain.output).toBe('{"Error":"","Cause":""}')
    const token = start({
      Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
    })
    token.submit('T')
    token.fail('T')
    expect(token.output).toBe('{"Error":null,"Cause":null}')
  })

  it('that fails itself fails the scope: it is neither retried nor caught', () => {
    const recovery = {
      ResultPath: '$.x',
      Retry: [{ ErrorEquals: ['States.ResultPathMatchFailure'] }],
      Catch: [
        { ErrorEquals: ['E'], ResultPath: '$.a.b', Next: 'Caught' },
        { ErrorEquals: ['States.ALL'], Next: 'Caught' },
      ],
    }
    const driver = start(recovery, { input: '{"a":1}' })
    driver.fail('T', 'E')
    expect(driver.chain).toContain('5←4 LambdaFunctionFailed{E} · 6←5 ExecutionFailed{States.ResultPathMatchFailure}')
    expect(driver.closed?.cause).toContain("'T' (entered at the event id #2). ")
  })

  it('that fails in JSONata says where', () => {
    const driver = start(
      { QueryLanguage: 'JSONata', Catch: [{ ErrorEquals: ['E'], Output: { a: '{% x %}' }, Next: 'Caught' }] },
      { expressions: { x: () => undefined } },
    )
    driver.fail('T', 'E')
    expect(driver.chain).toContain(
      '5←4 LambdaFunctionFailed{E} · 6←5 EvaluationFailed{States.QueryEvaluationError} · 7←6 ExecutionFailed{States.QueryEvaluationError}',
    )
    expect(driver.event('EvaluationFailed').details).toMatchObject({ location: 'Catch[0]/Output/a', state: 'T' })
  })

  it('whose path misses something ends the execution', () => {
    const driver = start({ Catch: [{ ErrorEquals: ['E'], Assign: { 'v.$': '$.no' }, Next: 'Caught' }] })
    driver.fail('T', 'E')
    expect(driver.chain).toContain('5←4 LambdaFunctionFailed{E} · 6←5 ExecutionFailed{States.Runtime}')
  })

  it('catches an evaluation that fails, and an intrinsic', () => {
    const evaluation = start(
      {
        QueryLanguage: 'JSONata',
        Arguments: '{% x %}',
        Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Caught' }],
      },
      { expressions: { x: () => undefined } },
    )
    expect(evaluation.chain).toContain(
      '2←0 TaskStateEntered(T) · 3←0 EvaluationFailed{States.QueryEvaluationError} · 4←3 TaskStateExited(T)',
    )
    const intrinsic = start({
      Parameters: { 'x.$': "States.StringToJson('no')" },
      Catch: [{ ErrorEquals: ['States.IntrinsicFailure'], Next: 'Caught' }],
    })
    expect(intrinsic.chain).toContain('2←0 TaskStateEntered(T) · 3←2 TaskStateExited(T)')
  })
})
