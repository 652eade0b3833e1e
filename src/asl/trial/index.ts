/**
 * trial: one state tried alone, as AWS's TestState does: what becomes of an input, and what the state computes on the way.
 * Words: isolate (cut a state out of its machine), answer (what its task, branches or iterations came to), inspection (what it computed).
 * It evaluates nothing itself: the functions of `step/` do, and an inspector listens.
 */
export { type IsolatedState, isolateState, namesWithin, trialStateName } from './isolate.ts'
export { contextFault, type MadeContext, makeContext } from './context.ts'
export type { ErrorDetails, Inspection } from './inspection.ts'
export type { Trial, TrialAnswer, TrialRequest, TrialStatus } from './request.ts'
export { tryState } from './try.ts'
