import { afterEach, describe, expect, it } from 'vitest'
import { type Actor, createToken } from '../../access/index.ts'
import { effectsOf } from '../../audit/index.ts'
import { statusOfPlace } from '../queries.ts'
import { admin, endWorlds, nobody, World } from '../world.ts'
import { acquireLock } from './acquire.ts'
import { breakLock, repeatBreak } from './break.ts'
import { leaseMs, viewLease } from './lease.ts'
import { listLocks } from './list.ts'
import { releaseLock } from './release.ts'
import { freeLock, lockOf, raiseTerm, renewDeploymentLock, takeDeploymentLock } from './rows.ts'

afterEach(endWorlds)

const place = { project: 'shop/web', config: 'production' }
const bob: Actor = { ...admin, id: 'bob' }

describe('the lease of a deployment', () => {
  const lock = { ...place, kind: 'deployment', owner: 'a', reason: '', term: 3, takenAt: 0, expiresAt: 100 } as const

  it.each([
    [undefined, 'b', 0, false, 'free'],
    [{ ...lock, owner: null }, 'b', 0, false, 'free'],
    [lock, 'a', 50, true, 'own'],
    [lock, 'a', 200, true, 'own'],
    [lock, 'b', 99, true, 'held'],
    [lock, 'b', 100, true, 'settling'],
    [lock, 'b', 100, false, 'free'],
  ] as const)('%# is seen as it is', (held, owner, now, unended, kind) => {
    expect(viewLease(held, owner, now, unended).kind).toBe(kind)
  })

  it('is taken by one of two that meet, and the other is told by whom', async () => {
    const world = await new World().begin()
    const take = (owner: string) =>
      world.store.write((tx) => takeDeploymentLock(tx, place, { owner, reason: 'deploy', now: world.clock.now() }))
    const [first, second] = await Promise.allSettled([take('a'), take('b')])
    expect(first).toEqual({ status: 'fulfilled', value: 1 })
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'deploy.locked' } })
    expect(second).toHaveProperty('reason.message', expect.stringContaining('a is under way'))
  })

  it('has a term that grows each time it changes hands, also after it was let go', async () => {
    const world = await new World().begin()
    const now = world.clock.now()
    const terms = await world.store.write((tx) => {
      const one = takeDeploymentLock(tx, place, { owner: 'a', reason: '', now })
      freeLock(tx, place, 'deployment', 'a')
      const two = takeDeploymentLock(tx, place, { owner: 'b', reason: '', now })
      return [one, two, raiseTerm(tx, place, 'b', now)]
    })
    expect(terms).toEqual([1, 2, 3])
  })

  it('runs out, is kept by renewing it, and is lost to a newer term', async () => {
    const world = await new World().begin()
    const held = (term: number) => ({ owner: 'a', term, now: world.clock.now() })
    await world.store.write((tx) => takeDeploymentLock(tx, place, { owner: 'a', reason: '', now: world.clock.now() }))
    await world.advance(leaseMs - 1)
    await world.store.write((tx) => renewDeploymentLock(tx, place, held(1)))
    expect(lockOf(world.store.read, place, 'deployment')?.expiresAt).toBe(world.clock.now() + leaseMs)
    await world.advance(leaseMs + 1)
    await world.store.write((tx) => renewDeploymentLock(tx, place, held(1)))
    await world.store.write((tx) => raiseTerm(tx, place, 'a', world.clock.now()))
    const late = world.store.write((tx) => renewDeploymentLock(tx, place, held(1)))
    await expect(late).rejects.toMatchObject({ code: 'deploy.lock_lost' })
  })

  it('of an owner that is no deployment any more is free when it has run out', async () => {
    const world = await new World().begin()
    await world.store.write((tx) =>
      takeDeploymentLock(tx, place, { owner: 'gone', reason: '', now: world.clock.now() }),
    )
    await world.advance(leaseMs)
    expect(await world.deployed()).toMatchObject({ status: 'succeeded', term: expect.any(Number) })
  })

  it('of a deployment that lets nothing be heard is not given away: it is put in order first', async () => {
    const world = await new World().begin()
    await world.advance(1000)
    const { id } = await world.deploy()
    await world.engine.close()
    await world.advance(leaseMs + 1000)
    await expect(world.deploy({ metadata: { n: '2' } })).rejects.toMatchObject({ code: 'deploy.lock_settling' })
    expect(world.deployment(id).endedAt).toBeNull()
  })

  it('lets go of nothing that another has', async () => {
    const world = await new World().begin()
    await world.store.write((tx) => {
      takeDeploymentLock(tx, place, { owner: 'a', reason: '', now: 0 })
      expect(freeLock(tx, place, 'deployment', 'b')).toBe(false)
      expect(freeLock(tx, place, 'deployment', 'a')).toBe(true)
      expect(freeLock(tx, place, 'deployment', 'a')).toBe(false)
      expect(() => raiseTerm(tx, place, 'a', 0)).toThrow('no longer holds')
    })
  })
})

