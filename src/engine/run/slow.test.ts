import { afterEach, describe, expect, it } from 'vitest'
import { type Bindings, type Outcome, SlowExpression } from '../../asl/index.ts'
import { createExpressions } from '../../jsonata/index.ts'
import { startExecution } from '../execution/start.ts'
import { stopExecution } from '../execution/stop.ts'
import { sendTaskSuccess } from '../task/answer.ts'
import { admin, definitionOf, endWorlds, taskState, World } from '../world.ts'
import type { EngineExpressions } from './core.ts'

afterEach(endWorlds)

type Evaluation = {
  readonly source: string
  readonly bindings: Bindings
  readonly now: number
  done(outcome: Outcome): void
  broken(error: Error): void
}

/** Expressions that say `slow` wait for the test; the others are evaluated as ever. */
class SlowOnes implements EngineExpressions {
  readonly #real = createExpressions()
  readonly evaluations: Evaluation[] = []
  check: EngineExpressions['check'] = (source, place) => this.#real.check(source, place)
  variables: EngineExpressions['variables'] = (source) => this.#real.variables(source)

  evaluate: EngineExpressions['evaluate'] = (source, bindings, chance) => {
    if (source.includes('slow')) throw new SlowExpression(source, bindings)
    return this.#real.evaluate(source, bindings, chance)
  }

  evaluateSlowly: EngineExpressions['evaluateSlowly'] = (source, bindings, { now }) => {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
    this.evaluations.push({ source, bindings, now, done: resolve, broken: reject })
    return promise
  }
}

const value = (json: unknown): Outcome => ({ kind: 'value', text: JSON.stringify(json) })
const jsonata = { QueryLanguage: 'JSONata' }
const slowly = (name: string, more: object = { End: true }) => ({
  Type: 'Pass',
  Output: `{% 'slow ${name}' %}`,
  ...more,
})

function slowWorld(): { world: World; slow: SlowOnes } {
  const slow = new SlowOnes()
  return { world: new World({ engine: { expressions: slow } }), slow }
}

async function done(world: World, evaluation: Evaluation | undefined, outcome: Outcome): Promise<void> {
  evaluation?.done(outcome)
  await world.settle()
}

