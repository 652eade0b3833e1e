import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type LogFields, type Logger, silentLogger, VirtualClock } from '../../base/index.ts'
import type { TaskCall } from '../resource-handler.ts'
import { functionArnOf } from './definition.ts'
import { procedureHandler } from './handler.ts'
import { checkInput } from './input.ts'
import { procedure, task, TaskFailure, type TaskFunction } from './procedure.ts'

const account = { region: 'eu-central-1', accountId: '123456789012' }
const machine = { StartAt: 'A', States: { A: { Type: 'Succeed' } } } as const
const never = new AbortController().signal

function made(tasks: Record<string, TaskFunction>, name = 'orders') {
  return procedure({ name, input: z.unknown(), machine, tasks })
}

function handlerOf(tasks: Record<string, TaskFunction>, log: Logger = silentLogger, clock = new VirtualClock(7)) {
  return procedureHandler([made(tasks)], { account, clock, log })
}

function callOf(input: unknown, more: Partial<TaskCall> = {}): TaskCall {
  return {
    resource: { kind: 'lambda', arn: functionArnOf('orders', account) },
    input: JSON.stringify(input),
    executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:orders:one',
    stateName: 'Pay',
    idempotencyKey: 'one/7',
    attempt: 2,
    token: undefined,
    roleArn: undefined,
    timeoutMs: undefined,
    ...more,
  }
}

