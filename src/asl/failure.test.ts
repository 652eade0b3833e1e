import { describe, expect, it } from 'vitest'
import { parseJson } from '../base/index.ts'
import { evaluationFailure, failureOf, matchesError, runtimeFailure, StateFailure } from './failure.ts'

function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe('what is thrown while a state is evaluated', () => {
  it('is a failure of the state when it was meant as one', () => {
    for (const failure of [
      runtimeFailure('x'),
      evaluationFailure('x', undefined),
      new StateFailure('state', undefined, undefined),
    ]) {
      expect(failureOf(failure)).toBe(failure)
    }
  })

  it('ends the execution when a value cannot be read, or is too large for a string or the stack', () => {
    const unreadable = failureOf(thrownBy(() => parseJson('{')))
    expect(unreadable).toMatchObject({ kind: 'runtime', error: 'States.Runtime' })
    expect(unreadable?.detail).toContain('A value cannot be read as JSON: Unexpected end-of-input')
    const tooLarge = failureOf(thrownBy(() => 'x'.repeat(2 ** 30)))
    expect(tooLarge).toMatchObject({
      kind: 'runtime',
      detail: expect.stringContaining('A value is too large to be computed'),
    })
  })

  it('is a defect otherwise, and not hidden', () => {
    expect(failureOf(new TypeError('x is not a function'))).toBeUndefined()
    expect(failureOf('text')).toBeUndefined()
  })
})

describe('ErrorEquals', () => {
  it('is asked name by name', () => {
    expect(matchesError(['A', 'B'], { error: 'B', cause: undefined })).toBe(true)
    expect(matchesError([], { error: 'B', cause: undefined })).toBe(false)
  })

  it('knows a missed heartbeat by both its names', () => {
    const missed = { error: 'States.Timeout', cause: undefined, alias: 'States.HeartbeatTimeout' }
    expect(matchesError(['States.HeartbeatTimeout'], missed)).toBe(true)
    expect(matchesError(['States.Timeout'], missed)).toBe(true)
    expect(matchesError(['States.TaskFailed'], missed)).toBe(false)
  })
})
