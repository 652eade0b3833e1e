/** Answers of tasks, as the writer meets them. */
import type { Attempt, Event } from '../../asl/index.ts'
import type { Transaction } from '../../store/index.ts'
import { sameAttempt } from './live.ts'
import { dropTimer, inboxOf } from './statements.ts'
import { readInbox } from './work.ts'

type AnswerEvent = Extract<Event, { kind: 'taskSucceeded' | 'taskFailed' }>

export const isAnswer = (event: Event): event is AnswerEvent =>
  event.kind === 'taskSucceeded' || event.kind === 'taskFailed'

/** What may end an activity's task. */
export const endsTask = (event: Event): event is AnswerEvent | Extract<Event, { kind: 'timer' }> =>
  isAnswer(event) || event.kind === 'timer'

/** The first answer counts, and it has come in time, however long its expression takes. False when another waits. */
export function keepAnswer(tx: Transaction, executionId: number, event: Attempt): boolean {
  const waiting = inboxOf(tx, executionId).map((text) => readInbox(text).event)
  if (waiting.some((other) => isAnswer(other) && sameAttempt(other, event))) return false
  dropTimer(tx, executionId, event.frame, 'timeout')
  dropTimer(tx, executionId, event.frame, 'heartbeat')
  return true
}
