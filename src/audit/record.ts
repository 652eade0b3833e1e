/** One record of the trail: who did what to what, why, and what changed. */
import type { Action } from './actions.ts'
import { canonicalString, type PlainJson } from './canonical.ts'

export type ActorType = 'user' | 'machine' | 'system' | 'inbound'
/** By which way the actor spoke to us. The CLI is `api`. */
export type Via = 'ui' | 'api' | 'chat' | 'email' | 'webhook' | 'timer'
export type Actor = {
  readonly type: ActorType
  readonly id: string
  readonly via: Via
  /** The request it acts by, where that may be repeated: not in the record, but noted beside it. */
  readonly request?: RepeatableRequest
}

/** A request with an Idempotency-Key: the key made unique to its caller, and the digest of method, path and body. */
export type RepeatableRequest = { readonly key: string; readonly fingerprint: string }

export type CauseType = 'alert' | 'change' | 'incident' | 'drill' | 'schedule' | 'execution' | 'human'
export type Cause = { readonly type: CauseType; readonly id: string }
export type Subject = { readonly type: string; readonly id: string }

/** What a change hands in; the trail adds the rest when it seals. */
export type NewRecord = {
  /** Milliseconds since 1970 UTC. */
  readonly at: number
  readonly actor: Actor
  readonly action: Action
  readonly subject: Subject
  /**
   * What changed: an RFC 6902 patch (`changeBetween`) or `{before, after}`. Secrets go in as `redact` made them, payloads
   * as their digest.
   */
  readonly change?: PlainJson
  /** ARN of the execution it happened in, and the id of the history event. */
  readonly execution?: string
  readonly eventId?: number
  /** Required of machines and of the system. */
  readonly cause?: Cause
  /** The drill in which it happened. */
  readonly drill?: string
}

/** A record as it is sealed. `change` is canonical JSON text. */
export type SealedRecord = Omit<NewRecord, 'change' | 'action'> & {
  /** From 1, without gaps. */
  readonly seq: number
  readonly action: string
  readonly change?: string
  /** The clock went back more than five seconds against the record before. */
  readonly clockRegress?: true
  /** Lower-case hex SHA-256 of the record before; 64 zeros before the first. */
  readonly prevHash: string
  readonly hash: string
}

/** `hash` of nothing: what the first record follows on. */
export const noHash = '0'.repeat(64)
/** How far `at` may lie behind the record before without being marked. */
export const clockToleranceMs = 5000

/** The RFC 8785 text of a record, without its hash when that is absent. Member order is canonical by construction. */
export function recordText(record: Omit<SealedRecord, 'hash'> & { readonly hash?: string }): string {
  const { action, actor, at, cause, change, clockRegress, drill, eventId, execution, hash, prevHash, seq, subject } =
    record
  let out = `{"action":${canonicalString(action)},"actor":{"id":${canonicalString(actor.id)}`
  out += `,"type":${canonicalString(actor.type)},"via":${canonicalString(actor.via)}},"at":${at}`
  if (cause !== undefined) out += `,"cause":{"id":${canonicalString(cause.id)},"type":${canonicalString(cause.type)}}`
  if (change !== undefined) out += `,"change":${change}`
  if (clockRegress !== undefined) out += `,"clockRegress":true`
  if (drill !== undefined) out += `,"drill":${canonicalString(drill)}`
  if (eventId !== undefined) out += `,"eventId":${eventId}`
  if (execution !== undefined) out += `,"execution":${canonicalString(execution)}`
  if (hash !== undefined) out += `,"hash":"${hash}"`
  out += `,"prevHash":"${prevHash}","seq":${seq}`
  return `${out},"subject":{"id":${canonicalString(subject.id)},"type":${canonicalString(subject.type)}}}`
}
