import { describe, expect, it } from 'vitest'
import { compileMachine } from './compile/index.ts'
import { type Chance, type Outcome, SlowExpression } from './ports.ts'
import { simulate, type SimulatedAnswer, type SimulatedTask } from './simulate.ts'

const lambda = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`
const startedAt = Date.UTC(2026, 0, 1)

describe('a simulation', () => {
  it('skips waits and says how long they would have taken', async () => {
    const result = await play({
      StartAt: 'Sleep',
      States: { Sleep: { Type: 'Wait', Seconds: 86_400, Next: 'Done' }, Done: { Type: 'Succeed' } },
    })
    expect(result).toMatchObject({
      status: 'succeeded',
      output: '{"n":1}',
      elapsedMs: 86_400_000,
      path: ['Sleep', 'Done'],
    })
  })

  it('stamps events with virtual time', async () => {
    const result = await play({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 5, End: true } } })
    expect(result.history.map(({ type, timestamp }) => [type, timestamp - startedAt])).toEqual([
      ['ExecutionStarted', 0],
      ['WaitStateEntered', 0],
      ['WaitStateExited', 5000],
      ['ExecutionSucceeded', 5000],
    ])
  })

  it('asks for an answer for each attempt and keeps the pauses between them', async () => {
    const tasks: SimulatedTask[] = []
    const result = await play(
      {
        StartAt: 'Pay',
        States: {
          Pay: {
            Type: 'Task',
            Resource: lambda('pay'),
            Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 2, MaxAttempts: 3, BackoffRate: 2 }],
            End: true,
          },
        },
      },
      (task) => {
        tasks.push(task)
        return task.attempt < 2
          ? { kind: 'failed', error: 'Busy', afterMs: 100 }
          : { kind: 'succeeded', output: '"ok"', afterMs: 100 }
      },
    )
    expect(tasks.map(({ stateName, attempt, input }) => [stateName, attempt, input])).toEqual([
      ['Pay', 0, '{"n":1}'],
      ['Pay', 1, '{"n":1}'],
      ['Pay', 2, '{"n":1}'],
    ])
    expect(result).toMatchObject({ status: 'succeeded', output: '"ok"', elapsedMs: 300 + 2000 + 4000 })
  })

  it('lets a task time out that takes too long, and ignores its late answer', async () => {
    const result = await play(
      {
        StartAt: 'Slow',
        States: {
          Slow: {
            Type: 'Task',
            Resource: lambda('slow'),
            TimeoutSeconds: 3,
            Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Late' }],
            End: true,
          },
          Late: { Type: 'Wait', Seconds: 60, End: true },
        },
      },
      () => ({ kind: 'succeeded', output: '"late"', afterMs: 10_000 }),
    )
    expect(result.path).toEqual(['Slow', 'Late'])
    expect(result.elapsedMs).toBe(63_000)
    expect(result.output).not.toBe('"late"')
  })

  it('ends as running when a task never answers and nothing times out', async () => {
    const result = await play(
      { StartAt: 'T', States: { T: { Type: 'Task', Resource: lambda('t'), End: true } } },
      () => undefined,
    )
    expect(result).toMatchObject({ status: 'running', calls: [{ stateName: 'T' }] })
    expect(result.output).toBeUndefined()
  })

  it('submits a task that waits for its token before it answers', async () => {
    const result = await play(
      {
        StartAt: 'Ask',
        States: {
          Ask: {
            Type: 'Task',
            Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
            Parameters: { QueueUrl: 'q', 'MessageBody.$': '$$.Task.Token' },
            End: true,
          },
        },
      },
      () => ({ kind: 'succeeded', output: '"approved"', afterMs: 0 }),
    )
    expect(result.history.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ])
    expect(result.calls[0]?.input).toMatch(/"MessageBody":"token-/)
  })

  it('starts an activity before it is answered', async () => {
    const resource = 'arn:aws:states:us-east-1:000000000000:activity:approve'
    const answer = () => ({ kind: 'succeeded', output: '1', afterMs: 5 }) as const
    const result = await play({ StartAt: 'A', States: { A: { Type: 'Task', Resource: resource, End: true } } }, answer)
    expect(result.history.map(({ type }) => type)).toContain('ActivityStarted')
    expect(result.status).toBe('succeeded')
  })

  it('runs the branches of a Parallel side by side in time', async () => {
    const branch = (name: string, seconds: number) => ({
      StartAt: name,
      States: { [name]: { Type: 'Wait', Seconds: seconds, End: true } },
    })
    const result = await play({
      StartAt: 'Both',
      States: { Both: { Type: 'Parallel', Branches: [branch('Long', 10), branch('Short', 4)], End: true } },
    })
    expect(result).toMatchObject({ status: 'succeeded', elapsedMs: 10_000, path: ['Both', 'Long', 'Short'] })
  })

  it('stops what is under way when a branch fails', async () => {
    const result = await play(
      {
        StartAt: 'Both',
        States: {
          Both: {
            Type: 'Parallel',
            Branches: [
              { StartAt: 'Bad', States: { Bad: { Type: 'Task', Resource: lambda('bad'), End: true } } },
              { StartAt: 'Long', States: { Long: { Type: 'Wait', Seconds: 100, End: true } } },
            ],
            Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Rest' }],
            End: true,
          },
          Rest: { Type: 'Wait', Seconds: 200, End: true },
        },
      },
      () => ({ kind: 'failed', error: 'Bad', cause: 'broken', afterMs: 1000 }),
    )
    expect(result).toMatchObject({ status: 'succeeded', path: ['Both', 'Bad', 'Long', 'Rest'], elapsedMs: 201_000 })
  })

  it('ends a machine that would go round for ever at the limit of its history', async () => {
    const result = await play({
      StartAt: 'A',
      States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } },
    })
    expect(result).toMatchObject({ status: 'failed', error: 'States.Runtime' })
    expect(result.history.length).toBeLessThanOrEqual(2000)
  })

  it('has the machine time out', async () => {
    const result = await play({
      TimeoutSeconds: 7,
      StartAt: 'W',
      States: { W: { Type: 'Wait', Seconds: 100, End: true } },
    })
    expect(result).toMatchObject({ status: 'timed_out', elapsedMs: 7000 })
  })

  it('does a step again with the outcome of a slow expression, with the same chance', async () => {
    const chances: number[] = []
    const result = await play(
      { QueryLanguage: 'JSONata', StartAt: 'P', States: { P: { Type: 'Pass', Output: '{% $slow() %}', End: true } } },
      () => undefined,
      {
        evaluate: (source, bindings, world) => {
          chances.push(world.random())
          throw new SlowExpression(source, bindings)
        },
        evaluateSlowly: (_source, _bindings, world) => {
          chances.push(world.random())
          return Promise.resolve({ kind: 'value', text: '"worth the wait"' })
        },
      },
    )
    expect(result.output).toBe('"worth the wait"')
    expect(new Set(chances).size).toBe(1)
    expect(chances).toHaveLength(2)
  })
})

type World = Chance & { readonly now: number }
type Expressions = {
  evaluate(source: string, bindings: ConstructorParameters<typeof SlowExpression>[1], world: World): Outcome
  evaluateSlowly(
    source: string,
    bindings: ConstructorParameters<typeof SlowExpression>[1],
    world: World,
  ): Promise<Outcome>
}

const noExpressions: Expressions = {
  evaluate: () => ({ kind: 'nothing' }),
  evaluateSlowly: () => Promise.resolve({ kind: 'nothing' }),
}

function play(
  definition: object,
  answer: (task: SimulatedTask) => SimulatedAnswer | undefined = () => undefined,
  expressions: Expressions = noExpressions,
) {
  const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:m'
  return simulate({
    machine: compileMachine(JSON.stringify(definition)),
    about: {
      arn: 'arn:aws:states:us-east-1:000000000000:execution:m:x',
      name: 'x',
      input: '{"n":1}',
      roleArn: 'arn:aws:iam::000000000000:role/r',
      startedAt,
      machineArn,
      machineName: 'm',
      region: 'us-east-1',
    },
    limits: { payloadBytes: 262_144, historyEvents: 2000 },
    // The same number within a step, another in the next.
    chance: (step) => ({ random: () => (step + 1) / 1000, uuid: () => 'u', hash: () => 'h' }),
    ...expressions,
    refuse: () => undefined,
    answer,
  })
}
