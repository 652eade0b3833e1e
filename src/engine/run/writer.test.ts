import { afterEach, describe, expect, it } from 'vitest'
import { type LogFields, type Logger, silentLogger } from '../../base/index.ts'
import { createActivity } from '../activity/create.ts'
import { startExecution } from '../execution/start.ts'
import { stopExecution } from '../execution/stop.ts'
import { getActivityTask } from '../task/activity.ts'
import { sendTaskSuccess } from '../task/answer.ts'
import { activityArn, admin, definitionOf, endWorlds, executionArn, machineArn, taskState, World } from '../world.ts'

afterEach(endWorlds)

class Log implements Logger {
  readonly lines: { readonly level: string; readonly message: string; readonly fields: LogFields | undefined }[] = []
  debug = silentLogger.debug
  info = (message: string, fields?: LogFields): number => this.lines.push({ level: 'info', message, fields })
  warn = (message: string, fields?: LogFields): number => this.lines.push({ level: 'warn', message, fields })
  error = (message: string, fields?: LogFields): number => this.lines.push({ level: 'error', message, fields })
  errors(): string[] {
    return this.lines.filter(({ level }) => level === 'error').map(({ message }) => message)
  }
}

const large = 'x'.repeat(200_000)
const waits = definitionOf({ A: taskState('a', { Next: 'B' }), B: taskState('b') })
const full = { code: 'store.full', kind: 'exhausted', retryable: true }

describe('a full disk', () => {
  async function filled(
    logger: Logger = silentLogger,
  ): Promise<{ world: World; arn: string; stateMachineArn: string }> {
    const world = new World({ logger })
    const stateMachineArn = await world.machine('pay', waits)
    const { executionArn: arn } = await world.start(stateMachineArn, { name: 'before' })
    await world.fillDisk()
    await expect(startExecution(world.engine, admin, { stateMachineArn, input: `"${large}"` })).rejects.toMatchObject(
      full,
    )
    return { world, arn, stateMachineArn }
  }

  it('refuses what wants to begin, at once and with the repair, and says so to whoever asks for the health', async () => {
    const { world, stateMachineArn, arn } = await filled()
    const fault = world.engine.writer.fault
    expect(fault).toMatchObject({ ...full, repair: expect.stringContaining('free') })
    let commits = 0
    world.store.onCommit(() => commits++)
    await expect(startExecution(world.engine, admin, { stateMachineArn })).rejects.toBe(fault)
    await expect(stopExecution(world.engine, admin, { executionArn: arn })).rejects.toBe(fault)
    expect(commits).toBe(0)
    expect(world.count('execution')).toBe(1)
    expect(await world.status(arn)).toBe('RUNNING')
  })

  it('keeps the results of calls and writes them when there is room again, in their order', async () => {
    const { world, arn } = await filled()
    await world.succeed({ large })
    await world.advance(5000)
    expect(await world.events(arn)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
    ])
    await world.freeDisk()
    await world.advance(1000)
    expect(world.engine.writer.fault).toBeUndefined()
    await world.succeed('done')
    expect(await world.output(arn)).toBe('done')
    expect((await world.history(arn))[4]).toMatchObject({ details: { output: JSON.stringify({ large }) } })
  })

  it('keeps timers that fall due meanwhile', async () => {
    const world = new World()
    const arn = await world.run({
      Wait: { Type: 'Wait', Seconds: 2, Next: 'More' },
      More: { Type: 'Pass', Result: large, End: true },
    })
    await world.fillDisk()
    await world.advance(10_000)
    expect(await world.status(arn)).toBe('RUNNING')
    await world.freeDisk()
    await world.advance(1000)
    expect(await world.status(arn)).toBe('SUCCEEDED')
  })

  it('is noticed to have room again though nobody asks for anything', async () => {
    const log = new Log()
    const { world, stateMachineArn } = await filled(log)
    await world.freeDisk()
    expect(world.engine.writer.fault).toBeDefined()
    await world.advance(1000)
    expect(world.engine.writer.fault).toBeUndefined()
    await world.start(stateMachineArn)
    expect(world.count('inbox')).toBe(0)
    expect(log.lines.map(({ message }) => message)).toContain('the store takes writes again')
  })

  it('is told of once in the log, however long it lasts', async () => {
    const log = new Log()
    const { world } = await filled(log)
    await world.succeed({ large })
    await world.advance(60_000)
    expect(log.errors().filter((message) => message.startsWith('the store refuses'))).toHaveLength(1)
    await world.freeDisk()
  })

  it('loses nothing when the process ends meanwhile: the call is made again', async () => {
    const { world, arn } = await filled()
    await world.succeed({ large })
    const next = world.crash()
    await next.engine.recover()
    await next.settle()
    await next.succeed({ large: 1 })
    await next.succeed('done')
    expect(await next.output(arn)).toBe('done')
  })

  it('does not keep the engine from being closed', async () => {
    const { world } = await filled()
    await world.succeed({ large })
    await world.engine.close()
    expect(world.clock.nextAlarm()).toBeUndefined()
    await world.freeDisk()
  })

  it('undoes only the batch that it meets: what was acknowledged stays', async () => {
    const world = new World()
    const stateMachineArn = await world.machine('pay', waits)
    await world.fillDisk()
    const starts = await Promise.allSettled(
      Array.from({ length: 200 }, async (_, n) => {
        for (let turn = 0; turn < n % 7; turn++) await Promise.resolve()
        return startExecution(world.engine, admin, { stateMachineArn, input: JSON.stringify('y'.repeat(2000)) })
      }),
    )
    await world.settle()
    const acknowledged = starts.filter(({ status }) => status === 'fulfilled').length
    expect(world.count('execution')).toBe(acknowledged)
    expect(acknowledged).toBeLessThan(200)
    expect(new Set(world.calls.map(({ executionArn }) => executionArn)).size).toBe(acknowledged)
    await world.freeDisk()
  })
})

