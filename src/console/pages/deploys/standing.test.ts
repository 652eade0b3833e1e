import { describe, expect, it } from 'vitest'
import { stagesOf, standingOf } from './standing.ts'

const at = '2026-01-01T00:00:00.000Z'
const stay = (state: string, endedAt: string | null = at, step: number | null = null) => ({
  state,
  step,
  startedAt: at,
  endedAt,
})
const base: Parameters<typeof stagesOf>[0] = {
  status: 'running',
  course: 'forward',
  kind: 'deploy',
  endedAt: null,
  calls: [],
  hooks: [],
  states: [],
}

describe('the way of a deployment', () => {
  it('is what it has passed, what it is in, and what is to come', () => {
    const stages = stagesOf({
      ...base,
      states: [stay('Validate'), stay('Lock'), stay('Prepare'), stay('CheckResources'), stay('Start', null)],
    })
    expect(stages.map(({ state, tone }) => `${state} ${tone ?? '–'}`)).toEqual([
      ...['Validate done', 'Lock done', 'CheckResources done', 'Start running'],
      ...['CheckHealth –', 'Switch –', 'Watch –', 'KeepWarm –'],
    ])
  })

  it('ends where it failed and what was done about it', () => {
    const diagnosis = {
      class: 'health',
      state: 'CheckHealth',
      what: '',
      meaning: '',
      mender: 'author',
      command: '',
    } as const
    const states = [stay('Validate'), stay('CheckHealth'), stay('Diagnose'), stay('Compensate')]
    const stages = stagesOf({ ...base, status: 'failed', course: 'compensate', endedAt: at, diagnosis, states })
    expect(stages.map(({ state, tone }) => `${state} ${tone ?? '–'}`)).toEqual([
      'Validate done',
      'CheckHealth failed',
      'Compensate done',
    ])
  })

  it('names a state once that was entered again right away', () => {
    expect(stagesOf({ ...base, endedAt: at, states: [stay('Watch'), stay('Watch')] })).toHaveLength(1)
  })
})

it.each([
  [{ status: 'running', control: 'run' }, 'running', 'deploying'],
  [{ status: 'running', control: 'pause' }, 'waiting', 'pausing'],
  [{ status: 'running', control: 'halt' }, 'halted', 'halting'],
  [{ status: 'running', course: 'compensate' }, 'halted', 'takingBack'],
  [{ status: 'succeeded', kind: 'rollback' }, 'done', 'rolledBack'],
  [{ status: 'failed' }, 'failed', 'failed'],
] as const)('%j stands as %s and says %s', (given, tone, says) => {
  const deployment = { course: 'forward', control: 'run', kind: 'deploy', state: 'Start', ...given } as const
  expect(standingOf(deployment)).toMatchObject({ tone, says })
})
