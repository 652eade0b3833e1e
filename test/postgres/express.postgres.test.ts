/** Express executions of a node that is killed for good, beside another. */
import { afterEach, expect, it } from 'vitest'
import { dropDatabase, newDatabase, urlOf } from '../../src/store/postgres/test-database.fake.ts'
import {
  described,
  programOn,
  recordsOf,
  slowFunction,
  started,
  undo,
  undoAll,
  until,
  withMachine,
} from '../crash/express-world.ts'

afterEach(undoAll)

it('kill -9 gives an asynchronous express execution to another node, where it begins again, and ends once', async () => {
  const database = newDatabase()
  undo.push(() => dropDatabase(database))
  const work = await slowFunction()
  const one = await programOn(urlOf(database), work)
  await withMachine(one)
  const other = await one.beside(urlOf(database), work.environment)
  undo.push(() => other.remove())
  await other.up()
  const arn = await started(one, work)
  await one.end('SIGKILL')
  work.answer()
  await until(async () => (await described(other, arn)).status !== 'RUNNING')
  expect(await described(other, arn)).toMatchObject({ status: 'SUCCEEDED', output: 'done' })
  expect(work.calls).toBe(2)
  expect(await recordsOf(other, arn, 2)).toEqual(['execution.start', 'execution.close'])
})