describe('a piece of work that cannot be carried out', () => {
  const breakChunks = (world: World, executionId: number) =>
    world.tamper("UPDATE chunk SET body = '[1' WHERE execution_id = ?", executionId)

  it('is refused alone; what was to be written with it is written', async () => {
    const log = new Log()
    const world = new World({ logger: log })
    await world.machine('pay', waits)
    const broken = await world.run({ Wait: { Type: 'Wait', Seconds: 100, End: true } })
    await breakChunks(world, 1)
    const next = world.crash()
    const stateMachineArn = machineArn('pay')
    const answers = await Promise.allSettled([
      startExecution(next.engine, admin, { stateMachineArn }),
      stopExecution(next.engine, admin, { executionArn: broken }),
      startExecution(next.engine, admin, { stateMachineArn }),
    ])
    await next.settle()
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(next.calls).toHaveLength(2)
    expect(log.errors()).toContain('a piece of work could not be carried out')
  })

  it('because its execution is broken does not keep other timers from firing, now or later', async () => {
    const world = new World()
    const arns: string[] = []
    for (let n = 0; n < 5; n++) arns.push(await world.run({ Wait: { Type: 'Wait', Seconds: 10 + n, End: true } }))
    await breakChunks(world, 1)
    await breakChunks(world, 3)
    const next = world.crash()
    await next.engine.recover()
    await next.advance(12_000)
    await next.advance(2000)
    expect(await Promise.all(arns.map((arn) => next.status(arn)))).toEqual([
      'RUNNING',
      'SUCCEEDED',
      'RUNNING',
      'SUCCEEDED',
      'SUCCEEDED',
    ])
    const later = await next.run({ Wait: { Type: 'Wait', Seconds: 100, End: true } })
    await next.advance(100_000)
    expect(await next.status(later)).toBe('SUCCEEDED')
    // Put off, not lost: somebody may mend them.
    expect(next.rows('SELECT execution_id AS id FROM timer')).toEqual([{ id: 1 }, { id: 3 }])
  })

  it('ends its execution when that can still be written', async () => {
    const world = new World()
    const arn = await world.run({ A: taskState('a') })
    // Stands for any defect that meets one step and not the next.
    await world.refuseInserts('chunk', `NEW.body LIKE '%poison%'`)
    const other = await world.run({ A: taskState('a') })
    for (const call of world.calls) call.succeed(call.executionArn === arn ? 'poison' : 'fine')
    await world.settle()
    expect(await world.describe(arn)).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: expect.stringContaining('Holdfast could not carry out this step'),
    })
    expect(await world.output(other)).toBe('fine')
  })

  it('of a nested start ends the execution that asked for it', async () => {
    const world = new World()
    await world.machine('child', definitionOf({ Only: { Type: 'Pass', End: true } }))
    await world.refuseInserts('execution', `NEW.name = 'kid'`)
    const arn = await world.run({
      Call: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync',
        Parameters: { StateMachineArn: machineArn('child'), Name: 'kid' },
        End: true,
      },
    })
    expect(await world.describe(arn)).toMatchObject({ status: 'FAILED', error: 'States.Runtime' })
  })

  it('of a worker that asks for a task is the worker’s to hear', async () => {
    const world = new World()
    await createActivity(world.engine, admin, { name: 'desk' })
    await world.run({ Desk: taskState('', { Resource: activityArn('desk') }) })
    await breakChunks(world, 1)
    const next = world.crash()
    const { signal } = new AbortController()
    await expect(getActivityTask(next.engine, admin, { arn: activityArn('desk') }, signal)).rejects.toThrow('JSON')
    expect(next.rows('SELECT taken FROM activity_task')).toEqual([{ taken: 0 }])
  })
})

