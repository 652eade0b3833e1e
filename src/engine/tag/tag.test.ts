import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createActivity } from '../activity/create.ts'
import { createStateMachine } from '../machine/create.ts'
import {
  activityArnOf,
  admin,
  arnOf,
  definitionOf,
  nobody,
  openRegistry,
  type RegistryWorld,
  roleArn,
  trailOf,
} from '../registry-world.ts'
import { tagResource } from './add.ts'
import { listTags } from './list.ts'
import { untagResource } from './remove.ts'

const arn = arnOf('pay')
const many = (count: number, value = '') => Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value }))
let registry: RegistryWorld
beforeEach(async () => {
  registry = openRegistry()
  await createStateMachine(registry, admin, { name: 'pay', definition: definitionOf('paid'), roleArn })
})
afterEach(() => registry.store.close())

describe('tags', () => {
  it('are put on a state machine and merged with those it has', async () => {
    await tagResource(registry, admin, {
      arn,
      tags: [
        { key: 'b', value: '1' },
        { key: 'a', value: '' },
      ],
    })
    await tagResource(registry, admin, {
      arn,
      tags: [
        { key: 'b', value: '2' },
        { key: '__proto__', value: 'x' },
      ],
    })
    expect(await listTags(registry, admin, arn)).toEqual([
      { key: '__proto__', value: 'x' },
      { key: 'a', value: '' },
      { key: 'b', value: '2' },
    ])
    expect(trailOf(registry).at(-1)).toMatchObject({
      action: 'resource.tag',
      subject: arn,
      change: { before: { a: '', b: '1' }, after: { a: '', b: '2' } },
    })
  })

  it('of equal keys, the last holds', async () => {
    await tagResource(registry, admin, {
      arn,
      tags: [
        { key: 'a', value: '1' },
        { key: 'a', value: '2' },
      ],
    })
    expect(await listTags(registry, admin, arn)).toEqual([{ key: 'a', value: '2' }])
  })

  it('none at all change nothing', async () => {
    await tagResource(registry, admin, { arn, tags: [] })
    expect(await listTags(registry, admin, arn)).toEqual([])
    expect(trailOf(registry)).toHaveLength(1)
  })

  it('are taken off by key, unknown keys included', async () => {
    await tagResource(registry, admin, { arn, tags: many(2) })
    await untagResource(registry, admin, { arn, keys: ['k0', 'nothing'] })
    expect(await listTags(registry, admin, arn)).toEqual([{ key: 'k1', value: '' }])
    const told = trailOf(registry).length
    await untagResource(registry, admin, { arn, keys: ['nothing'] })
    expect(trailOf(registry)).toHaveLength(told)
  })

  it('are at most 50, counted together; one too many changes nothing', async () => {
    await tagResource(registry, admin, { arn, tags: many(50) })
    await tagResource(registry, admin, { arn, tags: many(50, 'new') })
    await expect(tagResource(registry, admin, { arn, tags: [{ key: 'k50', value: '' }] })).rejects.toMatchObject({
      code: 'tag.too_many',
    })
    expect(await listTags(registry, admin, arn)).toHaveLength(50)
  })

  it('that meet in one tick are at most 50 too', async () => {
    const half = (from: number) => many(60).slice(from, from + 30)
    const answers = await Promise.allSettled([
      tagResource(registry, admin, { arn, tags: half(0) }),
      tagResource(registry, admin, { arn, tags: half(30) }),
    ])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(await listTags(registry, admin, arn)).toHaveLength(30)
  })

  it('are for activities too', async () => {
    await createActivity(registry, admin, { name: 'approve' })
    await tagResource(registry, admin, { arn: activityArnOf('approve'), tags: [{ key: 'a', value: '1' }] })
    expect(await listTags(registry, admin, activityArnOf('approve'))).toEqual([{ key: 'a', value: '1' }])
    expect(await listTags(registry, admin, arn)).toEqual([])
  })

  it.each([arnOf('none'), `${arn}:1`, `${arn}/Each`, activityArnOf('none')])('are not for %s', async (missing) => {
    const refusal = { code: 'tag.resource_missing', message: `Resource not found: '${missing}'` }
    const tags = [{ key: 'a', value: '1' }]
    await expect(tagResource(registry, admin, { arn: missing, tags })).rejects.toMatchObject(refusal)
    await expect(untagResource(registry, admin, { arn: missing, keys: ['a'] })).rejects.toMatchObject(refusal)
    await expect(listTags(registry, admin, missing)).rejects.toMatchObject(refusal)
  })

  it('refuse wrong ARNs, wrong texts, and who may not', async () => {
    const execution = 'arn:aws:states:eu-central-1:123456789012:execution:pay:one'
    await expect(listTags(registry, admin, execution)).rejects.toThrow('not valid in this context: execution')
    await expect(tagResource(registry, admin, { arn, tags: [{ key: 'a'.repeat(129), value: '' }] })).rejects.toThrow(
      "at 'tags.1.member.key' failed to satisfy constraint: Member must have length less than or equal to 128",
    )
    await expect(untagResource(registry, admin, { arn, keys: [''] })).rejects.toThrow("at 'tagKeys.1.member'")
    const forbidden = { code: 'access.forbidden' }
    await expect(tagResource(registry, nobody, { arn, tags: [] })).rejects.toMatchObject(forbidden)
    await expect(untagResource(registry, nobody, { arn, keys: [] })).rejects.toMatchObject(forbidden)
    await expect(listTags(registry, nobody, arn)).rejects.toMatchObject(forbidden)
  })
})
