import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { Tally } from './tally.ts'

it('is a histogram to whoever scrapes it', async () => {
  const registry = new Registry()
  const tally = new Tally({ name: 'calls', help: 'Calls.', labels: ['kind'], buckets: [0.1, 1] })
  registry.registerMetric(tally)
  const series = tally.series({ kind: 'lambda' })
  for (const value of [0.05, 0.1, 0.5, 7]) series.add(value)
  expect(await registry.metrics()).toBe(`# HELP calls Calls.
# TYPE calls histogram
calls_bucket{kind="lambda",le="0.1"} 2
calls_bucket{kind="lambda",le="1"} 3
calls_bucket{kind="lambda",le="+Inf"} 4
calls_sum{kind="lambda"} 7.65
calls_count{kind="lambda"} 4
`)
})

it('keeps one series for one set of labels', () => {
  const tally = new Tally({ name: 'calls', help: 'Calls.', labels: ['kind'], buckets: [1] })
  expect(tally.series({ kind: 'sqs' })).toBe(tally.series({ kind: 'sqs' }))
  expect(tally.series({ kind: 'sqs' })).not.toBe(tally.series({ kind: 'sns' }))
})
