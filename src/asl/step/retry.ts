/** Whether a failed state is tried again, and when. */
import { type ErrorOutput, matchesError } from '../failure.ts'
import type { Retrier, WorkState } from '../machine.ts'
import { type Draft, freshVisit, type WorkingFrame } from './draft.ts'

/** 31 bits of seconds, as for a Wait: beyond it no timer is meant, and the sum stays a safe integer. */
const longestDelaySeconds = 2 ** 31

/** The first matching retrier decides: it either waits for the next attempt or is exhausted. */
export function retry(draft: Draft, frame: WorkingFrame, state: WorkState, failure: ErrorOutput): boolean {
  const index = state.retriers.findIndex((rule) => matchesError(rule.errors, failure))
  const retrier = state.retriers[index]
  if (retrier === undefined) return false
  const visit = draft.visitOf(frame)
  const used = visit.retries?.[index] ?? 0
  if (used >= retrier.maxAttempts) return false
  draft.leaveBehind(frame)
  frame.visit = {
    ...freshVisit(visit.state, visit.input),
    enteredId: visit.enteredId,
    enteredAt: visit.enteredAt,
    phase: 'backoff',
    attempt: visit.attempt + 1,
    retries: (visit.retries ?? state.retriers.map(() => 0)).with(index, used + 1),
  }
  const delayMs = retryDelayMs(retrier, used + 1, () => draft.env.random())
  draft.env.inspector?.retried(index, delayMs)
  draft.setTimer(frame, 'retry', draft.env.now + delayMs)
  return true
}

/** Milliseconds before the k-th retry by one retrier: capped first, then jittered (spec 1.6). */
export function retryDelayMs(retrier: Retrier, k: number, random: () => number): number {
  const growth = Math.min(retrier.backoffRate ** (k - 1), Number.MAX_SAFE_INTEGER)
  const seconds = Math.min(retrier.intervalSeconds * growth, retrier.maxDelaySeconds, longestDelaySeconds)
  return Math.round(1000 * (retrier.fullJitter ? random() * seconds : seconds))
}
