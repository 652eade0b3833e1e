import { afterEach, describe, expect, it } from 'vitest'
import { listExecutions } from '../execution/list.ts'
import { createStateMachine } from '../machine/create.ts'
import { deleteStateMachine } from '../machine/delete.ts'
import { updateStateMachine } from '../machine/update.ts'
import { admin, endWorlds, machineArn, nobody, roleArn, World } from '../world.ts'
import { createAlias } from './create.ts'
import { deleteAlias } from './delete.ts'
import { describeAlias } from './describe.ts'
import { listAliases } from './list.ts'
import { chooseVersion } from './routing.ts'
import { updateAlias } from './update.ts'

afterEach(endWorlds)

const arn = machineArn('order')
const to = (...weights: (readonly [version: number, weight: number])[]) =>
  weights.map(([version, weight]) => ({ versionArn: `${arn}:${version}`, weight }))

/** A machine with two versions, which return their numbers. */
async function versioned(world: World): Promise<void> {
  const definition = (result: number): string =>
    JSON.stringify({ StartAt: 'Only', States: { Only: { Type: 'Pass', Result: result, End: true } } })
  await createStateMachine(world.engine, admin, { name: 'order', definition: definition(1), roleArn, publish: true })
  await updateStateMachine(world.engine, admin, { arn, definition: definition(2), publish: true })
}

const create = (world: World, routing: ReturnType<typeof to>, more: { name?: string; description?: string } = {}) =>
  createAlias(world.engine, admin, { name: 'live', routing, ...more })

describe('an alias', () => {
  it('leads to a version, and elsewhere when it is told', async () => {
    const world = new World()
    await versioned(world)
    const createdAt = world.clock.now()
    expect(await create(world, to([1, 100]))).toEqual({ arn: `${arn}:live`, createdAt })
    const { executionArn } = await world.start(`${arn}:live`)
    expect(await world.output(executionArn)).toBe(1)
    expect(await world.describe(executionArn)).toMatchObject({
      stateMachineArn: arn,
      versionArn: `${arn}:1`,
      aliasArn: `${arn}:live`,
    })
    expect((await world.history(executionArn))[0]?.details).toMatchObject({
      stateMachineVersionArn: `${arn}:1`,
      stateMachineAliasArn: `${arn}:live`,
    })
    await world.advance(1000)
    await updateAlias(world.engine, admin, { arn: `${arn}:live`, description: 'all of it', routing: to([2, 100]) })
    expect(await describeAlias(world.engine, admin, `${arn}:live`)).toEqual({
      arn: `${arn}:live`,
      name: 'live',
      description: 'all of it',
      routing: to([2, 100]),
      createdAt,
      updatedAt: world.clock.now(),
    })
    const second = await world.start(`${arn}:live`)
    expect(await world.output(second.executionArn)).toBe(2)
    const { items } = await listExecutions(world.engine, admin, { stateMachineArn: `${arn}:live` })
    expect(items.map((execution) => execution.arn)).toEqual([second.executionArn, executionArn])
  })

  it('divides the starts by weight', async () => {
    const world = new World()
    await versioned(world)
    await create(world, to([1, 90], [2, 10]))
    const outputs: unknown[] = []
    for (let i = 0; i < 200; i++) outputs.push(await world.output((await world.start(`${arn}:live`)).executionArn))
    const second = outputs.filter((output) => output === 2).length
    expect(second).toBeGreaterThan(5)
    expect(second).toBeLessThan(50)
  })

  it('asked for again is the same, asked for with something else is refused', async () => {
    const world = new World()
    await versioned(world)
    const first = await create(world, to([1, 100]), { description: 'all of it' })
    await world.advance(1000)
    expect(await create(world, to([1, 100]), { description: 'all of it' })).toEqual(first)
    const words =
      'Failed to create alias because an alias with the same name and a different routing configuration already exists.'
    await expect(create(world, to([1, 100]), { description: 'other' })).rejects.toThrow(words)
    await expect(create(world, to([2, 100]), { description: 'all of it' })).rejects.toThrow(words)
  })

  it('is told in the trail', async () => {
    const world = new World()
    await versioned(world)
    await create(world, to([1, 100]))
    await updateAlias(world.engine, admin, { arn: `${arn}:live`, routing: to([2, 100]) })
    await deleteAlias(world.engine, admin, `${arn}:live`)
    await deleteAlias(world.engine, admin, `${arn}:live`)
    const told = world.trail().filter(({ action }) => action.startsWith('alias.'))
    expect(told.map(({ action, subject }) => [action, subject])).toEqual([
      ['alias.create', `${arn}:live`],
      ['alias.update', `${arn}:live`],
      ['alias.delete', `${arn}:live`],
    ])
  })

  it('that does not exist is an error for all but its deletion', async () => {
    const world = new World()
    await versioned(world)
    const missing = 'Request references a resource that does not exist.'
    await expect(describeAlias(world.engine, admin, `${arn}:live`)).rejects.toThrow(missing)
    await expect(updateAlias(world.engine, admin, { arn: `${arn}:live`, description: 'x' })).rejects.toThrow(missing)
    await expect(world.start(`${arn}:live`)).rejects.toThrow(`State Machine Does Not Exist: '${arn}:live'`)
    await expect(deleteAlias(world.engine, admin, `${arn}:live`)).resolves.toBeUndefined()
  })

  it('goes with its machine', async () => {
    const world = new World()
    await versioned(world)
    await create(world, to([1, 100]))
    await deleteStateMachine(world.engine, admin, arn)
    expect(world.count('machine_alias')).toBe(0)
  })

  it('is made by those who may change machines', async () => {
    const world = new World()
    await versioned(world)
    const request = { name: 'live', routing: to([1, 100]) }
    await expect(createAlias(world.engine, nobody, request)).rejects.toMatchObject({ code: 'access.forbidden' })
  })
})

