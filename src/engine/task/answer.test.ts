import { afterEach, describe, expect, it } from 'vitest'
import { createActivity } from '../activity/create.ts'
import { stopExecution } from '../execution/stop.ts'
import { activityArn, admin, endWorlds, nobody, taskState, World } from '../world.ts'
import { getActivityTask } from './activity.ts'
import { sendTaskFailure, sendTaskHeartbeat, sendTaskSuccess } from './answer.ts'
import { makeTaskToken, readTaskToken } from './token.ts'

afterEach(endWorlds)

const waiting = (more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
  Parameters: { QueueUrl: 'q', 'MessageBody.$': '$$.Task.Token' },
  ...('Next' in more ? {} : { End: true }),
  ...more,
})

const succeed = (world: World, token: string, output = '"yes"') =>
  sendTaskSuccess(world.engine, admin, { token, output })

/** An execution that waits for its token, which was handed out and submitted. */
async function submitted(world: World, more: object = {}): Promise<{ arn: string; token: string }> {
  const arn = await world.run({ Ask: waiting(more), ...('Next' in more ? { After: taskState('after') } : {}) })
  const call = world.call('Ask')
  await world.succeed({ MessageId: '1' }, 'Ask')
  return { arn, token: call.token ?? '' }
}

describe('a task token', () => {
  it('is what the state saw, and its answer ends the task', async () => {
    const world = new World()
    const { arn, token } = await submitted(world)
    expect(JSON.parse(world.calls[0]?.input ?? '')).toEqual({ QueueUrl: 'q', MessageBody: token })
    await succeed(world, token, ' {"approved": true} ')
    expect(await world.describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: ' {"approved": true} ' })
    expect(await world.events(arn)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ])
  })

  it('fails the task with what was told, or with nothing', async () => {
    const world = new World()
    const told = await submitted(world)
    await sendTaskFailure(world.engine, admin, { token: told.token, error: 'No', cause: 'money' })
    expect(await world.describe(told.arn)).toMatchObject({ status: 'FAILED', error: 'No', cause: 'money' })
    const untold = await submitted(world)
    await sendTaskFailure(world.engine, admin, { token: untold.token })
    expect((await world.history(untold.arn)).find(({ type }) => type === 'TaskFailed')?.details).toEqual({
      resourceType: 'sqs',
      resource: 'sendMessage.waitForTaskToken',
    })
  })

  it('is told in the trail when it ends a task', async () => {
    const world = new World()
    const { arn, token } = await submitted(world)
    await succeed(world, token)
    expect(world.trail().slice(-2)).toMatchObject([
      { action: 'task.succeed', subject: arn },
      { action: 'execution.close', subject: arn },
    ])
  })

  it('used before the call has returned waits for it', async () => {
    const world = new World()
    const arn = await world.run({ Ask: waiting() })
    const call = world.call()
    await succeed(world, call.token ?? '')
    expect(await world.events(arn)).not.toContain('TaskSucceeded')
    await expect(succeed(world, call.token ?? '', '"twice"')).rejects.toMatchObject({ code: 'task.closed' })
    await world.succeed({ MessageId: '1' })
    expect(await world.output(arn)).toBe('yes')
    expect((await world.events(arn)).slice(4, 6)).toEqual(['TaskSubmitted', 'TaskSucceeded'])
  })

  it('used before the call has failed is of no avail', async () => {
    const world = new World()
    const arn = await world.run({ Ask: waiting() })
    await succeed(world, world.call().token ?? '')
    await world.fail('Sqs.Gone', 'no such queue')
    expect(await world.describe(arn)).toMatchObject({ status: 'FAILED', error: 'Sqs.Gone' })
  })

  it('survives a crash between the answer and the return of the call', async () => {
    const world = new World()
    const arn = await world.run({ Ask: waiting() })
    await succeed(world, world.call().token ?? '')
    const next = world.crash()
    await next.engine.recover()
    expect(next.call().token).toBe(world.call().token)
    await next.succeed({ MessageId: '2' })
    expect(await next.output(arn)).toBe('yes')
  })

  it.each(['success', 'failure', 'heartbeat'])('used twice is closed: %s after the answer', async (second) => {
    const world = new World()
    const { arn, token } = await submitted(world, { Next: 'After' })
    await succeed(world, token)
    const before = await world.history(arn)
    const again = { success: sendTaskSuccess, failure: sendTaskFailure, heartbeat: sendTaskHeartbeat }[second]
    await expect(again?.(world.engine, admin, { token, output: '2' })).rejects.toMatchObject({
      code: 'task.closed',
      message: "Task Timed Out: 'Provided task does not exist anymore'",
    })
    expect(await world.history(arn)).toEqual(before)
  })

  it('used by two at once ends the task once, and one of them hears it', async () => {
    const world = new World()
    const { arn, token } = await submitted(world)
    const answers = await Promise.allSettled([succeed(world, token, '1'), succeed(world, token, '2')])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(await world.output(arn)).toBe(1)
  })

  it('of an earlier attempt does not answer the next', async () => {
    const world = new World()
    const { arn, token } = await submitted(world, {
      HeartbeatSeconds: 5,
      Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 1 }],
    })
    await world.advance(6000)
    const second = world.call('Ask')
    expect(second.token).not.toBe(token)
    await expect(succeed(world, token)).rejects.toMatchObject({ code: 'task.closed' })
    await world.succeed({ MessageId: '2' })
    await expect(succeed(world, token)).rejects.toMatchObject({ code: 'task.closed' })
    await succeed(world, second.token ?? '', '"second"')
    expect(await world.output(arn)).toBe('second')
  })

  it('of an earlier visit of the same state does not answer the next', async () => {
    const world = new World()
    const arn = await world.run({
      Ask: waiting({ Next: 'Again' }),
      Again: { Type: 'Choice', Choices: [{ Variable: '$', StringEquals: 'more', Next: 'Ask' }], Default: 'End' },
      End: { Type: 'Succeed' },
    })
    const first = world.call('Ask')
    await world.succeed({}, 'Ask')
    await succeed(world, first.token ?? '', '"more"')
    const second = world.call('Ask')
    await world.succeed({}, 'Ask')
    await expect(succeed(world, first.token ?? '', '"late"')).rejects.toMatchObject({ code: 'task.closed' })
    await succeed(world, second.token ?? '', '"enough"')
    expect(await world.output(arn)).toBe('enough')
  })

  it('of a stopped execution, of one that timed out, and of an iteration that was aborted is closed', async () => {
    const world = new World()
    const stopped = await submitted(world)
    await stopExecution(world.engine, admin, { executionArn: stopped.arn })
    await expect(succeed(world, stopped.token)).rejects.toMatchObject({ code: 'task.closed' })

    const late = await submitted(world, { TimeoutSeconds: 5, HeartbeatSeconds: 4 })
    await world.advance(5000)
    await expect(succeed(world, late.token)).rejects.toMatchObject({ code: 'task.closed' })

    await world.run({
      Both: {
        Type: 'Parallel',
        End: true,
        Branches: [
          { StartAt: 'Ask', States: { Ask: waiting() } },
          { StartAt: 'Work', States: { Work: taskState('work') } },
        ],
      },
    })
    const aborted = world.call('Ask')
    await world.succeed({}, 'Ask')
    await world.fail('Broken', '', 'Work')
    await expect(succeed(world, aborted.token ?? '')).rejects.toMatchObject({ code: 'task.closed' })
  })

  it('does not answer for another execution', async () => {
    const world = new World()
    const one = await submitted(world)
    const other = await submitted(world)
    await succeed(world, one.token)
    expect([await world.status(one.arn), await world.status(other.arn)]).toEqual(['SUCCEEDED', 'RUNNING'])
  })

  it('is good after a restart with the same key, and not with another', async () => {
    const world = new World()
    const { arn, token } = await submitted(world)
    const stranger = world.crash({ engine: { tokenKey: new Uint8Array(32).fill(8) } })
    await expect(succeed(stranger, token)).rejects.toMatchObject({ code: 'task.token_invalid' })
    const next = world.crash()
    await next.engine.recover()
    await succeed(next, token)
    expect(await next.status(arn)).toBe('SUCCEEDED')
  })
})

