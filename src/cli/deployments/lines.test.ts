import { describe, expect, it } from 'vitest'
import { changesBetween } from './changes.ts'
import { baking, began, deployed, described, failed, plan } from './deployment.fixture.ts'
import { changeAsJson, LogLines } from './lines.ts'

type Wire = Readonly<Record<string, unknown>>

/** What a log would say of a deployment that was looked at as these. */
function log(...looks: readonly Wire[]): readonly string[] {
  const lines = new LogLines()
  return looks.flatMap((wire, i) => {
    const before = looks[i - 1]
    const changes = changesBetween(
      before === undefined ? undefined : described(before),
      described(wire),
      began + 17_000,
    )
    return changes.flatMap((change) => lines.lineOf(change, began) ?? [])
  })
}

const early: Wire = {
  ...baking,
  states: (baking['states'] as readonly Wire[])
    .slice(0, 7)
    .map((one, i) => (i === 6 ? { ...one, endedAt: null } : one)),
  instances: [],
  healthy: { count: 0, of: 3 },
  weights: [],
  traffic: null,
}

describe('a deployment in a log', () => {
  it('is a line for each change, with the time since it began', () => {
    expect(log({ ...early, plan }, { ...baking, plan })).toEqual([
      '+0.0s ✓ Validate  20ms',
      '+0.0s ✓ Lock  20ms',
      '+0.2s ✓ CheckResources  160ms',
      '+0.2s ● Prepare',
      '+1.2s ✓ Prepare  990ms, 1 call',
      '+1.5s ✓ Start (step 1)  290ms, 3 calls',
      '+1.5s ● CheckHealth (step 1)',
      '+4.0s ✓ CheckHealth (step 1)  2.5s, 2 healthy',
      '+5.0s ✓ Shift (step 1)  990ms, 10 % of the traffic',
      '+5.0s ● Bake (step 1)',
      '+17.0s ◌ 2 of 3 healthy; web/1 unhealthy: GET /health on port 24002 answered 503',
      '+17.0s ● traffic: web 10 % new, mail 0 % new',
      '+17.0s ◌ new: 1,204 requests, 0 failed, p99 41ms; old: 10,840 requests, 3 failed, p99 40ms; 18s left',
    ])
  })

  it('says nothing where nothing has changed, and tells traffic no more than every ten seconds', () => {
    const traffic = { ...(baking['traffic'] as Wire), stepRequests: 121 }
    expect(log(baking, baking).length).toBe(log(baking).length)
    expect(log(baking, { ...baking, traffic }).length).toBe(log(baking).length)
  })

  it('tells when an instance gets worse, what failed, and that the traffic is back', () => {
    const lines = log({ ...baking, instances: deployed['instances'] }, baking, failed)
    expect(lines).toContain('+17.0s ✗ web/1 unhealthy: GET /health on port 24002 answered 503')
    expect(lines).toContain(
      '+17.0s ✗ Bake (step 1)  12s, no longer healthy: web/1 unhealthy (GET /health on port 24002 answered 503)',
    )
    expect(lines).toContain('+18.9s ✓ Compensate  1.8s, 5 of 5 calls taken back')
    expect(lines).toContain('+17.0s ● traffic: web 0 % new')
  })

  it('tells who asked for a halt or a pause, and why', () => {
    expect(log(baking, { ...baking, control: 'pause', controlReason: 'looking' })).toContain('+17.0s ◌ pause: looking')
    expect(log(baking, { ...baking, control: 'halt', controlReason: 'wrong' })).toContain(
      '+17.0s ■ halted on request: wrong',
    )
  })

  it('is JSON for programs, with times they can read', () => {
    const [change] = changesBetween(undefined, described(baking), began)
    expect(change === undefined ? undefined : changeAsJson(change)).toEqual({
      at: '2026-11-20T07:00:00.000Z',
      kind: 'entered',
      state: 'Validate',
      step: undefined,
    })
  })
})
