/**
 * audit: the one trail: who did what to what, why, and what changed; also the bus that reactions follow.
 * Words: record (one entry), seal (give it its place and hash in the chain), head (a signed place of the chain), cut (the signed end of
 * what was pruned), unsealed tail (records committed but not yet sealed), follower (a durable cursor with a handler).
 * A record is appended in the transaction of the change it tells of. The trail knows no procedure, role or domain.
 * It does not record the steps inside an execution: those are the history of the execution.
 */
export { type Action, actions } from './actions.ts'
export { appendRecord } from './append.ts'
export { effectsOf, type RequestEffect } from './request-effects.ts'
export { type BackgroundOptions, startTrail } from './background.ts'
export { canonicalJson, type PlainJson } from './canonical.ts'
export { changeBetween, type PatchStep } from './change.ts'
export { auditErrorCodes } from './errors.ts'
export type { FollowHandler, Follower, FollowerStatus } from './follow.ts'
export { type News, type NewsOptions, TrailNews } from './news.ts'
export type { TrailPage, TrailQuery } from './query.ts'
export {
  type Actor,
  type ActorType,
  type Cause,
  type CauseType,
  type NewRecord,
  type RepeatableRequest,
  type SealedRecord,
  type Subject,
  type Via,
} from './record.ts'
export type { Redacted } from './redact.ts'
export { type Refusal, type RefusalLimits, Refusals, usualRefusalLimits } from './refusals.ts'
export { openTrail, type Trail, trailDefaults, type TrailOptions, type TrailSettings } from './trail.ts'
export type { Break, BreakReason, Verification } from './verify.ts'
export { type ExportVerification, verifyExport } from './verify-export.ts'
export type { TrailRange } from './walk.ts'
