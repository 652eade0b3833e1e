import { describe, expect, it } from 'vitest'
import type { MapRun } from '../client/map-run-api.ts'
import { progressOf, progressWords } from './map-run.ts'
import { noteOf } from './render.ts'
import { ExecutionView } from '../../asl/index.ts'
import { MapRunWatch } from './watch-map-runs.ts'

const counts = {
  pending: 6,
  running: 2,
  succeeded: 3,
  failed: 1,
  timedOut: 0,
  aborted: 0,
  total: 12,
  resultsWritten: 0,
}
const run = (more: Partial<MapRun> = {}): MapRun => ({
  arn: 'run',
  execution: 'parent',
  machine: 'arn:aws:states:…:stateMachine:order/each',
  startedAt: 1000,
  stoppedAt: undefined,
  status: 'RUNNING',
  maxConcurrency: 0,
  toleratedFailureCount: 0,
  toleratedFailurePercentage: 0,
  items: { ...counts, failuresNotRedrivable: undefined, pendingRedrive: undefined },
  executions: { ...counts, failuresNotRedrivable: undefined, pendingRedrive: undefined },
  redriveCount: 0,
  redrivenAt: undefined,
  stillReading: undefined,
  error: undefined,
  cause: undefined,
  ...more,
})
const words = (...[of, now, since]: Parameters<typeof progressOf>): string => progressWords(progressOf(of, now, since))

describe('how far a map run is', () => {
  it('is told with its rate and its end', () => {
    expect(words(run(), 3000)).toBe('3 of 12 items done, 1 failed, 2 running, 2.0/s, ends in 4s')
  })

  it('promises no end while items are still read, and no rate before the first', () => {
    expect(words(run({ stillReading: true }), 3000)).toBe('3 of 12 or more items done, 1 failed, 2 running, 2.0/s')
    const none = { ...run().items, succeeded: 0, failed: 0 }
    expect(words(run({ items: none }), 3000)).toBe('0 of 12 items done, 2 running')
  })

  it('has neither rate nor end once it has ended', () => {
    const items = { ...run().items, succeeded: 11, running: 0, pending: 0 }
    expect(words(run({ status: 'SUCCEEDED', items }), 3000)).toBe('11 of 12 items done, 1 failed')
  })

  it('counts the rate of a redrive from what was done before it', () => {
    const items = { ...run().items, succeeded: 6, failed: 0, pendingRedrive: 4 }
    const again = run({ redriveCount: 1, items })
    expect(words(again, 3000)).toBe('6 of 12 items done, 4 to run again, 2 running')
    expect(words(again, 3000, { at: 1000, ended: 4 })).toContain('1.0/s, ends in 6s')
  })
})

const event = (id: number, previousEventId: number, type: string, details: Record<string, unknown> = {}) => ({
  id,
  previousEventId,
  type,
  timestamp: id * 1000,
  details,
})

function viewOfRun(): ExecutionView {
  const view = new ExecutionView()
  view.apply(event(2, 0, 'MapStateEntered', { name: 'Each' }))
  view.apply(event(3, 2, 'MapStateStarted', { length: 12 }))
  view.apply(event(4, 3, 'MapRunStarted', { mapRunArn: 'run' }))
  return view
}

describe('a view that is told of a map run', () => {
  it('shows it behind its Map', () => {
    const view = viewOfRun()
    view.tellMapRun('run', progressOf(run(), 3000))
    expect(view.rows.map(noteOf)).toEqual(['3 of 12 items done, 1 failed, 2 running, 2.0/s, ends in 4s'])
  })

  it('goes on with it after a redrive', () => {
    const view = viewOfRun()
    view.apply(event(5, 4, 'MapRunFailed', { error: 'Threshold' }))
    view.apply(event(6, 5, 'MapStateFailed'))
    view.apply(event(7, 6, 'ExecutionFailed', { error: 'Threshold' }))
    expect(view.rows[0]?.tone).toBe('failed')
    view.apply(event(8, 7, 'ExecutionRedriven', { redriveCount: 1 }))
    view.apply(event(9, 3, 'MapRunRedriven', { mapRunArn: 'run', redriveCount: 1 }))
    expect(view.rows).toMatchObject([{ tone: 'running', endedAt: undefined, error: undefined, mapRun: 'run' }])
  })

  it('is asked about once a second as long as it runs, and a last time at the end', async () => {
    const view = viewOfRun()
    const asked: string[] = []
    let tick = (): void => undefined
    let status: MapRun['status'] = 'RUNNING'
    const world = { now: () => 3000, every: (_ms: number, act: () => void) => ((tick = act), () => undefined) }
    const watch = new MapRunWatch(world, view, (arn) => {
      asked.push(arn)
      return Promise.resolve(run({ status }))
    })
    tick()
    await watch.look()
    expect(asked).toEqual(['run'])
    status = 'SUCCEEDED'
    await watch.end()
    await watch.end()
    expect(asked).toEqual(['run', 'run'])
    expect(view.rows[0]?.items).toMatchObject({ done: 3, perSecond: undefined })
  })
})
