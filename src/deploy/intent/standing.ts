/** What stands of a fleet, read out of the log. Pure. */
import type { PlainJson } from '../../audit/index.ts'
import type { PlannedCall, Thing } from '../deployer.ts'
import type { Intent } from './rows.ts'

/** Something that a call made and nobody has taken back. */
export type Standing = {
  readonly position: number
  readonly deployment: string
  readonly stage: string
  readonly wave: number
  readonly call: PlannedCall
}

/** Whether it gives the new version its part of the traffic. */
export const movesTraffic = ({ stage, undoes }: Pick<Intent, 'stage' | 'undoes'>): boolean =>
  undoes === null && /^(Shift|Switch)/.test(stage)

/** What is being taken down by a deployment that has not finished it. */
export function leavingOf(intents: readonly Intent[]): readonly Standing[] {
  const open = intents.filter(({ undoes, status }) => undoes !== null && (status === 'intended' || status === 'failed'))
  const leaving = new Set(open.map(({ undoes }) => undoes))
  return standingOf(intents).filter(({ position }) => leaving.has(position))
}

/** Only what was made: a division of traffic does not stand, it is replaced by the next. */
export function standingOf(intents: readonly Intent[]): readonly Standing[] {
  return intents.flatMap(({ act, status, position, deployment, stage, wave }) =>
    act.kind === 'do' && act.call.creates !== undefined && status !== 'undone'
      ? [{ position, deployment, stage, wave, call: act.call }]
      : [],
  )
}

/** What the calls of a fleet answered, the newest answer of each. */
export function outcomesOf(intents: readonly Intent[]): ReadonlyMap<string, PlainJson> {
  return new Map(
    intents.flatMap(({ act, status, outcome }) =>
      act.kind === 'do' && status === 'done' && outcome !== undefined ? [[act.call.id, outcome] as const] : [],
    ),
  )
}

/** Names of the instances that run: what `start` brought up and nobody took down. */
export function runningOf(standing: readonly Standing[]): readonly string[] {
  return standing.flatMap(({ call }) => (call.service === undefined ? [] : [call.id.replace(/^start\//, '')]))
}

/** Newest first, in groups that may be taken down at the same time. */
export function takeDownOrder(standing: readonly Standing[]): readonly (readonly Standing[])[] {
  const groups = new Map<string, Standing[]>()
  for (const one of standing) {
    const name = `${one.deployment} ${one.stage} ${one.wave}`
    groups.set(name, [...(groups.get(name) ?? []), one])
  }
  return [...groups.values()].toReversed()
}

export const memoryOf = (things: readonly Thing[]): number =>
  things.reduce((sum, { memoryBytes = 0 }) => sum + memoryBytes, 0)
export const portsOf = (things: readonly Thing[]): number => things.reduce((sum, { ports = 0 }) => sum + ports, 0)
