/** Recording a change, in the transaction of the change. */
import type { Transaction } from '../store/index.ts'
import { canonicalJson } from './canonical.ts'
import { causeMissing } from './errors.ts'
import type { NewRecord } from './record.ts'
import { noteEffect } from './request-effects.ts'

const insert = `INSERT INTO trail_unsealed (at, actor_type, actor_id, actor_via, action, subject_type, subject_id,
  change, execution, event_id, cause_type, cause_id, drill) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

/**
 * Records are sealed in the order of their commits; until then they wait in the same database, so a change and its
 * record are kept or undone together. One insert: this is on the hot path of every execution.
 * @throws HoldfastError audit.cause_missing, audit.not_canonical
 */
export function appendRecord(tx: Transaction, record: NewRecord): void {
  const { actor, cause, subject } = record
  if (cause === undefined && (actor.type === 'machine' || actor.type === 'system')) {
    throw causeMissing(record.action, actor.type)
  }
  const change = record.change === undefined ? null : canonicalJson(record.change)
  tx.prepare(insert).defer(
    record.at,
    actor.type,
    actor.id,
    actor.via,
    record.action,
    subject.type,
    subject.id,
    change,
    record.execution ?? null,
    record.eventId ?? null,
    cause?.type ?? null,
    cause?.id ?? null,
    record.drill ?? null,
  )
  if (actor.request !== undefined) noteEffect(tx, actor.request, { ...record, change })
}
