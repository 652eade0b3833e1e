/** What becomes of what was begun: finished, taken back, or left alone. Pure: the log comes in, the work comes out. */
import type { Course, Deployment } from '../deployment/rows.ts'
import type { Intent } from './rows.ts'
import { movesTraffic } from './standing.ts'

/** Work on one intent. Those of one group may be done at the same time; groups follow one another. */
export type Settlement = {
  readonly kind: 'undo' | 'finish'
  readonly intent: Intent
}

/**
 * Everything that a deployment must still do to leave nothing behind when it does not go on: the traffic goes back before
 * anything else, for as long as it has not, requests reach the bad version; then what it made is taken back, newest first; what
 * it had begun to take down is taken down to the end, for half of it is of no use to anybody.
 */
export function compensations(intents: readonly Intent[]): readonly (readonly Settlement[])[] {
  const undo = intents.filter(({ undoes, status }) => undoes === null && status !== 'undone')
  const [traffic, things] = [undo.filter(movesTraffic), undo.filter((intent) => !movesTraffic(intent))]
  const groups = [...groupsNewestFirst(traffic), ...groupsNewestFirst(things)]
  return [...groups.map((group) => group.map(taken('undo'))), ...removals(intents)]
}

/** What was being taken down and is not, oldest first. */
export function removals(intents: readonly Intent[]): readonly (readonly Settlement[])[] {
  const open = intents.filter(({ undoes, status }) => undoes !== null && (status === 'intended' || status === 'failed'))
  return groupsOldestFirst(open).map((group) => group.map(taken('finish')))
}

const taken =
  (kind: Settlement['kind']) =>
  (intent: Intent): Settlement => ({ kind, intent })

/** Calls of one wave were made at the same time, and are settled at the same time. */
function groupsOldestFirst(intents: readonly Intent[]): readonly (readonly Intent[])[] {
  const groups = new Map<string, Intent[]>()
  for (const intent of intents) {
    const name = `${intent.deployment} ${intent.stage} ${intent.wave}`
    groups.set(name, [...(groups.get(name) ?? []), intent])
  }
  return [...groups.values()]
}

const groupsNewestFirst = (intents: readonly Intent[]): readonly (readonly Intent[])[] =>
  groupsOldestFirst(intents).toReversed()

/**
 * - `renew`: it is alive; its lease is kept for it
 * - `begin`: its execution was never started
 * - `finish`, `compensate`: its execution is lost, and another has to bring it to its end
 * - `ask`: its execution is lost, it may not be taken back by itself, so a person decides
 */
export type JanitorDecision = 'renew' | 'begin' | 'finish' | 'compensate' | 'ask'

export type Observed = {
  readonly deployment: Pick<Deployment, 'committedAt' | 'run' | 'course'>
  /** Whether its execution runs; undefined when it has none. */
  readonly executionRuns: boolean | undefined
  /** It is forward-only, and something was done that cannot be taken back. */
  readonly mustAsk: boolean
}

/** What the janitor does with a deployment that has not ended. */
export function janitorDecision({ deployment, executionRuns, mustAsk }: Observed): JanitorDecision {
  if (executionRuns === true) return 'renew'
  if (deployment.committedAt !== null) return 'finish'
  if (executionRuns === undefined && deployment.course === 'forward') return 'begin'
  return mustAsk && deployment.course === 'forward' ? 'ask' : 'compensate'
}

/** The state at which an execution begins that takes over. */
export const courseOf = (decision: Exclude<JanitorDecision, 'renew'>): Course | 'ask' =>
  decision === 'begin' ? 'forward' : decision