describe('a token that was not handed out', () => {
  const place = { executionId: 12, frame: 3, enteredId: 45, attempt: 6 }
  const key = new Uint8Array(32).fill(7)

  it('reads as what it was made of', () => {
    expect(readTaskToken(key, makeTaskToken(key, place))).toEqual(place)
  })

  it('begins with a letter, whatever its key: a command line takes one that begins with "-" for an option', () => {
    for (let byte = 0; byte < 256; byte++) {
      expect(makeTaskToken(new Uint8Array(32).fill(byte), { ...place, executionId: byte })).toMatch(/^[A-Za-z]/)
    }
  })

  it('is refused when one character of it is another', () => {
    const token = makeTaskToken(key, place)
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A'
      expect(() => readTaskToken(key, token.slice(0, at) + other + token.slice(at + 1))).toThrow('Invalid Token')
    }
  })

  it.each([
    ['cut off', (token: string) => token.slice(0, -1)],
    ['with more behind it', (token: string) => `${token}A`],
    ['with what decoding skips', (token: string) => `${token}====`],
    ['with a line end', (token: string) => `${token}\n`],
    ['with a blank inside', (token: string) => `${token.slice(0, 9)} ${token.slice(9)}`],
    ['in the other base64', (token: string) => `${token.replaceAll('-', '+').replaceAll('_', '/')}/`],
    ['of nothing', () => 'A'],
    ['of text', () => 'not a token at all'],
    ['of many numbers', () => Buffer.from(`1.2.3.4.5${'x'.repeat(16)}`).toString('base64url')],
  ])('is refused: %s', (_how, change) => {
    expect(() => readTaskToken(key, change(makeTaskToken(key, place)))).toThrow("Invalid Token: 'Invalid token'")
  })

  it('made for other numbers does not pass with the digest of these', () => {
    const bytes = Buffer.from(makeTaskToken(key, place), 'base64url')
    const forged = Buffer.concat([Buffer.from('13.3.45.6'), bytes.subarray(-16)]).toString('base64url')
    expect(() => readTaskToken(key, forged)).toThrow('Invalid Token')
  })
})

