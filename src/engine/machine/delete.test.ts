import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  admin,
  arnOf,
  definitionOf,
  nobody,
  openRegistry,
  type RegistryWorld,
  roleArn,
  trailOf,
  closeRunning,
  insertRunning,
} from '../registry-world.ts'
import { tagResource } from '../tag/add.ts'
import { listTags } from '../tag/list.ts'
import { createStateMachine } from './create.ts'
import { deleteStateMachine } from './delete.ts'
import { describeRevision, describeStateMachine } from './describe.ts'
import { listStateMachines } from './list.ts'
import { findCurrentRevision, loadRevision, purgeDeletedMachines } from './queries.ts'
import { requireStartable } from './start.ts'

const arn = arnOf('pay')
let registry: RegistryWorld
const create = (definition = definitionOf('paid')) =>
  createStateMachine(registry, admin, { name: 'pay', definition, roleArn })

beforeEach(async () => {
  registry = openRegistry()
  await create()
})
afterEach(() => registry.store.close())

describe('deleting a state machine', () => {
  it('takes it away at once when nothing of it runs', async () => {
    await deleteStateMachine(registry, admin, arn)
    await expect(describeStateMachine(registry, admin, arn)).rejects.toThrow(`State Machine Does Not Exist: '${arn}'`)
    expect(await listStateMachines(registry, admin)).toEqual({ items: [] })
    expect(() => requireStartable(registry.store.read, arn, () => 0)).toThrow('State Machine Does Not Exist')
    expect(trailOf(registry).at(-1)).toEqual({
      action: 'machine.delete',
      subject: arn,
      change: { before: 'ACTIVE', after: null },
    })
  })

  it('waits for the last running execution, and starts none meanwhile', async () => {
    const first = await insertRunning(registry, arn)
    const second = await insertRunning(registry, arn)
    await deleteStateMachine(registry, admin, arn)
    expect(await describeStateMachine(registry, admin, arn)).toMatchObject({ status: 'DELETING' })
    expect(() => requireStartable(registry.store.read, arn, () => 0)).toThrow(
      `State Machine is being deleted: '${arn}'`,
    )
    expect(await closeRunning(registry, first)).toBe(false)
    expect(await describeStateMachine(registry, admin, arn)).toMatchObject({ status: 'DELETING' })
    expect(await closeRunning(registry, second)).toBe(true)
    await expect(describeStateMachine(registry, admin, arn)).rejects.toMatchObject({ code: 'machine.missing' })
    expect(trailOf(registry).at(-1)).toMatchObject({ change: { before: 'ACTIVE', after: 'DELETING' } })
  })

  it('that met the close of its last execution in one tick ends, whichever came first', async () => {
    const close = async (executionId: number) => closeRunning(registry, executionId)
    const one = await insertRunning(registry, arn)
    expect(await Promise.all([deleteStateMachine(registry, admin, arn), close(one)])).toEqual([undefined, true])
    await create()
    const two = await insertRunning(registry, arn)
    expect(await Promise.all([close(two), deleteStateMachine(registry, admin, arn)])).toEqual([false, undefined])
    await expect(describeStateMachine(registry, admin, arn)).rejects.toMatchObject({ code: 'machine.missing' })
  })

  it('leaves its revisions to the executions it had', async () => {
    const revision = findCurrentRevision(registry.store.read, arn)
    const execution = await insertRunning(registry, arn)
    await deleteStateMachine(registry, admin, arn)
    await closeRunning(registry, execution)
    const revisionId = revision?.revisionId ?? 0
    expect(loadRevision(registry.store.read, revisionId)).toMatchObject({ definition: definitionOf('paid') })
    expect(describeRevision(registry.store.read, revisionId)).toMatchObject({
      name: 'pay',
      definition: definitionOf('paid'),
    })
  })

  it('frees the name, with other text and no tags', async () => {
    await tagResource(registry, admin, { arn, tags: [{ key: 'team', value: 'pay' }] })
    await deleteStateMachine(registry, admin, arn)
    registry.clock.advanceBy(1)
    expect(await create(definitionOf('other'))).toEqual({ arn, createdAt: registry.clock.now() })
    expect(await listTags(registry, admin, arn)).toEqual([])
    expect(findCurrentRevision(registry.store.read, arn)).toMatchObject({ definition: definitionOf('other') })
  })

  it('of what does not exist, or goes already, succeeds and says nothing', async () => {
    await deleteStateMachine(registry, admin, arnOf('none'))
    await insertRunning(registry, arn)
    await deleteStateMachine(registry, admin, arn)
    await deleteStateMachine(registry, admin, arn)
    expect(trailOf(registry).filter(({ action }) => action === 'machine.delete')).toHaveLength(1)
  })

  it('refuses what names no whole machine', async () => {
    await expect(deleteStateMachine(registry, admin, 'x')).rejects.toThrow("Invalid Arn: 'Invalid ARN prefix: x'")
    await expect(deleteStateMachine(registry, admin, `${arn}:7`)).rejects.toMatchObject({ code: 'request.invalid' })
    await expect(deleteStateMachine(registry, admin, `${arn}/Each`)).rejects.toMatchObject({ code: 'request.invalid' })
    await expect(deleteStateMachine(registry, nobody, arn)).rejects.toMatchObject({ code: 'access.forbidden' })
    expect(await describeStateMachine(registry, admin, arn)).toMatchObject({ status: 'ACTIVE' })
  })

  it('is forgotten with its last execution, and its ids never come back', async () => {
    const execution = await insertRunning(registry, arn)
    const before = findCurrentRevision(registry.store.read, arn)
    await deleteStateMachine(registry, admin, arn)
    await closeRunning(registry, execution)
    expect(await registry.store.write(purgeDeletedMachines)).toBe(0)
    await registry.store.write((tx) => tx.prepare('DELETE FROM execution').run())
    expect(await registry.store.write(purgeDeletedMachines)).toBe(1)
    expect(loadRevision(registry.store.read, before?.revisionId ?? 0)).toBeUndefined()
    await create()
    const after = findCurrentRevision(registry.store.read, arn)
    expect(after?.machineId).toBeGreaterThan(before?.machineId ?? 0)
    expect(after?.revisionId).toBeGreaterThan(before?.revisionId ?? 0)
    expect(await registry.store.write(purgeDeletedMachines)).toBe(0)
  })
})
