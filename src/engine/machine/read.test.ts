import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { admin, arnOf, definitionOf, nobody, openRegistry, type RegistryWorld, roleArn } from '../registry-world.ts'
import { createStateMachine } from './create.ts'
import { describeRevision, describeStateMachine } from './describe.ts'
import { listStateMachines } from './list.ts'
import { findCurrentRevision } from './queries.ts'
import { requireStartable } from './start.ts'

let registry: RegistryWorld
const create = (name: string) => createStateMachine(registry, admin, { name, definition: definitionOf(name), roleArn })

beforeEach(() => {
  registry = openRegistry()
})
afterEach(() => registry.store.close())

describe('describing a state machine', () => {
  it.each([
    ['not_an_arn', "Invalid Arn: 'Invalid ARN prefix: not_an_arn'"],
    [arnOf('none'), `State Machine Does Not Exist: '${arnOf('none')}'`],
    [`${arnOf('pay')}:1`, `State Machine Does Not Exist: '${arnOf('pay')}:1'`],
    ['arn:aws:states:us-east-1:1:stateMachine:pay', 'State Machine Does Not Exist'],
    ['arn:aws:states:us-east-1:1:activity:pay', 'Resource type not valid in this context: activity'],
  ])('says what is wrong with %s', async (arn, message) => {
    await create('pay')
    await expect(describeStateMachine(registry, admin, arn)).rejects.toThrow(message)
  })

  it('is refused to who may not', async () => {
    await expect(describeStateMachine(registry, nobody, arnOf('pay'))).rejects.toMatchObject({
      code: 'access.forbidden',
    })
  })

  it('knows no revision that never was', () => {
    expect(describeRevision(registry.store.read, 42)).toBeUndefined()
  })
})

describe('what a start needs', () => {
  it('is the current revision, to be had within a transaction too', async () => {
    await create('pay')
    const found = findCurrentRevision(registry.store.read, arnOf('pay'))
    expect(found).toEqual({
      machineId: 1,
      machineArn: arnOf('pay'),
      machineName: 'pay',
      type: 'STANDARD',
      status: 'ACTIVE',
      machineCreatedAt: registry.clock.now(),
      revisionId: 1,
      roleArn,
      definition: definitionOf('pay'),
    })
    const { revision: head } = await registry.store.write((tx) => requireStartable(tx, arnOf('pay'), () => 0))
    expect({ ...head, definition: definitionOf('pay') }).toEqual(found)
  })
})

describe('listing state machines', () => {
  it('goes by name in pages, each once, whatever is made or deleted meanwhile', async () => {
    for (const name of ['m_10', 'm_0', 'm_2', 'm_1', 'm_11']) await create(name)
    const namesOf = async (cursor?: string) => {
      const page = await listStateMachines(registry, admin, { limit: 2, cursor })
      return { names: page.items.map(({ name }) => name), cursor: page.cursor }
    }
    const first = await namesOf()
    expect(first.names).toEqual(['m_0', 'm_1'])
    await create('m_00')
    const second = await namesOf(first.cursor)
    expect(second.names).toEqual(['m_10', 'm_11'])
    const third = await namesOf(second.cursor)
    expect(third).toEqual({ names: ['m_2'], cursor: undefined })
  })

  it('shows what AWS shows', async () => {
    await create('pay')
    expect(await listStateMachines(registry, admin)).toEqual({
      items: [{ arn: arnOf('pay'), name: 'pay', type: 'STANDARD', createdAt: registry.clock.now() }],
    })
  })

  it('refuses a wrong page and who may not', async () => {
    await expect(listStateMachines(registry, admin, { limit: 1001 })).rejects.toThrow("Value '1001' at 'maxResults'")
    await expect(listStateMachines(registry, admin, { cursor: 'x' })).rejects.toThrow("Invalid Token: 'Invalid token'")
    await expect(listStateMachines(registry, nobody)).rejects.toMatchObject({ code: 'access.forbidden' })
  })
})