describe('task functions in this process', () => {
  it('takes the functions of its procedures and no other', () => {
    const handler = handlerOf({})
    expect(handler.handles({ kind: 'lambda', arn: functionArnOf('orders', account) })).toBe(true)
    expect(handler.handles({ kind: 'lambda', arn: functionArnOf('other', account) })).toBe(false)
    expect(handler.handles({ kind: 'lambda', arn: functionArnOf('orders', { ...account, region: 'x' }) })).toBe(false)
    expect(handler.handles({ kind: 'activity', arn: functionArnOf('orders', account) })).toBe(false)
  })

  it('refuses two procedures of one name', () => {
    const options = { account, clock: new VirtualClock(), log: silentLogger }
    expect(() => procedureHandler([made({}), made({})], options)).toThrow('two procedures named "orders"')
  })

  it('answers at once when the function is synchronous', () => {
    const handler = handlerOf({ double: (count: number) => ({ twice: count * 2 }) })
    expect(handler.call(callOf({ Task: 'double', Input: 21 }), never)).toEqual({
      kind: 'succeeded',
      output: '{"twice":42}',
    })
  })

  it('answers with what the promise of the function gives', async () => {
    const handler = handlerOf({ later: async () => ({ done: true }) })
    const answer = handler.call(callOf({ Task: 'later', Input: null }), never)
    expect(answer).toBeInstanceOf(Promise)
    expect(await answer).toEqual({ kind: 'succeeded', output: '{"done":true}' })
  })

  it.each([undefined, null, () => 1])('takes %s as null', (output) => {
    const handler = handlerOf({ nothing: () => output })
    expect(handler.call(callOf({ Task: 'nothing' }), never)).toEqual({ kind: 'succeeded', output: 'null' })
  })

  it('tells the function who calls it, when and for what', () => {
    const lines: [string, LogFields | undefined][] = []
    const log: Logger = { ...silentLogger, info: (message, fields) => lines.push([message, fields]) }
    const handler = handlerOf(
      {
        tell: (_input, context) => {
          context.log.info('hello', { card: 1 })
          const { idempotencyKey, executionArn, attempt, now, signal } = context
          return [idempotencyKey, executionArn, attempt, now(), signal === never]
        },
      },
      log,
    )
    const call = callOf({ Task: 'tell' })
    expect(handler.call(call, never)).toEqual({
      kind: 'succeeded',
      output: JSON.stringify(['orders:one/7', call.executionArn, 2, 7, true]),
    })
    expect(lines).toEqual([
      ['hello', { procedure: 'orders', executionArn: call.executionArn, stateName: 'Pay', attempt: 2, card: 1 }],
    ])
  })

  it('tells the author on which line a function broke, but not of failures that are meant', async () => {
    const lines: [string, LogFields | undefined][] = []
    const log: Logger = { ...silentLogger, warn: (message, fields) => lines.push([message, fields]) }
    const handler = handlerOf(
      {
        slips: () => {
          throw new TypeError('x is not a function')
        },
        slipsLater: () => Promise.reject(new Error('no such order')),
        means: () => {
          throw new TaskFailure('Busy', 'come back')
        },
        throwsAnything: () => {
          throw 'oops'
        },
      },
      log,
    )
    for (const Task of ['slips', 'slipsLater', 'means', 'throwsAnything']) await handler.call(callOf({ Task }), never)
    await handler.call(callOf({ Task: 'slips' }), AbortSignal.abort())
    expect(lines).toEqual([
      ['a task function threw', expect.objectContaining({ error: told('TypeError: x is not a function') })],
      ['a task function threw', expect.objectContaining({ error: told('Error: no such order') })],
    ])
    expect(lines[0]?.[1]).toMatchObject({ procedure: 'orders', stateName: 'Pay' })
  })

  const told = (message: string) => ({ message, stack: expect.stringContaining('handler.test.ts') })

  const unreadable = Object.defineProperty(new Error(), 'message', {
    get: () => {
      throw new Error('no')
    },
  })

  class CardDeclined extends Error {
    override name = 'CardDeclined'
  }

  it.each([
    ['an error of its own', new CardDeclined('no funds'), 'CardDeclined', 'no funds'],
    ['a built-in error', new TypeError('x is not a function'), 'TypeError', 'x is not a function'],
    ['a TaskFailure', new TaskFailure('Busy', 'come back'), 'Busy', 'come back'],
    ['a TaskFailure without a cause', new TaskFailure('Busy'), 'Busy', ''],
    ['something that is no error', 'oops', 'Error', 'oops'],
    ['an object that is no error', { code: 7 }, 'Error', '{ code: 7 }'],
    ['an error with a name that is no text', Object.assign(new Error('odd'), { name: 42 }), 'Error', 'odd'],
    ['an error with a message that is no text', Object.assign(new Error(), { message: { a: 1 } }), 'Error', '{ a: 1 }'],
    ['what has no prototype', Object.create(null), 'Error', '[Object: null prototype] {}'],
    ['an error that throws when it is read', unreadable, 'Error', 'The function threw something that cannot be read.'],
  ])('fails by the name of what the function throws: %s', async (_what, thrown, error, cause) => {
    const handler = handlerOf({
      throws: () => {
        throw thrown
      },
      rejects: () => Promise.reject(thrown),
    })
    expect(handler.call(callOf({ Task: 'throws' }), never)).toEqual({ kind: 'failed', error, cause })
    expect(await handler.call(callOf({ Task: 'rejects' }), never)).toEqual({ kind: 'failed', error, cause })
  })

  it('fails an output that cannot be written as JSON', async () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    const handler = handlerOf({ circle: () => circle, big: async () => 10n })
    expect(handler.call(callOf({ Task: 'circle' }), never)).toMatchObject({ error: 'Runtime.MarshalError' })
    expect(await handler.call(callOf({ Task: 'big' }), never)).toMatchObject({ error: 'Runtime.MarshalError' })
  })

  it.each([[{ Task: 'constructor' }], [{ Task: 7 }], [{}], [null], [[]], ['text']])(
    'fails a payload that names none of its tasks: %j',
    (payload) => {
      const answer = handlerOf({ one: () => 1, two: () => 2 }).call(callOf(payload), never)
      expect(answer).toMatchObject({ kind: 'failed', error: 'TaskError' })
      expect(answer).toHaveProperty('cause', expect.stringContaining('one of: one, two'))
    },
  )

  it('checks the input of a task that has a schema', () => {
    const handler = handlerOf({
      pay: task(z.object({ amount: z.number() }), (payment) => payment.amount + 1),
    })
    expect(handler.call(callOf({ Task: 'pay', Input: { amount: 1 } }), never)).toEqual({
      kind: 'succeeded',
      output: '2',
    })
    const answer = handler.call(callOf({ Task: 'pay', Input: { amount: '1' } }), never)
    expect(answer).toMatchObject({ kind: 'failed', error: 'InputError' })
    expect(answer).toHaveProperty('cause', expect.stringContaining('amount'))
  })

  it('gives up when the signal says so, even if the function does not listen', async () => {
    const forever = Promise.withResolvers<void>()
    const seen: boolean[] = []
    const handler = handlerOf({
      hang: (_input, { signal }) => {
        signal.addEventListener('abort', () => seen.push(signal.aborted))
        return forever.promise
      },
    })
    const stop = new AbortController()
    const answer = handler.call(callOf({ Task: 'hang' }), stop.signal)
    stop.abort()
    expect(await answer).toMatchObject({ kind: 'failed', error: 'States.TaskFailed' })
    expect(seen).toEqual([true])
    forever.resolve()
  })

  it('does not begin what is stopped already', () => {
    const begun: string[] = []
    const handler = handlerOf({ begin: () => begun.push('begun') })
    const stopped = AbortSignal.abort()
    expect(handler.call(callOf({ Task: 'begin' }), stopped)).toMatchObject({ kind: 'failed' })
    expect(begun).toEqual([])
  })
})

describe('the input of a procedure', () => {
  const strict = procedure({
    name: 'deploy',
    input: z.strictObject({ project: z.string(), 'a/b': z.array(z.object({ port: z.number() })).optional() }),
    machine,
    tasks: {},
  })

  it('passes when it fits', () => {
    expect(() => checkInput(strict, '{"project":"org/shop","a/b":[{"port":1}]}')).not.toThrow()
  })

  it.each([
    ['{"project":7}', '/project'],
    ['{"project":"p","a/b":[{"port":1},{"port":"x"}]}', '/a~1b/1/port'],
    ['{"project":"p","extra":1}', '/'],
    ['null', '/'],
  ])('is refused at its place: %s at %s', (input, place) => {
    expect(() => checkInput(strict, input)).toThrow(
      expect.objectContaining({ code: 'procedure.input', kind: 'invalid', place }),
    )
  })
})
