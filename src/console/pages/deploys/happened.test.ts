import { expect, it } from 'vitest'
import type { Deployment } from '../../api/generated.ts'
import { happenedIn } from './happened.ts'

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString()
const call: Deployment['calls'][number] = {
  ...{ id: 'start/web/0', stage: 'Start/0', kind: 'do', says: 'start web/0', undoSays: 'stop web/0', status: 'undone' },
  ...{ madeAt: at(2), answeredAt: at(4), undoneAt: at(8) },
}

it('what happened stands in the order of time, with what each call took and what was taken back', () => {
  const happened = happenedIn({
    ...{ createdAt: at(0), committedAt: null, pausedAt: null, endedAt: at(9), status: 'failed' },
    diagnosis: { class: 'health', state: 'Start', what: '', meaning: '', mender: 'author', command: '' },
    states: [
      { state: 'Start', step: null, startedAt: at(1), endedAt: at(6) },
      { state: 'Compensate', step: null, startedAt: at(6), endedAt: at(9) },
    ],
    calls: [
      call,
      { ...call, id: 'start/web/1', says: 'start web/1', failure: 'no room', undoneAt: null, answeredAt: at(5) },
    ],
  })
  expect(happened.map(({ kind, state, says, tone }) => [kind, state, says, tone].join(' | '))).toEqual([
    'begun |  |  | done',
    'entered | Start |  | failed',
    'done | Start | start web/0 | done',
    'failed | Start | start web/1: no room | failed',
    'entered | Compensate |  | done',
    'undone | Start | stop web/0 | halted',
    'ended |  | failed | failed',
  ])
  expect(happened[2]?.tookMs).toBe(2000)
})
