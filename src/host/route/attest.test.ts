import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../base/index.ts'
import { startInstanceSchema } from '../contract.ts'
import type { SocketOwner } from '../health/judge.ts'
import { newRecord } from '../instance/order.ts'
import { Attestor, firstDoubtMs } from './attest.ts'
import { mergeRoutes, type PlaceRoutes } from './merge.ts'
import { aRoute, aTarget, blog, shop } from './routes.fake.ts'

function world() {
  const {
    kind: _,
    key: __,
    ...spec
  } = startInstanceSchema.parse({
    ...{ kind: 'startInstance', key: 'k', ...shop, release: 'dep_1', service: 'web', instance: 'web-1', command: 'x' },
  })
  const state = { run: 't1', owner: 'none' as SocketOwner, address: '127.0.0.1' as '127.0.0.1' | '::1', looks: 0 }
  const clock = new VirtualClock()
  const attestor = new Attestor({
    clock,
    record: (instance) =>
      instance === 'web-1'
        ? { ...newRecord(spec, 24_000, 0), run: { number: 1, token: state.run, boot: 'b', startedAt: 0 } }
        : undefined,
    mainOf: () => ({ pid: 7, start: '1' }),
    addressOf: () => state.address,
    ownerOf: () => {
      state.looks++
      return state.owner
    },
  })
  const target = aTarget('web-1')
  const places: readonly PlaceRoutes[] = [{ ...shop, version: 1, routes: [aRoute('web', { targets: [target] })] }]
  return { attestor, clock, state, target, places }
}

describe('a target of this host', () => {
  it('is vouched for once its socket is its own, and not looked at again', () => {
    const { attestor, places, state, target } = world()
    expect(attestor.look(places)).toEqual({ changed: false, open: true })
    expect(attestor.of(shop, target)).toEqual({ own: true })
    state.owner = 'ours'
    expect(attestor.look(places)).toEqual({ changed: true, open: false })
    expect(attestor.of(shop, target).attested).toMatchObject({
      pid: 7,
      evidence: expect.stringContaining('port 24000'),
    })
    expect(attestor.look(places)).toEqual({ changed: false, open: false })
    expect(state.looks).toBe(2)
  })

  it('that listens without being shown to be ours is looked at less and less, and at once after its restart', () => {
    const { attestor, clock, places, state } = world()
    state.owner = 'foreign'
    for (let elapsed = 0; elapsed < 3_600_000; elapsed += 100) {
      attestor.look(places)
      clock.advanceBy(100)
    }
    expect(state.looks).toBeLessThan(140)
    state.run = 't2'
    const before = state.looks
    attestor.look(places)
    expect(state.looks).toBe(before + 1)
    state.owner = 'ours'
    clock.advanceBy(firstDoubtMs)
    expect(attestor.look(places).changed).toBe(true)
  })

  it('is reached where it listens', () => {
    const { attestor, places, state, target } = world()
    state.owner = 'ours'
    state.address = '::1'
    attestor.look(places)
    expect(attestor.of(shop, target)).toMatchObject({ own: true, address: '::1' })
    const { routes } = mergeRoutes(places, 2, (place, one) => attestor.of(place, one))
    expect(routes[0]?.targets[0]?.address).toEqual({ host: '::1', port: 24_000 })
    state.run = 't2'
    expect(mergeRoutes(places, 3, (place, one) => attestor.of(place, one)).routes[0]?.targets[0]?.address).toEqual(target.address) // prettier-ignore
  })

  it('loses it with its process, until the next one listens', () => {
    const { attestor, clock, places, state, target } = world()
    state.owner = 'ours'
    attestor.look(places)
    state.run = 't2'
    state.owner = 'foreign'
    expect(attestor.of(shop, target)).toEqual({ own: true })
    expect(attestor.look(places)).toEqual({ changed: true, open: true })
    state.owner = 'ours'
    clock.advanceBy(firstDoubtMs)
    expect(attestor.look(places)).toEqual({ changed: true, open: false })
  })

  it.each([
    ['another place', blog, {}],
    ['another release', shop, { release: 'dep_2' }],
    ['another port', shop, { address: { host: '127.0.0.1', port: 24_001 } }],
    ['a name that no instance has', shop, { id: 'web-2' }],
    ['a socket in a file', shop, { address: { socketPath: '/run/web' } }],
  ] as const)('is not one that has %s', (_, place, more) => {
    const { attestor, target } = world()
    expect(attestor.of(place, { ...target, ...more })).toEqual({ own: false })
  })
})