describe('the lock of a person', () => {
  it('keeps deployments away and says who, why and what to do', async () => {
    const world = await new World().begin()
    await acquireLock(world.deploys, bob, { ...place, reason: 'sale day', for: '2h' })
    await expect(world.deploy()).rejects.toMatchObject({
      code: 'deploy.locked',
      message: 'bob has locked shop/web/production for another 2h: sale day',
      repair: expect.stringContaining('holdfast break shop/web production'),
    })
  })

  it('tells its owner by the name of their token, wherever it is seen', async () => {
    const world = await new World().begin()
    const { id } = await createToken(world.access(), admin, { name: 'carla', grants: [{ role: 'admin' }] })
    const carla: Actor = { ...admin, id }
    await acquireLock(world.deploys, carla, { ...place, reason: 'sale day', for: '2h' })
    expect(listLocks(world.deploys, admin)).toMatchObject([{ owner: id, ownerName: 'carla' }])
    expect(statusOfPlace(world.deploys, admin, place).closed).toMatchObject({ owner: id, ownerName: 'carla' })
    await expect(world.deploy()).rejects.toMatchObject({
      message: 'carla has locked shop/web/production for another 2h: sale day',
    })
    expect(await breakLock(world.deploys, bob, { ...place, reason: 'needed' })).toMatchObject({ ownerName: 'carla' })
  })

  it('opens by itself', async () => {
    const world = await new World().begin()
    await acquireLock(world.deploys, bob, { ...place, reason: 'sale day', for: '2h' })
    await world.advance(2 * 3_600_000)
    expect(listLocks(world.deploys, admin)).toEqual([])
    expect(await world.deployed()).toMatchObject({ status: 'succeeded' })
  })

  it('leaves a deployment alone that is under way', async () => {
    const world = await new World().begin()
    const { id } = await world.deploy()
    await acquireLock(world.deploys, bob, { ...place, reason: 'no more today' })
    expect(await world.untilEnded(id)).toMatchObject({ status: 'succeeded' })
  })

  it('is renewed and let go by its owner, and by nobody else', async () => {
    const world = await new World().begin()
    await acquireLock(world.deploys, bob, { ...place, reason: 'one' })
    expect(await acquireLock(world.deploys, bob, { ...place, reason: 'two' })).toMatchObject({ term: 2, reason: 'two' })
    const others = acquireLock(world.deploys, admin, { ...place, reason: 'mine' })
    await expect(others).rejects.toMatchObject({ code: 'deploy.locked' })
    await expect(releaseLock(world.deploys, admin, place)).rejects.toMatchObject({ code: 'deploy.locked' })
    await releaseLock(world.deploys, bob, place)
    await releaseLock(world.deploys, bob, place)
    expect(listLocks(world.deploys, admin)).toEqual([])
    expect(world.trail().filter((action) => action.startsWith('lock.'))).toEqual([
      'lock.acquire',
      'lock.acquire',
      'lock.release',
    ])
  })

  it('is broken by another, with a reason in the trail', async () => {
    const world = await new World().begin()
    await acquireLock(world.deploys, bob, { ...place, reason: 'forgot' })
    const answer = await breakLock(world.deploys, admin, { ...place, reason: 'bob is on holiday' })
    expect(answer).toEqual({ outcome: 'opened', owner: 'bob' })
    expect(await world.deployed()).toMatchObject({ status: 'succeeded' })
    expect(world.trail()).toContain('lock.break')
  })

  it('tells once more whose it was when the answer to its breaking was lost', async () => {
    const world = await new World().begin()
    await acquireLock(world.deploys, bob, { ...place, reason: 'forgot' })
    const request = { key: 'k', fingerprint: 'f' }
    const answer = await breakLock(world.deploys, { ...admin, request }, { ...place, reason: 'needed' })
    const [effect] = effectsOf(world.deploys.store.read, 'k', world.deploys.clock.now())
    expect(effect).toMatchObject({ action: 'lock.break', subject: { type: 'place' } })
    expect(await repeatBreak(world.deploys, admin, place, effect?.change ?? '')).toEqual(answer)
    await expect(repeatBreak(world.deploys, nobody, place, effect?.change ?? '')).rejects.toMatchObject({
      code: 'access.forbidden',
    })
  })

  it('is asked for by who may, with a reason, where there is one to break', async () => {
    const world = await new World().begin()
    const request = { ...place, reason: 'x' }
    await expect(acquireLock(world.deploys, nobody, request)).rejects.toMatchObject({ code: 'access.forbidden' })
    await expect(acquireLock(world.deploys, admin, { ...place, reason: '' })).rejects.toMatchObject({
      code: 'deploy.request_invalid',
      place: 'reason',
    })
    await expect(breakLock(world.deploys, admin, request)).rejects.toMatchObject({ code: 'deploy.lock_missing' })
  })
})
