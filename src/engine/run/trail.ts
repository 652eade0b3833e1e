/** What the trail is told of executions by the transaction that changes them. */
import { type Actor, appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Live } from './live.ts'
import type { TrailNote } from './work.ts'

const engineActor: Actor = { type: 'system', id: 'engine', via: 'timer' }

/** An event that somebody has caused. */
export function recordEvent(tx: Transaction, at: number, live: Live, { actor, action }: TrailNote): void {
  const { arn } = live.state.about
  appendRecord(tx, {
    at,
    actor,
    action,
    subject: { type: 'execution', id: arn },
    execution: arn,
    eventId: live.state.nextEventId,
    ...(actor.type === 'machine' || actor.type === 'system'
      ? { cause: { type: 'execution', id: actor.id } as const }
      : {}),
  })
}

export type ClosedRecord = {
  readonly at: number
  readonly arn: string
  readonly status: string
  /** Of its history. */
  readonly digest: string
}

export function recordClosed(tx: Transaction, { at, arn, status, digest }: ClosedRecord): void {
  const subject = { type: 'execution', id: arn } as const
  const change = { status, historySha256: digest }
  appendRecord(tx, { at, actor: engineActor, action: 'execution.close', subject, change, cause: subject })
}
