import { describe, expect, it } from 'vitest'
import type { Diagnosis } from '../../api/generated.ts'
import { answerOf, stagesOf, standingOf, telling } from './standing.ts'

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
    const diagnosis: Diagnosis = {
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

  it('did not fail where it was paused, and went on', () => {
    const diagnosis: Diagnosis = {
      class: 'halted',
      state: 'Watch',
      what: '',
      meaning: '',
      mender: 'nobody',
      command: '',
    }
    const states = [stay('Watch'), stay('Paused'), stay('Watch'), stay('Compensate')]
    const stages = stagesOf({ ...base, status: 'halted', course: 'compensate', endedAt: at, diagnosis, states })
    expect(stages.map(({ state, tone }) => `${state} ${tone ?? '–'}`)).toEqual([
      'Watch done',
      'Paused done',
      'Watch halted',
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

describe('the first line of a deployment', () => {
  const told = {
    ...({ status: 'running', course: 'forward', control: 'run', kind: 'deploy', state: 'Start' } as const),
    ...{ config: 'production', healthy: { count: 1, of: 3 }, committedAt: null, pausedAt: null, endedAt: null },
  }

  it('says what is going on, and how many are healthy while that is waited for', () => {
    expect(answerOf(told)).toMatchObject({ key: 'deploy.answer_deploying', values: { state: 'Start' }, at: null })
    expect(answerOf({ ...told, state: 'CheckHealth' })).toMatchObject({
      key: 'deploy.answer_checking',
      values: { count: 1, of: 3 },
    })
  })

  it('says since when it serves, or when it ended', () => {
    const ended = { ...told, status: 'succeeded', committedAt: 'then', endedAt: at } as const
    expect(answerOf(ended)).toMatchObject({ key: 'deploy.answer_deployed', tone: 'done', at: 'then' })
    expect(answerOf({ ...told, status: 'halted', endedAt: at })).toMatchObject({ tone: 'halted', at })
    expect(answerOf({ ...told, status: 'paused', pausedAt: 'lunch' })).toMatchObject({ tone: 'waiting', at: 'lunch' })
  })
})

it('where there is little room, what is under way or went wrong is shown, with its neighbours', () => {
  const stages = (...tones: readonly (string | undefined)[]) =>
    tones.map((tone) => ({
      ...{ state: 'S', step: null, tone: tone as 'done' | undefined },
      startedAt: tone === undefined ? undefined : at,
      endedAt: tone === 'done' || tone === 'failed' ? at : undefined,
    }))
  expect([...telling(stages('done', 'done', 'running', undefined, undefined))]).toEqual([1, 2, 3])
  expect([...telling(stages('done', 'failed', 'done', 'done'))]).toEqual([0, 1, 2])
  expect([...telling(stages('done', 'done', 'done'))]).toEqual([1, 2])
})
