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

/** At which it makes a difference to begin: before them there is nothing that could be skipped. */
const beginnings = [
  'CheckResources',
  'BeforeHooks',
  'Start',
  'CheckHealth',
  'SmokeTests',
  'Shift',
  'Bake',
  'Switch',
  'Watch',
  'AfterHooks',
] as const satisfies readonly ForwardState[]

/** Where a person may want it to begin: up to the state after the one it did not get past, or any when that is none of them. */
export function beginningsAfter(stuckIn: string): readonly ForwardState[] {
  const failed = beginnings.findIndex((state) => state === stuckIn)
  return failed === -1 ? beginnings : beginnings.slice(0, failed + 2)
}

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
