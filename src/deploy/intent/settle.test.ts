import { describe, expect, it } from 'vitest'
import type { Intent, IntentStatus } from './rows.ts'
import { compensations, courseOf, janitorDecision, removals } from './settle.ts'
import { standingOf, takeDownOrder } from './standing.ts'

let position = 0
const intent = (callId: string, status: IntentStatus, more: Partial<Intent> = {}): Intent => ({
  position: ++position,
  deployment: 'd',
  fleet: 'd',
  callId,
  stage: 'Start/0',
  wave: 0,
  act: {
    kind: 'do',
    call: { id: callId, call: 'x', parameters: {}, says: '', undoSays: '', creates: { kind: 'k', name: callId } },
  },
  undoes: null,
  choice: 0,
  status,
  outcome: undefined,
  failure: null,
  intendedAt: 1,
  settledAt: null,
  undoneAt: null,
  ...more,
})
const removal = (callId: string, status: IntentStatus): Intent =>
  intent(callId, status, { stage: 'MakeRoom', undoes: 1 })

describe('what is taken back', () => {
  it('is everything that may have been made, newest first, waves together; what was being taken down is finished', () => {
    const intents = [
      removal('old/a', 'done'),
      removal('old/b', 'intended'),
      intent('prepare', 'done', { stage: 'Prepare' }),
      intent('a', 'done'),
      intent('b', 'failed'),
      intent('c', 'undone'),
      intent('shift', 'intended', { stage: 'Shift/0' }),
    ]
    const told = compensations(intents).map((group) => group.map(({ kind, intent: { callId } }) => `${kind} ${callId}`))
    expect(told).toEqual([['undo shift'], ['undo a', 'undo b'], ['undo prepare'], ['finish old/b']])
    expect(removals(intents).flat()).toHaveLength(1)
  })

  it('is nothing where nothing was done', () => {
    expect(compensations([])).toEqual([])
  })
})

describe('the janitor', () => {
  const forward = { committedAt: null, run: 1, course: 'forward' } as const
  it.each([
    [{ deployment: forward, executionRuns: true, mustAsk: true }, 'renew'],
    [{ deployment: { ...forward, committedAt: 5 }, executionRuns: true, mustAsk: false }, 'renew'],
    [{ deployment: { ...forward, committedAt: 5, course: 'finish' }, executionRuns: false, mustAsk: true }, 'finish'],
    [{ deployment: forward, executionRuns: undefined, mustAsk: false }, 'begin'],
    [{ deployment: forward, executionRuns: false, mustAsk: false }, 'compensate'],
    [{ deployment: forward, executionRuns: false, mustAsk: true }, 'ask'],
    [{ deployment: { ...forward, course: 'compensate' }, executionRuns: false, mustAsk: true }, 'compensate'],
    [{ deployment: { ...forward, course: 'compensate' }, executionRuns: undefined, mustAsk: false }, 'compensate'],
  ] as const)('%# decides %j', (observed, decision) => {
    expect(janitorDecision(observed)).toBe(decision)
  })

  it('begins where the lost execution cannot go on', () => {
    expect((['begin', 'finish', 'compensate', 'ask'] as const).map(courseOf)).toEqual([
      'forward',
      'finish',
      'compensate',
      'ask',
    ])
  })
})

describe('what stands', () => {
  it('is what was made, not what was divided, and goes down newest first', () => {
    const shift = intent('shift', 'done')
    const divided: Intent = {
      ...shift,
      act: { kind: 'do', call: { id: 'shift', call: 'x', parameters: {}, says: '', undoSays: '' } },
    }
    const made = [intent('folder', 'done', { stage: 'Prepare' }), intent('a', 'done'), intent('b', 'intended')]
    const standing = standingOf([...made, divided, intent('gone', 'undone')])
    expect(takeDownOrder(standing).map((group) => group.map(({ call }) => call.id))).toEqual([['a', 'b'], ['folder']])
  })
})
