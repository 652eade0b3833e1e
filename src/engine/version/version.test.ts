import { afterEach, describe, expect, it } from 'vitest'
import { createStateMachine } from '../machine/create.ts'
import { deleteStateMachine } from '../machine/delete.ts'
import { describeStateMachine } from '../machine/describe.ts'
import { updateStateMachine } from '../machine/update.ts'
import { createAlias } from '../alias/create.ts'
import { listExecutions } from '../execution/list.ts'
import { describeStateMachineForExecution } from '../execution/describe.ts'
import { admin, endWorlds, machineArn, nobody, roleArn, World } from '../world.ts'
import { deleteVersion } from './delete.ts'
import { listVersions } from './list.ts'
import { publishVersion } from './publish.ts'

afterEach(endWorlds)

const arn = machineArn('order')
const resulting = (result: string): string =>
  JSON.stringify({ StartAt: 'Only', States: { Only: { Type: 'Pass', Result: result, End: true } } })

const create = (world: World, more: { publish?: boolean; versionDescription?: string } = {}) =>
  createStateMachine(world.engine, admin, { name: 'order', definition: resulting('1'), roleArn, ...more })
const update = (world: World, result: string, more: { publish?: boolean; versionDescription?: string } = {}) =>
  updateStateMachine(world.engine, admin, { arn, definition: resulting(result), ...more })
const publish = (world: World, more: { revisionId?: string; description?: string } = {}) =>
  publishVersion(world.engine, admin, { arn, ...more })
const numbers = async (world: World) =>
  (await listVersions(world.engine, admin, { stateMachineArn: arn })).items.map((version) => version.arn)

describe('publishing', () => {
  it('gives the current revision the next number, once', async () => {
    const world = new World()
    await create(world)
    const first = await publish(world, { description: 'first' })
    expect(first).toEqual({ arn: `${arn}:1`, createdAt: world.clock.now() })
    await world.advance(1000)
    expect(await publish(world, { description: 'another word for it' })).toEqual(first)
    await update(world, '2')
    expect((await publish(world)).arn).toBe(`${arn}:2`)
    const { items } = await listVersions(world.engine, admin, { stateMachineArn: arn })
    expect(items).toEqual([
      { arn: `${arn}:2`, createdAt: world.clock.now() },
      { arn: `${arn}:1`, createdAt: first.createdAt, description: 'first' },
    ])
  })

  it('never gives a number twice', async () => {
    const world = new World()
    await create(world, { publish: true })
    await deleteVersion(world.engine, admin, `${arn}:1`)
    expect((await publish(world)).arn).toBe(`${arn}:2`)
  })

  it('can go with creating and updating, also when nothing changes', async () => {
    const world = new World()
    const created = await create(world, { publish: true, versionDescription: 'first' })
    expect(created.versionArn).toBe(`${arn}:1`)
    expect(await create(world, { publish: true, versionDescription: 'first' })).toEqual(created)
    await expect(create(world, { publish: true, versionDescription: 'other' })).rejects.toThrow('Already Exists')
    expect(await update(world, '1', { publish: true })).toMatchObject({ versionArn: `${arn}:1` })
    expect(await update(world, '2', { publish: true })).toMatchObject({ versionArn: `${arn}:2` })
    const refused = update(world, '3', { versionDescription: 'nothing' })
    await expect(refused).rejects.toThrow('Version description can only be set when publish is true')
  })

  it('only of the revision that is named, if one is', async () => {
    const world = new World()
    await create(world)
    const { revisionId = '' } = await update(world, '2')
    await expect(publish(world, { revisionId: 'INITIAL' })).rejects.toThrow(
      `Failed to publish the State Machine version for revision INITIAL. The current State Machine revision is ${revisionId}.`,
    )
    expect((await publish(world, { revisionId })).arn).toBe(`${arn}:1`)
  })

  it('is told in the trail, once', async () => {
    const world = new World()
    await create(world)
    await publish(world, { description: 'first' })
    await publish(world)
    expect(world.trail().slice(1)).toEqual([
      {
        action: 'machine.publish',
        subject: `${arn}:1`,
        change: { before: null, after: { revision: 'INITIAL', description: 'first' } },
      },
    ])
  })

  it('is for those who may change the machine', async () => {
    const world = new World()
    await create(world)
    await expect(publishVersion(world.engine, nobody, { arn })).rejects.toMatchObject({ code: 'access.forbidden' })
  })

  it('needs the machine', async () => {
    const world = new World()
    await expect(publish(world)).rejects.toThrow(`State Machine Does Not Exist: '${arn}'`)
    await expect(publishVersion(world.engine, admin, { arn: 'x' })).rejects.toThrow('Invalid ARN prefix: x')
    await expect(publishVersion(world.engine, admin, { arn: `${arn}:1` })).rejects.toMatchObject({
      code: 'request.invalid',
    })
  })
})

