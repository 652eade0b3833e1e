import { afterEach, describe, expect, it } from 'vitest'
import { HoldfastError } from '../../base/index.ts'
import { callApi, openWorld, type World } from '../fake-world.ts'
import { time, place, description, lock, pointer, statusOfPlace } from './deploying.fake.ts'
import { expectAsked, type RouteCase } from './route-case.fake.ts'

let world: World | undefined
afterEach(async () => {
  await world?.server.close()
  world = undefined
})

const cases: readonly RouteCase[] = [
  { call: ['GET /v1/places'], verb: 'listPlaces', asked: [], answers: [pointer], body: { items: [pointer] } },
  {
    call: ['GET /v1/places/shop%2Fweb/production'],
    verb: 'statusOfPlace',
    asked: [place],
    ...statusOfPlace,
  },
  {
    call: ['GET /v1/places/shop%2Fweb/production?live=true'],
    verb: 'lookAtPlace',
    asked: [place, expect.any(AbortSignal)],
    ...statusOfPlace,
  },
  { call: ['GET /v1/locks'], verb: 'listLocks', asked: [], answers: [lock], body: { items: [{ takenAt: time }] } },
  {
    call: ['POST /v1/locks', { ...place, reason: 'sale' }],
    verb: 'acquireLock',
    asked: [{ ...place, reason: 'sale', for: '8h' }],
    answers: lock,
    status: 201,
    body: { owner: 'ada' },
  },
  { call: ['POST /v1/locks/release', place], verb: 'releaseLock', asked: [place], status: 204 },
  {
    call: ['POST /v1/locks/break', { ...place, reason: 'it burns' }],
    verb: 'breakLock',
    asked: [{ ...place, reason: 'it burns' }],
    answers: { outcome: 'halting', owner: 'dep_1' },
    body: { outcome: 'halting', owner: 'dep_1' },
  },
]

describe('a route of places and their locks', () => {
  it.each(cases)('$call.0 asks the verb $verb', expectAsked)

  it('passes on what a verb refuses, with its place and its repair', async () => {
    world = await openWorld({
      statusOfPlace: () => description,
      acquireLock: () => {
        throw new HoldfastError('deploy.locked', 'eve has locked shop/web/production for another 5m: sale', {
          kind: 'conflict',
          repair: 'wait, or ask them; or: holdfast break shop/web production',
        })
      },
    })
    expect(await callApi(world, 'POST /v1/locks', { ...place, reason: 'me too' })).toMatchObject({
      status: 409,
      body: {
        code: 'deploy.locked',
        detail: expect.stringContaining('eve has locked'),
        repair: expect.stringContaining('holdfast break'),
      },
    })
    expect(await callApi(world, 'GET /v1/places/noslash/production')).toMatchObject({ status: 422 })
  })
})