describe('an expression that is slow', () => {
  it('does not hold up the answer to the start, which is durable', async () => {
    const { world, slow } = slowWorld()
    const arn = await world.run({ A: slowly('a') }, {}, jsonata)
    expect(await world.describe(arn)).toMatchObject({ status: 'RUNNING' })
    expect(world.count('inbox')).toBe(1)
    expect(await world.events(arn)).toEqual([])
    await done(world, slow.evaluations[0], value('at last'))
    expect(await world.output(arn)).toBe('at last')
    expect(world.count('inbox')).toBe(0)
  })

  it('does not hold up other executions', async () => {
    const { world, slow } = slowWorld()
    await world.run({ A: slowly('a') }, {}, jsonata)
    const others = await Promise.all(
      [1, 2, 3].map((n) => world.run({ Only: { Type: 'Pass', Output: n, End: true } }, {}, jsonata)),
    )
    expect(await Promise.all(others.map((arn) => world.output(arn)))).toEqual([1, 2, 3])
    expect(slow.evaluations).toHaveLength(1)
  })

  it('is evaluated once, though time has passed and chance was used before it', async () => {
    const { world, slow } = slowWorld()
    const arn = await world.run(
      {
        Chance: { Type: 'Pass', Output: '{% $uuid() %}', Next: 'A' },
        A: slowly('a', { Next: 'B' }),
        B: slowly('b', { Next: 'C' }),
        C: { Type: 'Pass', Output: '{% [$states.input, $uuid()] %}', End: true },
      },
      {},
      jsonata,
    )
    await world.advance(700)
    await done(world, slow.evaluations[0], value('a'))
    await world.advance(700)
    await done(world, slow.evaluations[1], value('b'))
    expect(slow.evaluations.map(({ source }) => source)).toEqual(["'slow a'", "'slow b'"])
    expect(await world.output(arn)).toEqual(['b', expect.stringMatching(/^[0-9a-f-]{36}$/)])
  })

  it('sees the time at which its event happened, as all of the step does', async () => {
    const { world, slow } = slowWorld()
    const started = world.clock.now()
    const arn = await world.run({ A: slowly('a') }, {}, jsonata)
    await world.advance(700)
    await done(world, slow.evaluations[0], value(1))
    expect(slow.evaluations[0]?.now).toBe(started)
    expect((await world.history(arn)).map(({ timestamp }) => timestamp - started)).toEqual([0, 0, 0, 0])
  })

  it('that fails fails its state, and can be caught', async () => {
    const { world, slow } = slowWorld()
    const arn = await world.run(
      {
        Work: taskState('work', {
          Output: "{% 'slow' %}",
          Catch: [
            { ErrorEquals: ['States.QueryEvaluationError'], Next: 'Seen', Output: '{% $states.errorOutput.Cause %}' },
          ],
          Next: 'Seen',
        }),
        Seen: { Type: 'Succeed' },
      },
      {},
      jsonata,
    )
    await world.succeed(1)
    await done(world, slow.evaluations[0], { kind: 'failed', detail: ': Expression evaluation timeout' })
    expect(await world.output(arn)).toContain('Expression evaluation timeout')
  })

  it('whose worker breaks fails its state instead of waiting for ever', async () => {
    const { world, slow } = slowWorld()
    const arn = await world.run({ A: slowly('a') }, {}, jsonata)
    slow.evaluations[0]?.broken(new Error('the worker is gone'))
    await world.settle()
    expect(await world.describe(arn)).toMatchObject({
      status: 'FAILED',
      error: 'States.QueryEvaluationError',
      cause: expect.stringContaining('the worker is gone'),
    })
  })

  it('is evaluated again after a crash, and the event is carried out once', async () => {
    const { world, slow } = slowWorld()
    const arn = await world.run({ A: slowly('a') }, {}, jsonata)
    const again = new SlowOnes()
    const next = world.crash({ engine: { expressions: again } })
    await next.engine.recover()
    await next.settle()
    expect(again.evaluations.map(({ source }) => source)).toEqual([slow.evaluations[0]?.source])
    await done(next, again.evaluations[0], value('after'))
    expect(await next.output(arn)).toBe('after')
    expect(next.count('inbox')).toBe(0)
    expect(await next.events(arn)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ])
  })

  it('behind an answer from outside keeps the answer, and who gave it, over a crash', async () => {
    const { world } = slowWorld()
    const arn = await world.run(
      {
        Ask: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
          Arguments: { QueueUrl: 'q', MessageBody: '{% $states.context.Task.Token %}' },
          Output: "{% 'slow' %}",
          End: true,
        },
      },
      {},
      jsonata,
    )
    const token = world.call().token ?? ''
    await world.succeed({})
    await sendTaskSuccess(world.engine, admin, { token, output: '1' })
    const again = new SlowOnes()
    const next = world.crash({ engine: { expressions: again } })
    await next.engine.recover()
    await next.settle()
    await done(next, again.evaluations[0], value('yes'))
    expect(await next.output(arn)).toBe('yes')
    expect(next.trail().filter(({ action }) => action === 'task.succeed')).toHaveLength(1)
    await expect(sendTaskSuccess(next.engine, admin, { token, output: '1' })).rejects.toMatchObject({
      code: 'task.closed',
    })
  })

  it('behind an answer that came in time is not overtaken by the timeout, nor by a second answer', async () => {
    const { world, slow } = slowWorld()
    const arn = await world.run(
      {
        Ask: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
          Arguments: { QueueUrl: 'q', MessageBody: '{% $states.context.Task.Token %}' },
          TimeoutSeconds: 5,
          HeartbeatSeconds: 2,
          Output: "{% 'slow' & $states.result %}",
          End: true,
        },
      },
      {},
      jsonata,
    )
    const token = world.call().token ?? ''
    await world.succeed({})
    await world.advance(1999)
    await sendTaskSuccess(world.engine, admin, { token, output: '1' })
    await expect(sendTaskSuccess(world.engine, admin, { token, output: '2' })).rejects.toMatchObject({
      code: 'task.closed',
    })
    await world.advance(60_000)
    expect(slow.evaluations.map(({ bindings }) => bindings.result)).toEqual(['1'])
    await done(world, slow.evaluations[0], value('in time'))
    expect(await world.output(arn)).toBe('in time')
  })

  it('behind a wait is evaluated again after a crash, though the timer is gone', async () => {
    const { world } = slowWorld()
    const arn = await world.run({ Wait: { Type: 'Wait', Seconds: 5, Output: "{% 'slow' %}", End: true } }, {}, jsonata)
    await world.advance(5000)
    expect([world.count('timer'), world.count('inbox')]).toEqual([0, 1])
    const again = new SlowOnes()
    const next = world.crash({ engine: { expressions: again } })
    await next.engine.recover()
    await next.settle()
    await done(next, again.evaluations[0], value('awake'))
    expect(await next.output(arn)).toBe('awake')
  })

  it('does not keep its execution from being stopped, and comes too late then', async () => {
    const { world, slow } = slowWorld()
    const arn = await world.run({ A: slowly('a') }, {}, jsonata)
    await stopExecution(world.engine, admin, { executionArn: arn })
    expect(await world.status(arn)).toBe('ABORTED')
    expect(world.count('inbox')).toBe(0)
    await done(world, slow.evaluations[0], value('late'))
    expect((await world.events(arn)).at(-1)).toBe('ExecutionAborted')
  })

  it('in one branch lets the others go on meanwhile', async () => {
    const { world, slow } = slowWorld()
    const arn = await world.run(
      {
        Both: {
          Type: 'Parallel',
          End: true,
          Branches: [
            { StartAt: 'A', States: { A: taskState('a', { Output: "{% 'slow' %}" }) } },
            { StartAt: 'B', States: { B: taskState('b') } },
          ],
        },
      },
      {},
      jsonata,
    )
    await world.succeed(1, 'A')
    await world.succeed(2, 'B')
    expect((await world.events(arn)).filter((type) => type === 'LambdaFunctionSucceeded')).toHaveLength(1)
    await done(world, slow.evaluations[0], value('a'))
    expect(await world.output(arn)).toEqual(['a', 2])
    expect((await world.history(arn)).map(({ id }) => id)).toEqual(
      Array.from({ length: (await world.history(arn)).length }, (_, n) => n + 1),
    )
  })

  it('that never ends is given up within AWS’s second, while others go on', async () => {
    const world = new World()
    const endless = '{% ($f := function($n) { $f($n + 1) }; $f(0)) %}'
    const stateMachineArn = await world.machine(
      'endless',
      definitionOf({ A: { Type: 'Pass', Output: endless, End: true } }, jsonata),
    )
    const { executionArn } = await startExecution(world.engine, admin, { stateMachineArn })
    const other = await world.run({ Only: { Type: 'Pass', Output: 1, End: true } }, {}, jsonata)
    expect(await world.output(other)).toBe(1)
    const { promise, resolve } = Promise.withResolvers<void>()
    world.engine.watchers.add(1, (news) => news === 'closed' && resolve())
    if ((await world.status(executionArn)) === 'RUNNING') await promise
    expect(await world.describe(executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'States.QueryEvaluationError',
    })
  })
})