describe('a version', () => {
  it('is described as it was published, and started as such', async () => {
    const world = new World()
    await create(world, { publish: true, versionDescription: 'first' })
    await update(world, '2')
    expect(await describeStateMachine(world.engine, admin, `${arn}:1`)).toMatchObject({
      arn: `${arn}:1`,
      definition: resulting('1'),
      description: 'first',
    })
    const { executionArn } = await world.start(`${arn}:1`)
    expect(await world.output(executionArn)).toBe('1')
    expect(await world.describe(executionArn)).toMatchObject({ stateMachineArn: arn, versionArn: `${arn}:1` })
    expect((await world.history(executionArn))[0]?.details).toMatchObject({ stateMachineVersionArn: `${arn}:1` })
    const { definition } = await describeStateMachineForExecution(world.engine, admin, executionArn)
    expect(definition).toBe(resulting('1'))
    const unqualified = await world.start(arn)
    expect(await world.output(unqualified.executionArn)).toBe('2')
    const { items } = await listExecutions(world.engine, admin, { stateMachineArn: `${arn}:1` })
    expect(items.map((execution) => execution.arn)).toEqual([executionArn])
  })

  it('that does not exist is not started or described', async () => {
    const world = new World()
    await create(world)
    await expect(world.start(`${arn}:7`)).rejects.toThrow(`State Machine Does Not Exist: '${arn}:7'`)
    await expect(describeStateMachine(world.engine, admin, `${arn}:7`)).rejects.toThrow('Does Not Exist')
  })

  it('is not deleted while an alias points at it', async () => {
    const world = new World()
    await create(world, { publish: true })
    await createAlias(world.engine, admin, { name: 'live', routing: [{ versionArn: `${arn}:1`, weight: 100 }] })
    await expect(deleteVersion(world.engine, admin, `${arn}:1`)).rejects.toThrow(
      'Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [live]',
    )
    expect(await numbers(world)).toEqual([`${arn}:1`])
  })

  it('deleted twice is deleted once, and what it started goes on', async () => {
    const world = new World()
    await create(world, { publish: true })
    const { executionArn } = await world.start(`${arn}:1`)
    await deleteVersion(world.engine, admin, `${arn}:1`)
    await deleteVersion(world.engine, admin, `${arn}:1`)
    expect(world.trail().filter(({ action }) => action === 'version.delete')).toHaveLength(1)
    expect(await world.describe(executionArn)).toMatchObject({ versionArn: `${arn}:1` })
    await expect(deleteVersion(world.engine, admin, arn)).rejects.toMatchObject({ code: 'request.invalid' })
  })

  it('goes with its machine', async () => {
    const world = new World()
    await create(world, { publish: true })
    await deleteStateMachine(world.engine, admin, arn)
    expect(world.count('machine_version')).toBe(0)
    await create(world)
    expect(await numbers(world)).toEqual([])
    expect((await publish(world)).arn).toBe(`${arn}:1`)
  })

  it('is listed in pages, the latest first', async () => {
    const world = new World()
    await create(world, { publish: true })
    for (const result of ['2', '3']) await update(world, result, { publish: true })
    const list = (cursor?: string) =>
      listVersions(world.engine, admin, { stateMachineArn: arn, limit: 2, ...(cursor === undefined ? {} : { cursor }) })
    const first = await list()
    expect(first.items.map((version) => version.arn)).toEqual([`${arn}:3`, `${arn}:2`])
    const second = await list(first.cursor)
    expect(second.items.map((version) => version.arn)).toEqual([`${arn}:1`])
    expect(second.cursor).toBeUndefined()
  })
})
