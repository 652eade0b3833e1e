import type { Event } from '../../asl/index.ts'
import type { Transaction } from '../../store/index.ts'
import { Forwarded, ForwardedPoll } from '../node/node.ts'
import type { Core } from './core.ts'
import * as sql from './statements.ts'
import type { EventOutcome, EventWork, PolledTask, PollWork } from './work.ts'

type Start = (work: EventWork) => EventOutcome | Forwarded

/** The oldest task of an activity that still waits for a worker; `start` tells its execution that it has begun. */
export function takeTask(
  core: Core,
  tx: Transaction,
  { signal, activityArn, workerName }: PollWork,
  start: Start,
): PolledTask | ForwardedPoll | undefined {
  while (!signal.aborted) {
    const task = sql.oldestActivityTask(tx, core.store.dialect, activityArn)
    if (task === undefined) return undefined
    sql.takeActivityTask(tx, task.id)
    const { executionId, frame, enteredId, attempt } = task
    const named = workerName === undefined ? {} : { workerName }
    const event: Event = { kind: 'taskStarted', frame, enteredId, attempt, ...named }
    const outcome = start({ kind: 'event', executionId, event })
    if (outcome !== 'applied' && !(outcome instanceof Forwarded)) continue
    const polled = { token: core.token({ executionId, frame, enteredId, attempt }), input: task.input }
    return outcome instanceof Forwarded ? new ForwardedPoll(outcome.letter, polled) : polled
  }
  return undefined
}
