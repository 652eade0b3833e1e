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
  insertRunning,
} from '../registry-world.ts'
import { createStateMachine } from './create.ts'
import { deleteStateMachine } from './delete.ts'
import { describeRevision, describeStateMachine } from './describe.ts'
import { findCurrentRevision, loadRevision } from './queries.ts'
import { updateStateMachine } from './update.ts'

const arn = arnOf('pay')
let registry: RegistryWorld

beforeEach(async () => {
  registry = openRegistry()
  await createStateMachine(registry, admin, { name: 'pay', definition: definitionOf('old'), roleArn })
  registry.clock.advanceBy(1000)
})
afterEach(() => registry.store.close())

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('updating a state machine', () => {
  it('makes a revision with an id of its own', async () => {
    const updated = await updateStateMachine(registry, admin, { arn, definition: definitionOf('new') })
    expect(updated).toEqual({ updatedAt: registry.clock.now(), revisionId: expect.stringMatching(uuid) })
    expect(await describeStateMachine(registry, admin, arn)).toMatchObject({
      definition: definitionOf('new'),
      roleArn,
      createdAt: registry.clock.now() - 1000,
      updatedAt: registry.clock.now(),
      revisionId: updated.revisionId,
    })
  })

  it('leaves what it does not name, and names each revision anew', async () => {
    const first = await updateStateMachine(registry, admin, { arn, tracingConfiguration: '{"enabled":true}' })
    const second = await updateStateMachine(registry, admin, { arn, roleArn: 'arn:aws:iam::1:role/other' })
    expect(second.revisionId).not.toBe(first.revisionId)
    expect(await describeStateMachine(registry, admin, arn)).toMatchObject({
      definition: definitionOf('old'),
      tracingConfiguration: '{"enabled":true}',
      loggingConfiguration: '{"level":"OFF","includeExecutionData":false}',
      roleArn: 'arn:aws:iam::1:role/other',
    })
  })

  it('leaves the revision of a running execution as it is', async () => {
    const before = findCurrentRevision(registry.store.read, arn)
    await updateStateMachine(registry, admin, { arn, definition: definitionOf('new') })
    const revisionId = before?.revisionId ?? 0
    expect(loadRevision(registry.store.read, revisionId)).toEqual(before)
    const described = describeRevision(registry.store.read, revisionId)
    expect(described).toMatchObject({ definition: definitionOf('old') })
    expect(described).not.toHaveProperty('revisionId')
    expect(findCurrentRevision(registry.store.read, arn)).toMatchObject({ definition: definitionOf('new') })
  })

  it('that changes nothing makes no revision', async () => {
    const same = { arn, definition: definitionOf('old'), roleArn, tracingConfiguration: '{}' }
    expect(await updateStateMachine(registry, admin, same)).toEqual({ updatedAt: registry.clock.now() - 1000 })
    const { revisionId, updatedAt } = await updateStateMachine(registry, admin, {
      arn,
      definition: definitionOf('new'),
    })
    registry.clock.advanceBy(1000)
    const again = await updateStateMachine(registry, admin, { arn, definition: definitionOf('new') })
    expect(again).toEqual({ revisionId, updatedAt })
    expect(trailOf(registry).map(({ action }) => action)).toEqual(['machine.create', 'machine.update'])
  })

  it('tells the trail what changed', async () => {
    await updateStateMachine(registry, admin, { arn, roleArn: 'arn:aws:iam::1:role/other' })
    expect(trailOf(registry).at(-1)).toMatchObject({
      action: 'machine.update',
      subject: arn,
      change: { before: { roleArn }, after: { roleArn: 'arn:aws:iam::1:role/other' } },
    })
  })

  it('refuses to change nothing at all, in AWS’s words', async () => {
    await expect(updateStateMachine(registry, admin, { arn })).rejects.toMatchObject({
      code: 'request.parameter_missing',
      message:
        'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
    })
  })

  it('refuses a machine that is not there, is going, or is named by version', async () => {
    const definition = definitionOf('new')
    await expect(updateStateMachine(registry, admin, { arn: arnOf('none'), definition })).rejects.toThrow(
      `State Machine Does Not Exist: '${arnOf('none')}'`,
    )
    await expect(updateStateMachine(registry, admin, { arn: `${arn}:1`, definition })).rejects.toMatchObject({
      code: 'request.invalid',
    })
    await expect(updateStateMachine(registry, admin, { arn: 'x', definition })).rejects.toMatchObject({
      code: 'arn.invalid',
    })
    await insertRunning(registry, arn)
    await deleteStateMachine(registry, admin, arn)
    await expect(updateStateMachine(registry, admin, { arn, definition })).rejects.toMatchObject({
      code: 'machine.deleting',
    })
  })

  it('refuses a wrong definition and keeps the old one', async () => {
    await expect(updateStateMachine(registry, admin, { arn, definition: '{}' })).rejects.toMatchObject({
      code: 'machine.definition_invalid',
    })
    await expect(updateStateMachine(registry, admin, { arn, roleArn: 'me' })).rejects.toMatchObject({
      code: 'arn.invalid',
    })
    expect((await describeStateMachine(registry, admin, arn)).definition).toBe(definitionOf('old'))
  })

  it('checks the definition for the type the machine has', async () => {
    await createStateMachine(registry, admin, {
      name: 'quick',
      definition: definitionOf('x'),
      roleArn,
      type: 'EXPRESS',
    })
    const Resource = 'arn:aws:states:::states:startExecution.sync'
    const definition = JSON.stringify({
      StartAt: 'A',
      States: { A: { Type: 'Task', Resource, Parameters: { StateMachineArn: arn }, End: true } },
    })
    await updateStateMachine(registry, admin, { arn, definition })
    await expect(updateStateMachine(registry, admin, { arn: arnOf('quick'), definition })).rejects.toThrow(
      "Express state machine does not support '.sync' service integration",
    )
  })

  it('of a named revision is refused once there is a newer one', async () => {
    const first = await updateStateMachine(registry, admin, {
      arn,
      definition: definitionOf('new'),
      expectedRevision: 'INITIAL',
    })
    const stale = { arn, definition: definitionOf('lost'), expectedRevision: 'INITIAL' }
    await expect(updateStateMachine(registry, admin, stale)).rejects.toMatchObject({
      code: 'machine.revision_changed',
      accepted: first.revisionId,
    })
    const current = { arn, definition: definitionOf('newer'), expectedRevision: first.revisionId }
    await updateStateMachine(registry, admin, current)
    expect((await describeStateMachine(registry, admin, arn)).definition).toBe(definitionOf('newer'))
  })

  it('that meets the deletion of its machine in one tick loses to whatever came first', async () => {
    const answers = await Promise.allSettled([
      deleteStateMachine(registry, admin, arn),
      createStateMachine(registry, admin, { name: 'pay', definition: definitionOf('x'), roleArn, type: 'EXPRESS' }),
      updateStateMachine(registry, admin, { arn, definition: definitionOf('new') }),
    ])
    expect(answers).toMatchObject([
      { status: 'fulfilled' },
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'request.conflict' } },
    ])
    expect((await describeStateMachine(registry, admin, arn)).definition).toBe(definitionOf('x'))
  })

  it('is refused to who may not', async () => {
    await expect(updateStateMachine(registry, nobody, { arn })).rejects.toMatchObject({ code: 'access.forbidden' })
  })
})
