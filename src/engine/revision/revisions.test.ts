import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createStateMachine } from '../machine/create.ts'
import { surveyStateMachines } from '../machine/survey.ts'
import { updateStateMachine } from '../machine/update.ts'
import {
  admin,
  arnOf,
  definitionOf,
  insertRunning,
  nobody,
  openRegistry,
  type RegistryWorld,
  roleArn,
  trailOf,
} from '../registry-world.ts'
import { publishVersion } from '../version/publish.ts'
import { describeMachineRevision } from './describe.ts'
import { listRevisions } from './list.ts'

const arn = arnOf('pay')
let registry: RegistryWorld
beforeEach(async () => {
  registry = openRegistry()
  await createStateMachine(registry, admin, { name: 'pay', definition: definitionOf('first'), roleArn })
})
afterEach(() => registry.store.close())

const change = (words: string, summary?: string) =>
  updateStateMachine(registry, admin, {
    arn,
    definition: definitionOf(words),
    ...(summary === undefined ? {} : { summary }),
  })

describe('the revisions of a machine', () => {
  it('are listed with who made them, what for and as which versions, the latest first', async () => {
    registry.clock.advanceBy(1000)
    const { revisionId } = await change('second', 'retries the bank')
    await publishVersion(registry, admin, { arn })
    const { items } = await listRevisions(registry, admin, { stateMachineArn: arn })
    const madeBy = { type: admin.type, id: admin.id, via: admin.via }
    expect(items).toEqual([
      { number: 2, revisionId, createdAt: registry.clock.now(), madeBy, summary: 'retries the bank', versions: [1] },
      { number: 1, createdAt: registry.clock.now() - 1000, madeBy, versions: [] },
    ])
  })

  it('come in pages', async () => {
    await change('second')
    await change('third')
    const first = await listRevisions(registry, admin, { stateMachineArn: arn, limit: 2 })
    expect(first.items.map(({ number }) => number)).toEqual([3, 2])
    const rest = await listRevisions(registry, admin, {
      stateMachineArn: arn,
      limit: 2,
      ...(first.cursor === undefined ? {} : { cursor: first.cursor }),
    })
    expect(rest.items.map(({ number }) => number)).toEqual([1])
    expect(rest.cursor).toBeUndefined()
  })

  it('are told each with its text', async () => {
    const { revisionId = '' } = await change('second')
    const of = (id: string) => describeMachineRevision(registry, admin, { stateMachineArn: arn, revisionId: id })
    expect(await of(revisionId)).toMatchObject({ number: 2, definition: definitionOf('second') })
    expect(await of('INITIAL')).toMatchObject({ number: 1, definition: definitionOf('first') })
    await expect(of('other')).rejects.toMatchObject({ code: 'machine.revision_missing' })
    await expect(
      describeMachineRevision(registry, nobody, { stateMachineArn: arn, revisionId: 'INITIAL' }),
    ).rejects.toMatchObject({ code: 'access.forbidden' })
  })

  it('tell the trail what they are for', async () => {
    await change('second', 'retries the bank')
    expect(trailOf(registry).at(-1)).toMatchObject({ change: { after: { summary: 'retries the bank' } } })
  })

  it('of before it was kept have no author', async () => {
    await registry.store.write((tx) => tx.prepare('UPDATE revision SET made_by = NULL').run())
    const { items } = await listRevisions(registry, admin, { stateMachineArn: arn })
    expect(items).toEqual([{ number: 1, createdAt: registry.clock.now(), versions: [] }])
  })
})

it('a summary alone is no change', async () => {
  await expect(updateStateMachine(registry, admin, { arn, summary: 'nothing' })).rejects.toMatchObject({
    code: 'request.parameter_missing',
  })
})

it('a survey tells of each machine its last change and what became of what it ran', async () => {
  await createStateMachine(registry, admin, { name: 'quick', definition: definitionOf('x'), roleArn, type: 'EXPRESS' })
  await change('second', 'for a reason')
  await insertRunning(registry, arn)
  const { items } = await surveyStateMachines(registry, admin)
  expect(items).toMatchObject([
    { name: 'pay', revisions: 2, last: { summary: 'for a reason' }, running: 1, succeeded: 0, failed: 0, aborted: 0 },
    { name: 'quick', revisions: 1, running: 0 },
  ])
})
