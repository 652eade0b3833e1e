import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLogger } from '../base/index.ts'
import { type Refusal, Refusals } from './refusals.ts'
import { openTrailWorld, type TrailWorld } from './trail-world.ts'

let world: TrailWorld
let refusals: Refusals
beforeEach(() => {
  world = openTrailWorld()
  const limits = { windowMs: 60_000, kinds: 3 }
  refusals = new Refusals({ store: world.store, clock: world.clock, logger: silentLogger, limits })
})
afterEach(() => world.end())

const from = (address: string, more: Partial<Refusal> = {}): Refusal => ({
  action: 'access.refused',
  actor: { type: 'inbound', id: address, via: 'api' },
  subject: { type: 'route', id: 'GET /v1/machines' },
  reason: 'access.unauthenticated',
  ...more,
})

/** What is in the trail, once everything that waits is written. */
async function told() {
  await world.store.write(() => undefined)
  while ((await world.trail.seal()) > 0);
  const records = await world.all()
  return records.map(({ actor, action, change }) => ({ action, actor: actor.id, ...Object(change) }))
}

it('tells the first of each source and reason at once', async () => {
  refusals.note(from('192.0.2.1', { details: { brought: 'a token' } }))
  refusals.note(from('192.0.2.2'))
  refusals.note(from('192.0.2.1', { reason: 'access.session_ended' }))
  expect(await told()).toEqual([
    { action: 'access.refused', actor: '192.0.2.1', reason: 'access.unauthenticated', brought: 'a token' },
    { action: 'access.refused', actor: '192.0.2.2', reason: 'access.unauthenticated' },
    { action: 'access.refused', actor: '192.0.2.1', reason: 'access.session_ended' },
  ])
})

it('tells what follows once in a window, with how often and between when, and a source that had stopped as new', async () => {
  for (let n = 0; n < 1000; n++) refusals.note(from('192.0.2.1', { details: { at: String(n) } }))
  expect(await told()).toHaveLength(1)
  world.clock.advanceBy(60_000)
  expect((await told())[1]).toMatchObject({
    ...{ again: 999, at: '999', since: '2026-01-01T00:00:00.000Z', until: '2026-01-01T00:00:00.000Z' },
  })
  refusals.note(from('192.0.2.1'))
  world.clock.advanceBy(60_000)
  expect(await told()).toHaveLength(3)
  world.clock.advanceBy(60_000)
  expect(world.clock.nextAlarm()).toBeUndefined()
  refusals.note(from('192.0.2.1'))
  expect((await told())[3]).not.toHaveProperty('again')
})

it('keeps so many apart, and of the others tells only how often: a flood from everywhere does not fill the trail', async () => {
  for (let n = 0; n < 10_000; n++) refusals.note(from(`192.0.2.${n}`))
  refusals.note(from('arn:run', { action: 'outbound.refused' }))
  expect((await told()).map(({ action, actor }) => `${action} ${actor}`)).toEqual([
    ...[0, 1, 2].map((n) => `access.refused 192.0.2.${n}`),
    'outbound.refused arn:run',
  ])
  world.clock.advanceBy(60_000)
  expect((await told()).slice(4)).toMatchObject([{ actor: 'others', reason: 'various', again: 9997 }])
})

it('tells of a token that has got around amid a flood of strangers', async () => {
  for (let n = 0; n < 10; n++) refusals.note(from(`192.0.2.${n}`))
  refusals.note(from('192.0.2.77', { whose: 'tok_1' }))
  expect((await told()).map(({ actor }) => actor)).toContain('192.0.2.77')
})

it('tells each thing that somebody who is known tried in vain', async () => {
  const actor = { type: 'user', id: 'per_1', via: 'api' } as const
  for (const verb of ['token.list', 'token.create', 'token.list']) {
    refusals.note(from('', { action: 'access.forbidden', actor, subject: { type: 'verb', id: verb } }))
  }
  expect(await told()).toHaveLength(2)
})

it('writes nothing that somebody else has made long', async () => {
  const long = 'x'.repeat(100_000)
  refusals.note(from('192.0.2.1', { subject: { type: 'route', id: long }, details: { host: long } }))
  await told()
  expect(JSON.stringify(await world.all()).length).toBeLessThan(1500)
})

it('cuts what is long between two characters, never within one: half of one cannot be hashed', async () => {
  const long = `${'x'.repeat(199)}🎉${'x'.repeat(99)}🎉`
  refusals.note(from('192.0.2.1', { subject: { type: 'route', id: long }, details: { ref: long } }))
  expect(await told()).toHaveLength(1)
})

it('tells what was counted when it closes', async () => {
  for (let n = 0; n < 3; n++) refusals.note(from('192.0.2.1'))
  await refusals.close()
  expect((await told())[1]).toMatchObject({ again: 2 })
  expect(world.clock.nextAlarm()).toBeUndefined()
})
