/** Express executions in a Holdfast that is killed for good. What becomes of them on PostgreSQL: test/postgres/. */
import { afterEach, describe, expect, it } from 'vitest'
import {
  type Described,
  described,
  programOn,
  recordsOf,
  slowFunction,
  started,
  type Trail,
  undoAll,
  until,
  withMachine,
} from './express-world.ts'

afterEach(undoAll)

describe('kill -9 under an express execution', () => {
  it('lets an asynchronous one begin again after the start, with the same ARN, and end once', async () => {
    const work = await slowFunction()
    const program = await programOn(undefined, work)
    await withMachine(program)
    const arn = await started(program, work)
    await program.end('SIGKILL')
    work.answer()
    await program.up()
    await until(async () => (await described(program, arn)).status !== 'RUNNING')
    expect(await described(program, arn)).toMatchObject({ status: 'SUCCEEDED', output: 'done' })
    expect(work.calls).toBe(2)
    expect(await recordsOf(program, arn, 2)).toEqual(['execution.start', 'execution.close'])
  })

  it('breaks the connection of who waits for a synchronous one, and leaves nothing that runs again', async () => {
    const work = await slowFunction()
    const program = await programOn(undefined, work)
    await withMachine(program)
    const waiting = program.ask('POST', '/v1/express-executions', { machine: 'work' })
    await until(() => work.calls === 1)
    await Promise.all([expect(waiting).rejects.toThrow('fetch failed'), program.end('SIGKILL')])
    work.answer()
    await program.up()
    expect(await program.ask('GET', '/v1/express-executions')).toMatchObject({ items: [] })
    const again = (await program.ask('POST', '/v1/express-executions', { machine: 'work' })) as Described
    expect(again.status).toBe('SUCCEEDED')
    expect(work.calls).toBe(2)
    expect(await recordsOf(program, again.arn, 2)).toEqual(['execution.start', 'execution.close'])
    const { items } = (await program.ask('GET', '/v1/trail?action=execution.start')) as Trail
    expect(items.map(({ subject }) => subject.id)).toEqual([again.arn])
  })
})
