import { afterEach, describe, expect, it } from 'vitest'
import { createExpressions } from '../../jsonata/index.ts'
import type { CreateStateMachineRequest } from '../contract.ts'
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
import { listTags } from '../tag/list.ts'
import { createStateMachine } from './create.ts'
import { deleteStateMachine } from './delete.ts'
import { describeStateMachine } from './describe.ts'

const worlds: RegistryWorld[] = []
function world(limits = {}): RegistryWorld {
  const registry = openRegistry(limits)
  worlds.push(registry)
  return registry
}
afterEach(async () => {
  await Promise.all(worlds.splice(0).map(({ store }) => store.close()))
})

const request = (more: Partial<CreateStateMachineRequest> = {}): CreateStateMachineRequest => ({
  name: 'pay',
  definition: definitionOf('paid'),
  roleArn,
  ...more,
})

describe('creating a state machine', () => {
  it('answers its ARN and time, and keeps the text as it came', async () => {
    const registry = world()
    const definition = ` ${definitionOf('paid')}\n`
    const created = await createStateMachine(registry, admin, request({ definition }))
    expect(created).toEqual({ arn: arnOf('pay'), createdAt: registry.clock.now() })
    expect(await describeStateMachine(registry, admin, created.arn)).toEqual({
      arn: arnOf('pay'),
      name: 'pay',
      status: 'ACTIVE',
      type: 'STANDARD',
      definition,
      roleArn,
      createdAt: created.createdAt,
      updatedAt: created.createdAt,
      loggingConfiguration: '{"level":"OFF","includeExecutionData":false}',
      tracingConfiguration: '{"enabled":false}',
      encryptionConfiguration: '{"type":"AWS_OWNED_KEY"}',
      variableReferences: new Map(),
    })
  })

  it('is told in the trail, in the same transaction, without the text', async () => {
    const registry = world()
    await createStateMachine(registry, admin, request())
    expect(trailOf(registry)).toMatchObject([
      {
        action: 'machine.create',
        subject: arnOf('pay'),
        change: {
          before: null,
          after: { type: 'STANDARD', roleArn, definition: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
        },
      },
    ])
  })

  it('asked for again with the same text, answers the first time and changes nothing', async () => {
    const registry = world()
    const first = await createStateMachine(registry, admin, request({ tags: [{ key: 'a', value: '1' }] }))
    registry.clock.advanceBy(5000)
    const other = { roleArn: 'arn:aws:iam::1:role/other', tags: [{ key: 'b', value: '2' }], type: 'STANDARD' as const }
    expect(await createStateMachine(registry, admin, request(other))).toEqual(first)
    expect((await describeStateMachine(registry, admin, first.arn)).roleArn).toBe(roleArn)
    expect(await listTags(registry, admin, first.arn)).toEqual([{ key: 'a', value: '1' }])
    expect(trailOf(registry)).toHaveLength(1)
  })

  it('with default configurations spelled out, is the same request', async () => {
    const registry = world()
    const first = await createStateMachine(registry, admin, request())
    const spelled = { tracingConfiguration: '{ "enabled": false }', loggingConfiguration: '{"level":"OFF"}' }
    expect(await createStateMachine(registry, admin, request(spelled))).toEqual(first)
  })

  it.each<Partial<CreateStateMachineRequest>>([
    { definition: `${definitionOf('paid')} ` },
    { type: 'EXPRESS' },
    { tracingConfiguration: '{"enabled":true}' },
    { loggingConfiguration: '{"includeExecutionData":true}' },
    { encryptionConfiguration: '{"type":"CUSTOMER_MANAGED_KMS_KEY","kmsKeyId":"k"}' },
  ])('refuses another machine of the same name: %j', async (more) => {
    const registry = world()
    await createStateMachine(registry, admin, request())
    await expect(createStateMachine(registry, admin, request(more))).rejects.toMatchObject({
      code: 'machine.exists',
      message: `State Machine Already Exists: '${arnOf('pay')}'`,
    })
    expect(trailOf(registry)).toHaveLength(1)
  })

  it('twice in one tick makes one machine; a different one of the name loses', async () => {
    const registry = world()
    const answers = await Promise.allSettled([
      createStateMachine(registry, admin, request()),
      createStateMachine(registry, admin, request()),
      createStateMachine(registry, admin, request({ definition: definitionOf('other') })),
    ])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(registry.store.read.all('SELECT id FROM state_machine')).toHaveLength(1)
    expect(registry.store.read.all('SELECT id FROM revision')).toHaveLength(1)
    expect(trailOf(registry)).toHaveLength(1)
  })

  it('waits for one that is being deleted', async () => {
    const registry = world()
    const { arn } = await createStateMachine(registry, admin, request())
    await insertRunning(registry, arn)
    await deleteStateMachine(registry, admin, arn)
    await expect(createStateMachine(registry, admin, request())).rejects.toMatchObject({
      code: 'machine.deleting',
      message: `State Machine is being deleted: '${arn}'`,
    })
  })

  it('keeps up to 50 tags; with more, nothing is made', async () => {
    const registry = world()
    const tags = (count: number) => Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: '' }))
    await expect(createStateMachine(registry, admin, request({ tags: tags(51) }))).rejects.toMatchObject({
      code: 'tag.too_many',
    })
    expect(registry.store.read.all('SELECT id FROM state_machine')).toHaveLength(0)
    expect(trailOf(registry)).toHaveLength(0)
    const { arn } = await createStateMachine(registry, admin, request({ tags: tags(50) }))
    expect(await listTags(registry, admin, arn)).toHaveLength(50)
  })

  it.each([' ', 'a b', 'a/b', '../x', 'a:b', "'; DROP TABLE state_machine; --", 'a\u0000', '😀', 'a\ud800'])(
    'refuses the name %j',
    async (name) => {
      const registry = world()
      await expect(createStateMachine(registry, admin, request({ name }))).rejects.toMatchObject({
        code: 'name.invalid',
        message: `Invalid Name: '${name}'`,
      })
    },
  )

  it.each([
    [
      { name: '' },
      "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [{ name: 'a'.repeat(81) }, 'Member must have length less than or equal to 80'],
    [
      { definition: '' },
      "Value at 'definition' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [{ definition: '"\ud800"' }, "Value at 'definition' failed to satisfy constraint"],
    [{ tags: [{ key: '', value: '' }] }, "Value '' at 'tags.1.member.key'"],
    [{ tags: [{ key: 'a', value: '\ud800' }] }, "at 'tags.1.member.value'"],
    [{ roleArn: 'me' }, "Invalid Arn: 'Invalid ARN prefix: me'"],
    [{ loggingConfiguration: '{"level":"ALL"}' }, 'Must specify exactly one Log Destination.'],
  ])('refuses %j', async (more, message) => {
    await expect(createStateMachine(world(), admin, request(more))).rejects.toThrow(message)
  })

  it('refuses a wrong definition with everything that is wrong and where', async () => {
    const registry = world()
    const definition = '{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}'
    await expect(createStateMachine(registry, admin, request({ definition }))).rejects.toMatchObject({
      code: 'machine.definition_invalid',
      kind: 'invalid',
      message: expect.stringContaining(
        "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next",
      ),
      place: '/States/A/Next',
    })
    expect(registry.store.read.all('SELECT id FROM state_machine')).toHaveLength(0)
  })

  it.each(['', 'not json', '[]', '{"StartAt":', '['.repeat(10_000)].slice(1))(
    'refuses what is no definition: %.20s',
    async (definition) => {
      await expect(createStateMachine(world(), admin, request({ definition }))).rejects.toMatchObject({
        code: 'machine.definition_invalid',
      })
    },
  )

  it('counts the size of a definition in bytes, and does not read one that is too large', async () => {
    const registry = world({ definitionBytes: 200 })
    await createStateMachine(registry, admin, request({ definition: definitionOf('é'.repeat(40)) }))
    await expect(
      createStateMachine(registry, admin, request({ definition: definitionOf('é'.repeat(80)) })),
    ).rejects.toMatchObject({
      code: 'request.too_large',
      kind: 'too_large',
      message: expect.stringContaining('Member must have length less than or equal to 200'),
    })
  })

  it('remembers which variables its states read', async () => {
    const registry = world()
    const definition = JSON.stringify({
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Assign: { total: 1 }, Next: '__proto__' },
        ['__proto__']: { Type: 'Pass', Parameters: { 'x.$': '$total' }, End: true },
      },
    })
    const { arn } = await createStateMachine(registry, admin, request({ definition }))
    const { variableReferences } = await describeStateMachine(registry, admin, arn)
    expect([...variableReferences]).toEqual([['__proto__', ['total']]])
  })

  it('asks the real expression language too', async () => {
    const expressions = createExpressions()
    const registry = { ...world(), expressions }
    const definition = (Output: string) =>
      JSON.stringify({
        QueryLanguage: 'JSONata',
        StartAt: 'A',
        States: {
          A: { Type: 'Pass', Assign: { total: 1 }, Next: 'B' },
          B: { Type: 'Pass', Output, End: true },
        },
      })
    await expect(
      createStateMachine(registry, admin, request({ definition: definition('{% $total + %}') })),
    ).rejects.toThrow(/^Invalid State Machine Definition: 'INVALID_JSONATA_EXPRESSION: .* at \/States\/B\/Output'$/)
    const right = request({ definition: definition('{% $total + $states.input.more %}') })
    const { arn } = await createStateMachine(registry, admin, right)
    expect((await describeStateMachine(registry, admin, arn)).variableReferences).toEqual(new Map([['B', ['total']]]))
    await expressions.close()
  })

  it('is refused to who may not, before anything else is said', async () => {
    const registry = world()
    await expect(createStateMachine(registry, nobody, request({ name: '' }))).rejects.toMatchObject({
      code: 'access.forbidden',
    })
  })

  it('needs to know why when the system does it', async () => {
    const registry = world()
    const system = { type: 'system', id: 'procedures', via: 'timer' } as const
    await expect(createStateMachine(registry, system, request())).rejects.toMatchObject({ code: 'audit.cause_missing' })
    expect(registry.store.read.all('SELECT id FROM state_machine')).toHaveLength(0)
    await createStateMachine(registry, system, request(), { type: 'change', id: 'start' })
    expect(trailOf(registry)).toHaveLength(1)
  })
})
