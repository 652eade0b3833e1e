import { describe, expect, it } from 'vitest'
import { icon } from '../paint.ts'
import { noteOf, pathOf } from './render.ts'
import { ExecutionView, type ProgressEvent, type Step } from '../../asl/index.ts'

describe('the view of an execution', () => {
  it('shows each state once, with its time and its end', () => {
    const view = play([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'PassStateEntered', { name: 'Greet' }],
      [3, 2, 'PassStateExited', { name: 'Greet', output: '{}' }],
      [4, 3, 'ExecutionSucceeded', { output: '{"a":1}' }],
    ])
    expect(picture(view)).toEqual(['✓ Greet'])
    expect(view.rows[0]).toMatchObject({ type: 'Pass', enteredAt: 2000, endedAt: 3000 })
    expect(view.end).toMatchObject({ status: 'SUCCEEDED', output: '{"a":1}' })
  })

  it('goes on where it was when it is redriven, in the same stay', () => {
    const failed = [
      [1, 0, 'ExecutionStarted'],
      [2, 1, 'TaskStateEntered', { name: 'Pay' }],
      [3, 2, 'TaskScheduled'],
      [4, 3, 'TaskFailed', { error: 'Busy' }],
      [5, 4, 'ExecutionFailed', { error: 'Busy' }],
    ] as const
    expect(play(failed).end).toMatchObject({ status: 'FAILED' })
    const redriven = [...failed, [6, 5, 'ExecutionRedriven'], [7, 6, 'TaskScheduled']] as const
    expect(picture(play(redriven))).toEqual(['● Pay: attempt 2'])
    expect(play(redriven).end).toBeUndefined()
    const done = [
      ...redriven,
      [8, 7, 'TaskSucceeded'],
      [9, 8, 'TaskStateExited', { name: 'Pay' }],
      [10, 9, 'ExecutionSucceeded', { output: '{}' }],
    ] as const
    expect(picture(play(done))).toEqual(['✓ Pay: attempt 2'])
    expect(play(done).end).toMatchObject({ status: 'SUCCEEDED' })
  })

  it('shows a state that a redrive enters anew as another stay, and leaves the former one ended', () => {
    const view = play([
      [1, 0, 'ExecutionStarted'],
      [2, 1, 'MapStateEntered', { name: 'Each' }],
      [3, 2, 'MapStateStarted', { length: 2 }],
      [4, 3, 'MapIterationStarted', { name: 'Each', index: 0 }],
      [5, 4, 'TaskStateEntered', { name: 'Pay' }],
      [6, 5, 'TaskScheduled'],
      [7, 6, 'TaskFailed', { error: 'Busy' }],
      [8, 7, 'MapIterationFailed', { name: 'Each', index: 0 }],
      [9, 8, 'MapStateFailed'],
      [10, 9, 'ExecutionFailed', { error: 'Busy' }],
      [11, 10, 'ExecutionRedriven'],
      [12, 11, 'TaskStateEntered', { name: 'Pay' }],
      [13, 12, 'TaskScheduled'],
    ])
    expect(
      view.rows.map(({ enteredId, tone, inside }) => [enteredId, tone, inside?.row.name, inside?.iteration]),
    ).toEqual([
      [2, 'running', undefined, undefined],
      [5, 'failed', 'Each', 0],
      [12, 'running', 'Each', 0],
    ])
  })

  it('tells which rows an event has changed', () => {
    const view = new ExecutionView()
    const names = (): readonly string[] => view.takeTouched().map(({ name }) => name)
    const apply = (id: number, previousEventId: number, type: string, details = {}): unknown =>
      view.apply({ id, previousEventId, type, timestamp: id, details })
    apply(1, 0, 'ExecutionStarted')
    expect(names()).toEqual([])
    apply(2, 1, 'TaskStateEntered', { name: 'Pay' })
    expect(names()).toEqual(['Pay'])
    apply(3, 2, 'TaskScheduled')
    apply(4, 3, 'ExecutionFailed')
    expect(names()).toEqual(['Pay'])
    expect(names()).toEqual([])
  })

  it('counts the attempts of a task and keeps the error that was retried', () => {
    const view = play([
      [2, 0, 'TaskStateEntered', { name: 'Pay' }],
      [3, 2, 'TaskScheduled'],
      [4, 3, 'TaskStarted'],
      [5, 4, 'TaskFailed', { error: 'Busy' }],
      [6, 5, 'TaskScheduled'],
      [7, 6, 'TaskStarted'],
      [8, 7, 'TaskSucceeded'],
      [9, 8, 'TaskStateExited', { name: 'Pay' }],
    ])
    expect(picture(view)).toEqual(['✓ Pay: attempt 2, after Busy'])
  })

  it('says between two attempts that a retry is awaited', () => {
    const view = play([
      [2, 0, 'TaskStateEntered', { name: 'Pay' }],
      [3, 2, 'TaskScheduled'],
      [4, 3, 'TaskFailed', { error: 'Busy' }],
    ])
    expect(picture(view)).toEqual(['◌ Pay: waits for a retry, Busy'])
  })

  it('nests the branches of a Parallel and returns to its level behind it', () => {
    const view = play([
      [2, 0, 'ParallelStateEntered', { name: 'Both' }],
      [3, 2, 'ParallelStateStarted'],
      [4, 3, 'PassStateEntered', { name: 'Left' }],
      [5, 4, 'PassStateExited', { name: 'Left' }],
      [6, 3, 'WaitStateEntered', { name: 'Right' }],
      [7, 6, 'WaitStateExited', { name: 'Right' }],
      [8, 7, 'ParallelStateSucceeded'],
      [9, 7, 'ParallelStateExited', { name: 'Both' }],
      [10, 9, 'PassStateEntered', { name: 'After' }],
    ])
    expect(picture(view)).toEqual(['✓ Both', '✓ Both / Left', '✓ Both / Right', '● After'])
  })

  it('marks what a failed branch takes down with it', () => {
    const view = play([
      [2, 0, 'ParallelStateEntered', { name: 'Both' }],
      [3, 2, 'ParallelStateStarted'],
      [4, 3, 'FailStateEntered', { name: 'Broken' }],
      [5, 3, 'TaskStateEntered', { name: 'Slow' }],
      [6, 5, 'TaskScheduled'],
      [7, 4, 'TaskStateAborted'],
      [8, 4, 'ParallelStateFailed'],
      [9, 8, 'ExecutionFailed', { error: 'Bad', cause: 'broken' }],
    ])
    expect(picture(view)).toEqual(['✗ Both', '✗ Both / Broken: Bad', '■ Both / Slow: stopped'])
    expect(view.end).toMatchObject({ status: 'FAILED', error: 'Bad', cause: 'broken' })
    expect(view.failed?.name).toBe('Broken')
  })

  it('shows a caught failure of a Parallel as done, and what follows on its level', () => {
    const view = play([
      [2, 0, 'ParallelStateEntered', { name: 'Both' }],
      [3, 2, 'ParallelStateStarted'],
      [4, 3, 'TaskStateEntered', { name: 'Pack' }],
      [5, 4, 'TaskScheduled'],
      [6, 5, 'TaskFailed', { error: 'OutOfStock' }],
      [7, 6, 'ParallelStateFailed'],
      [8, 7, 'ParallelStateExited', { name: 'Both' }],
      [9, 8, 'PassStateEntered', { name: 'Apologise' }],
    ])
    expect(picture(view)).toEqual(['✓ Both: after OutOfStock', '✗ Both / Pack: OutOfStock', '● Apologise'])
  })

  it('tells the iterations of a Map apart, nested Maps too', () => {
    const view = play([
      [2, 0, 'MapStateEntered', { name: 'Each' }],
      [3, 2, 'MapStateStarted', { length: 2 }],
      [4, 3, 'MapIterationStarted', { name: 'Each', index: 0 }],
      [5, 4, 'MapStateEntered', { name: 'Inner' }],
      [6, 5, 'MapStateStarted', { length: 1 }],
      [7, 6, 'MapIterationStarted', { name: 'Inner', index: 0 }],
      [8, 7, 'PassStateEntered', { name: 'Deep' }],
      [9, 8, 'PassStateExited', { name: 'Deep' }],
      [10, 9, 'MapIterationSucceeded', { name: 'Inner', index: 0 }],
      [11, 10, 'MapStateSucceeded'],
      [12, 10, 'MapStateExited', { name: 'Inner' }],
      [13, 12, 'MapIterationSucceeded', { name: 'Each', index: 0 }],
      [14, 12, 'MapIterationStarted', { name: 'Each', index: 1 }],
      [15, 14, 'WaitStateEntered', { name: 'Inner' }],
    ])
    expect(picture(view)).toEqual([
      '● Each: 1 of 2 done',
      '✓ Each / Inner [0]: 1 of 1 done',
      '✓ Each / Inner [0] / Deep [0]',
      '◌ Each / Inner [1]: waits for its time',
    ])
  })

  it('tells iterations that failed from those that were stopped for it', () => {
    const view = play([
      [2, 0, 'MapStateEntered', { name: 'Each' }],
      [3, 2, 'MapStateStarted', { length: 3 }],
      [4, 3, 'MapIterationStarted', { name: 'Each', index: 0 }],
      [5, 4, 'WaitStateEntered', { name: 'Slow' }],
      [6, 3, 'MapIterationStarted', { name: 'Each', index: 1 }],
      [7, 6, 'FailStateEntered', { name: 'Bad' }],
      [8, 7, 'MapIterationFailed', { name: 'Each', index: 1 }],
      [9, 5, 'MapIterationAborted', { name: 'Each', index: 0 }],
    ])
    expect(picture(view)).toEqual([
      '● Each: 0 of 3 done, 1 failed, 1 stopped',
      '■ Each / Slow [0]: stopped',
      '✗ Each / Bad [1]',
    ])
  })

  it('begins a retried Parallel anew and stops what the first attempt left', () => {
    const view = play([
      [2, 0, 'ParallelStateEntered', { name: 'Both' }],
      [3, 2, 'ParallelStateStarted'],
      [4, 3, 'TaskStateEntered', { name: 'Pack' }],
      [5, 4, 'TaskScheduled'],
      [6, 5, 'TaskFailed', { error: 'Busy' }],
      [7, 6, 'ParallelStateStarted'],
      [8, 7, 'TaskStateEntered', { name: 'Pack' }],
    ])
    expect(picture(view)).toEqual(['● Both: attempt 2', '✗ Both / Pack: Busy', '● Both / Pack'])
  })

  it('finds the state of a failed expression by its name', () => {
    const view = play([
      [2, 0, 'PassStateEntered', { name: 'Sum' }],
      [3, 0, 'EvaluationFailed', { state: 'Sum', error: 'States.QueryEvaluationError' }],
      [4, 3, 'ExecutionFailed', { error: 'States.QueryEvaluationError' }],
    ])
    expect(picture(view)).toEqual(['✗ Sum: States.QueryEvaluationError'])
  })

  it('stops everything when the execution is stopped', () => {
    const view = play([
      [2, 0, 'TaskStateEntered', { name: 'Approve' }],
      [3, 2, 'ActivityScheduled'],
      [4, 0, 'ExecutionAborted'],
    ])
    expect(picture(view)).toEqual(['■ Approve: stopped'])
  })

  it('says what a task waits for', () => {
    const steps: (Step | undefined)[] = []
    const view = new ExecutionView()
    for (const event of events([
      [2, 0, 'TaskStateEntered', { name: 'Approve' }],
      [3, 2, 'TaskScheduled'],
      [4, 3, 'TaskStarted'],
      [5, 4, 'TaskSubmitted'],
    ])) {
      steps.push(view.apply(event))
    }
    expect(picture(view)).toEqual(['◌ Approve: waits for its answer'])
    expect(steps.map((step) => step?.kind)).toEqual(['entered', undefined, undefined, 'waiting'])
  })

  it('bears events it has never heard of', () => {
    const view = play([
      [2, 77, 'MapIterationSucceeded', { index: 'x' }],
      [3, 99, 'ParallelStateSucceeded'],
      [4, 98, 'SomethingNew'],
      [5, 97, 'TaskStateExited'],
    ])
    expect(view.rows).toEqual([])
  })
})

type Short = readonly [id: number, previous: number, type: string, details?: Record<string, unknown>]

function events(shorts: readonly Short[]): ProgressEvent[] {
  return shorts.map(([id, previousEventId, type, details]) => ({
    id,
    previousEventId,
    type,
    timestamp: id * 1000,
    ...(details === undefined ? {} : { details }),
  }))
}

function play(shorts: readonly Short[]): ExecutionView {
  const view = new ExecutionView()
  for (const event of events(shorts)) view.apply(event)
  return view
}

function picture(view: ExecutionView): string[] {
  return view.rows.map((row) => `${icon(row.tone)} ${pathOf(row)}${noteOf(row) === '' ? '' : `: ${noteOf(row)}`}`)
}
