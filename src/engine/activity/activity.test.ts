import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { activityArnOf, admin, nobody, openRegistry, type RegistryWorld, trailOf } from '../registry-world.ts'
import { tagResource } from '../tag/add.ts'
import { listTags } from '../tag/list.ts'
import { createActivity } from './create.ts'
import { deleteActivity } from './delete.ts'
import { describeActivity, requireActivity } from './describe.ts'
import { listActivities } from './list.ts'

const arn = activityArnOf('approve')
let registry: RegistryWorld
beforeEach(() => {
  registry = openRegistry()
})
afterEach(() => registry.store.close())

describe('an activity', () => {
  it('is made once for a name, however often it is asked for', async () => {
    const first = await createActivity(registry, admin, { name: 'approve', tags: [{ key: 'a', value: '1' }] })
    expect(first).toEqual({ arn, name: 'approve', createdAt: registry.clock.now() })
    registry.clock.advanceBy(1000)
    expect(await createActivity(registry, admin, { name: 'approve', tags: [{ key: 'b', value: '2' }] })).toEqual(first)
    expect(await describeActivity(registry, admin, arn)).toEqual(first)
    expect(await listTags(registry, admin, arn)).toEqual([{ key: 'a', value: '1' }])
    expect(trailOf(registry)).toEqual([{ action: 'activity.create', subject: arn, change: undefined }])
  })

  it('asked for twice in one tick, is made once', async () => {
    const [first, second] = await Promise.all([
      createActivity(registry, admin, { name: 'approve' }),
      createActivity(registry, admin, { name: 'approve' }),
    ])
    expect(second).toEqual(first)
    expect(trailOf(registry)).toHaveLength(1)
  })

  it('goes with its tags, and may be made anew', async () => {
    await createActivity(registry, admin, { name: 'approve' })
    await tagResource(registry, admin, { arn, tags: [{ key: 'a', value: '1' }] })
    await deleteActivity(registry, admin, arn)
    await expect(describeActivity(registry, admin, arn)).rejects.toMatchObject({
      code: 'activity.missing',
      message: `Activity Does Not Exist: '${arn}'`,
    })
    expect(() => requireActivity(registry.store.read, arn)).toThrow('Activity Does Not Exist')
    await createActivity(registry, admin, { name: 'approve' })
    expect(await listTags(registry, admin, arn)).toEqual([])
  })

  it('that does not exist is deleted already, and nothing is told of it', async () => {
    await deleteActivity(registry, admin, arn)
    expect(trailOf(registry)).toEqual([])
  })

  it.each(['activity name', 'activity<name', 'activity/name', '\u0000activity', 'activity\u007f', 'a"b', 'a:b'])(
    'may not be called %j',
    async (name) => {
      await expect(createActivity(registry, admin, { name })).rejects.toMatchObject({
        code: 'name.invalid',
        message: `Invalid Name: '${name}'`,
      })
    },
  )

  it('is refused with a name too long, too many tags, a wrong ARN, and to who may not', async () => {
    await expect(createActivity(registry, admin, { name: 'a'.repeat(81) })).rejects.toMatchObject({
      code: 'request.invalid',
    })
    const tags = Array.from({ length: 51 }, (_, i) => ({ key: `${i}`, value: '' }))
    await expect(createActivity(registry, admin, { name: 'approve', tags })).rejects.toMatchObject({
      code: 'tag.too_many',
    })
    await expect(describeActivity(registry, admin, 'no_activity')).rejects.toThrow('Invalid ARN prefix: no_activity')
    await expect(deleteActivity(registry, admin, 'no_activity')).rejects.toThrow('Invalid ARN prefix: no_activity')
    const forbidden = { code: 'access.forbidden' }
    await expect(createActivity(registry, nobody, { name: 'approve' })).rejects.toMatchObject(forbidden)
    await expect(describeActivity(registry, nobody, arn)).rejects.toMatchObject(forbidden)
    await expect(deleteActivity(registry, nobody, arn)).rejects.toMatchObject(forbidden)
    await expect(listActivities(registry, nobody)).rejects.toMatchObject(forbidden)
    expect(await listActivities(registry, admin)).toEqual({ items: [] })
  })

  it('is listed by name, in pages', async () => {
    for (const name of ['c', 'a', 'b']) await createActivity(registry, admin, { name })
    const first = await listActivities(registry, admin, { limit: 2 })
    expect(first.items.map(({ name }) => name)).toEqual(['a', 'b'])
    const second = await listActivities(registry, admin, { limit: 2, cursor: first.cursor })
    expect(second.items.map(({ name }) => name)).toEqual(['c'])
    expect(second.cursor).toBeUndefined()
  })
})