describe('an answer from outside', () => {
  it.each([
    ['that is no JSON', 'not json', 'task.output_invalid'],
    ['that is empty', '', 'task.output_invalid'],
    ['that is cut off', '{"a":', 'task.output_invalid'],
    ['nested 10,000 deep', '['.repeat(10_000), 'task.output_invalid'],
    ['with half a surrogate pair', '"\ud800"', 'request.invalid'],
  ])('%s is refused, and the task goes on', async (_what, output, code) => {
    const world = new World()
    const { arn, token } = await submitted(world)
    await expect(succeed(world, token, output)).rejects.toMatchObject({ code })
    expect(await world.status(arn)).toBe('RUNNING')
    await succeed(world, token)
    expect(await world.status(arn)).toBe('SUCCEEDED')
  })

  it('over the limit fails the task, not the one who sent it', async () => {
    const world = new World({ limits: { payloadBytes: 1000 } })
    const { arn, token } = await submitted(world)
    await succeed(world, token, JSON.stringify('x'.repeat(2000)))
    expect(await world.describe(arn)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' })
  })

  it('with a token or an error that is too long is refused without repeating it', async () => {
    const world = new World()
    const { token } = await submitted(world)
    await expect(succeed(world, 'A'.repeat(2049))).rejects.toMatchObject({
      code: 'request.invalid',
      message: expect.stringMatching(/^1 validation error detected: Value at 'taskToken' failed/),
    })
    await expect(sendTaskFailure(world.engine, admin, { token, error: 'x'.repeat(257) })).rejects.toMatchObject({
      code: 'request.invalid',
    })
  })

  it('without permission is refused before the token is looked at', async () => {
    const world = new World()
    const request = { token: 'nonsense', output: '1' }
    for (const verb of [sendTaskSuccess, sendTaskFailure, sendTaskHeartbeat]) {
      await expect(verb(world.engine, nobody, request)).rejects.toMatchObject({ code: 'access.forbidden' })
    }
  })

  it('of an activity’s worker counts as the task’s, though no worker took it from the queue', async () => {
    const world = new World()
    await createActivity(world.engine, admin, { name: 'desk' })
    const arn = await world.run({
      Desk: taskState('', { Resource: activityArn('desk'), Parameters: { 'token.$': '$$.Task.Token' } }),
    })
    const { input } = world.rows<{ input: string }>('SELECT input FROM activity_task')[0] ?? { input: '' }
    await succeed(world, JSON.parse(input).token)
    expect(await world.status(arn)).toBe('SUCCEEDED')
    const { signal } = new AbortController()
    const poll = getActivityTask(world.engine, admin, { arn: activityArn('desk') }, signal)
    await world.advance(60_000)
    expect(await poll).toBeUndefined()
  })
})
