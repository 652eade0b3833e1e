/** The states of a deployment, in the order of a good one. */

/** Those on the way forward: a pause can stop before each, and a retry can begin at one. */
export const forwardStates = [
  'Validate',
  'Lock',
  'CheckResources',
  'Approve',
  'MakeRoom',
  'Prepare',
  'BeforeHooks',
  'Start',
  'CheckHealth',
  'SmokeTests',
  'Shift',
  'Bake',
  'Switch',
  'Watch',
  'AfterHooks',
] as const
export type ForwardState = (typeof forwardStates)[number]

const statesOfStep: ReadonlySet<string> = new Set([
  'Start',
  'CheckHealth',
  'SmokeTests',
  'Shift',
  'Bake',
  'Switch',
  'Watch',
] satisfies ForwardState[])
/** Whether it is run for each step of the strategy, or for the last. */
export const isOfStep = (state: string): boolean => statesOfStep.has(state)

/** After the commit: they are repeated until they are done. */
export const finishingStates = ['KeepWarm', 'CleanUp'] as const
/** After a failure or a halt. */
export const failingStates = ['Diagnose', 'Compensate', 'FailureHooks', 'ReleaseLock'] as const

export type StateName = ForwardState | (typeof finishingStates)[number] | (typeof failingStates)[number] | 'Paused'

/**
 * What `--from` skips: checks, waits and hooks of states before it. Calls are never skipped: they are what the plan says,
 * and those already made are found.
 */
export function isSkipped(state: ForwardState, from: StateName | null): boolean {
  if (from === null) return false
  const [at, begin] = [forwardStates.indexOf(state), forwardStates.findIndex((name) => name === from)]
  return at < begin
}