describe('the routing of an alias', () => {
  it.each([
    [
      [{ versionArn: arn, weight: 100 }],
      `Routing configuration must contain state machine version ARNs. Received: [${arn}]`,
    ],
    [
      to([1, 50], [1, 50]),
      `Routing configuration must contain distinct state machine version ARNs. Received: [${arn}:1, ${arn}:1]`,
    ],
    [to([1, 70], [2, 29]), 'Sum of routing configuration weights must equal 100. Received: [70, 29]'],
    [to([1, 70], [2, 31]), 'Sum of routing configuration weights must equal 100. Received: [70, 31]'],
    [to([9, 100]), 'Request references a resource that does not exist.'],
    [[], 'Member must have length greater than or equal to 1'],
    [to([1, 101]), 'Member must have value less than or equal to 100'],
  ])('%j is refused', async (routing, message) => {
    const world = new World()
    await versioned(world)
    await expect(create(world, routing)).rejects.toThrow(message)
  })

  it('chooses by where chance falls, and draws none where there is no choice', () => {
    const routes = [
      { version: 1, weight: 70 },
      { version: 2, weight: 30 },
    ]
    expect([0, 0.69, 0.7, 0.999].map((random) => chooseVersion(routes, () => random))).toEqual([1, 1, 2, 2])
    const never = (): number => {
      throw new Error('nothing is to be chosen')
    }
    expect(
      chooseVersion(
        [
          { version: 1, weight: 0 },
          { version: 2, weight: 100 },
        ],
        never,
      ),
    ).toBe(2)
    expect(chooseVersion([{ version: 5, weight: 100 }], never)).toBe(5)
  })
})

describe('a list of aliases', () => {
  it('goes by name, in pages, and can be of one version', async () => {
    const world = new World()
    await versioned(world)
    await create(world, to([1, 100]), { name: 'a' })
    await create(world, to([2, 100]), { name: 'b' })
    await create(world, to([1, 50], [2, 50]), { name: 'c' })
    const first = await listAliases(world.engine, admin, { stateMachineArn: arn, limit: 2 })
    expect(first.items.map((alias) => alias.arn)).toEqual([`${arn}:a`, `${arn}:b`])
    const rest = await listAliases(world.engine, admin, { stateMachineArn: arn, limit: 2, cursor: first.cursor ?? '' })
    expect(rest.items.map((alias) => alias.arn)).toEqual([`${arn}:c`])
    const ofTwo = await listAliases(world.engine, admin, { stateMachineArn: `${arn}:2` })
    expect(ofTwo.items.map((alias) => alias.arn)).toEqual([`${arn}:b`, `${arn}:c`])
  })
})