describe('a machine whose creation was undone', () => {
  it('leaves no text behind for the one that gets its number', async () => {
    const world = new World()
    const texts = ['first', 'second'].map((Result) => definitionOf({ Only: { Type: 'Pass', Result, End: true } }))
    await world.fillDisk(10)
    // Created and started in one commit, which the disk refuses in the end.
    const stateMachineArn = machineArn('pay')
    const answers = await Promise.allSettled([
      world.machine('pay', texts[0] ?? ''),
      startExecution(world.engine, admin, { stateMachineArn }),
      startExecution(world.engine, admin, { stateMachineArn, input: `"${large}"` }),
    ])
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    await world.freeDisk()
    await world.advance(1000)
    const { executionArn: arn } = await world.start(await world.machine('pay', texts[1] ?? ''))
    expect(await world.output(arn)).toBe('second')
  })
})

describe('many at once', () => {
  it('are written in few commits, each told only after its own', async () => {
    const world = new World()
    const stateMachineArn = await world.machine('pay', definitionOf({ A: taskState('a') }))
    let commits = 0
    world.store.onCommit(() => commits++)
    await Promise.all(Array.from({ length: 500 }, () => startExecution(world.engine, admin, { stateMachineArn })))
    expect(commits).toBeLessThanOrEqual(2)
    for (const call of world.calls) call.succeed(1)
    await world.settle()
    expect(commits).toBeLessThanOrEqual(4)
    expect(world.rows('SELECT count(*) AS n FROM execution WHERE status = 1')).toEqual([{ n: 500 }])
  })

  it('for hours leave no trace of what is done', async () => {
    const world = new World()
    const stateMachineArn = await world.machine('pay', definitionOf({ A: taskState('a') }))
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 20 }, () => startExecution(world.engine, admin, { stateMachineArn })))
      for (const call of world.calls) if (call.open) call.succeed(round)
      await world.settle()
    }
    for (const table of ['timer', 'inbox', 'activity_task', 'snapshot']) expect(world.count(table)).toBe(0)
    expect(world.rows('SELECT count(*) AS n FROM execution WHERE busy = 1')).toEqual([{ n: 0 }])
    expect(
      Array.from({ length: 400 }, (_, i) => world.engine.cache.get(i + 1)).every((live) => live === undefined),
    ).toBe(true)
  })

  it('are not held up by one that runs without end', async () => {
    const world = new World({ limits: { historyEvents: 30_000 } })
    const stateMachineArn = await world.machine(
      'endless',
      definitionOf({
        Again: { Type: 'Choice', Choices: [{ Variable: '$', IsPresent: true, Next: 'More' }], Default: 'More' },
        More: { Type: 'Choice', Choices: [{ Variable: '$', IsPresent: false, Next: 'Done' }], Default: 'Again' },
        Done: { Type: 'Succeed' },
      }),
    )
    const endless = startExecution(world.engine, admin, { stateMachineArn, name: 'endless' })
    const brief = await world.machine('brief', definitionOf({ Only: { Type: 'Pass', End: true } }))
    await endless
    await startExecution(world.engine, admin, { stateMachineArn: brief, name: 'brief' })
    expect(await world.status(executionArn('brief', 'brief'))).toBe('SUCCEEDED')
    expect(await world.status(executionArn('endless', 'endless'))).toBe('RUNNING')
    await world.settle()
    expect(await world.describe(executionArn('endless', 'endless'))).toMatchObject({
      status: 'FAILED',
      cause: 'The execution reached the maximum number of history events (30000).',
    })
  })

  it('that contradict each other are decided in their order', async () => {
    const world = new World()
    const arn = await world.run({
      Ask: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
        Parameters: { QueueUrl: 'q', 'MessageBody.$': '$$.Task.Token' },
        End: true,
      },
    })
    const token = world.call().token ?? ''
    await world.succeed({})
    const [answered, stopped] = await Promise.allSettled([
      sendTaskSuccess(world.engine, admin, { token, output: '1' }),
      stopExecution(world.engine, admin, { executionArn: arn }),
    ])
    expect([answered.status, stopped.status]).toEqual(['fulfilled', 'fulfilled'])
    expect(await world.status(arn)).toBe('SUCCEEDED')
  })
})
