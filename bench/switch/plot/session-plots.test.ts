import { expect, it } from 'vitest'
import { type Failure, noTallies } from '../load/messages.ts'
import type { Session } from '../session.ts'
import { summarize } from '../statistics.ts'
import { failuresPlot } from './session-plots.ts'

it('draws a session in which everything failed, too', () => {
  const failures = Array.from({ length: 1_000_000 }, (_, at): Failure => ({
    ...{ atMs: at / 10, scheduledMs: at / 10, sentMs: at / 10, kind: 'quick', cause: 'reset', detail: '' },
    isNewConnection: false,
  }))
  const session: Session = {
    ...{
      name: 'holdfast',
      startedMs: 0,
      endedMs: 20_000,
      switches: [],
      answers: [],
      failures,
      deaths: [],
      windows: [],
    },
    ...{ tallies: noTallies, requests: failures.length, latency: summarize([]), lateness: summarize([]) },
  }
  expect(failuresPlot([session])).toContain('1000000 of 1,000,000 in 0 switches')
})
