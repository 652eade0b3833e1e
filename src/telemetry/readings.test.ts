import { Registry } from 'prom-client'
import { afterEach, expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../base/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { addReadings } from './readings.ts'

let store: Store | undefined
afterEach(async () => {
  await store?.close()
})

it('count no deployment under a status that none has any more', async () => {
  const clock = new VirtualClock()
  const opened = openStore({ path: ':memory:', clock, logger: silentLogger })
  store = opened
  const registry = new Registry()
  let rows = [{ status: 'running', count: 1, seconds: null as number | null }]
  const read = { ...opened.read, all: () => rows as never, get: () => ({ value: 0 }) as never }
  addReadings(registry, {
    store: { read, fault: undefined },
    clock,
    storeBytes: () => 1,
    engine: () => ({ queued: 0, calls: 0, express: 0 }),
    keptMs: 1000,
  })
  expect(await registry.metrics()).toContain('holdfast_deployments{status="running"} 1')
  rows = [{ status: 'succeeded', count: 1, seconds: 7.5 }]
  const text = await registry.metrics()
  expect(text).toContain('holdfast_deployments{status="succeeded"} 1')
  expect(text).toContain('holdfast_deployment_seconds{status="succeeded"} 7.5')
  expect(text).not.toContain('status="running"')
})
