import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anonymousAdmin } from '../access/index.ts'
import { silentLogger, VirtualClock } from '../base/index.ts'
import {
  createEngine,
  deleteStateMachine,
  describeStateMachine,
  embeddedLimits,
  type Engine,
  startExecution,
  stateMachineArn,
  stopExecution,
} from '../engine/index.ts'
import { createExpressions, type Expressions } from '../jsonata/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { installProcedures } from './install-procedures.ts'
import { systemRandom } from './system-clock.ts'

const account = { region: 'us-east-1', accountId: '000000000000' }
const arn = stateMachineArn(account, 'deploy')
const admin = anonymousAdmin('api')
const waiting = (seconds: number): string =>
  JSON.stringify({ StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: seconds, End: true } } })

let engine: Engine
let store: Store
let expressions: Expressions
let warnings: string[]

beforeEach(() => {
  const clock = new VirtualClock()
  warnings = []
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) }
  store = openStore({ path: ':memory:', clock, logger })
  expressions = createExpressions()
  const tokenKey = new Uint8Array(32)
  const world = { store, clock, logger, randomBytes: systemRandom, expressions, account }
  engine = createEngine({ ...world, limits: embeddedLimits, handlers: [], tokenKey })
})
afterEach(async () => {
  await engine.close()
  await expressions.close()
  await store.close()
})

const definitionNow = async (): Promise<string> => (await describeStateMachine(engine, admin, arn)).definition

describe('the procedures of a configuration', () => {
  it('get a machine at the first start, and a new revision of it when they have changed', async () => {
    await installProcedures(engine, [{ name: 'deploy', definition: waiting(1) }])
    const first = await describeStateMachine(engine, admin, arn)
    await installProcedures(engine, [{ name: 'deploy', definition: waiting(1) }])
    expect(await describeStateMachine(engine, admin, arn)).toEqual(first)
    await installProcedures(engine, [{ name: 'deploy', definition: waiting(2) }])
    expect(await definitionNow()).toBe(waiting(2))
  })

  it('keep the program from starting when they are wrong', async () => {
    const wrong = [{ name: 'deploy', definition: '{"StartAt":"Nowhere","States":{}}' }]
    await expect(installProcedures(engine, wrong)).rejects.toMatchObject({
      code: 'app.procedure_refused',
      place: expect.stringMatching(/^deploy/),
    })
  })

  it('do not keep it from starting while their machine waits to be deleted', async () => {
    await installProcedures(engine, [{ name: 'deploy', definition: waiting(1) }])
    const { executionArn } = await startExecution(engine, admin, { stateMachineArn: arn })
    await deleteStateMachine(engine, admin, arn)
    await installProcedures(engine, [{ name: 'deploy', definition: waiting(2) }])
    expect(warnings).toEqual([expect.stringContaining('is being deleted')])
    expect(await definitionNow()).toBe(waiting(1))

    await stopExecution(engine, admin, { executionArn })
    await installProcedures(engine, [{ name: 'deploy', definition: waiting(2) }])
    expect(await definitionNow()).toBe(waiting(2))
  })
})
