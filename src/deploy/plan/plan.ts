/** A plan: every mutating call before it is made, what stands after it, and what it needs at its worst moment. */
import { createHash } from 'node:crypto'
import { canonicalJson, type PlainJson } from '../../audit/index.ts'
import type { Needs, PlannedCall, Thing } from '../deployer.ts'
import type { DeploymentKind } from '../deployment/rows.ts'
import type { HookMoment } from '../release/schemas.ts'
import type { StateName } from '../machine/states.ts'
import type { Step } from '../strategy/steps.ts'

/** Something to do, or the taking-down of something that stands. */
export type Act =
  | { readonly kind: 'do'; readonly call: PlannedCall }
  | {
      readonly kind: 'undo'
      readonly id: string
      /** Whose thing it is, and which call of which deployment made it. */
      readonly fleet: string
      readonly of: { readonly deployment: string; readonly call: string }
      readonly says: string
      readonly deletes?: Thing
    }

export const idOf = (act: Act): string => (act.kind === 'do' ? act.call.id : act.id)
export const textOf = (act: Act): string => (act.kind === 'do' ? act.call.says : act.says)

/** The calls of one state, in waves. */
export type Stage = {
  readonly state: StateName
  /** Index of the strategy's step, where the state is run once for each. */
  readonly step?: number
  readonly waves: readonly (readonly Act[])[]
}

/** As the log names it: `Start/1`. */
export const stageName = ({ state, step }: Pick<Stage, 'state' | 'step'>): string =>
  step === undefined ? state : `${state}/${step}`

export type PlannedHook = { readonly moment: HookMoment; readonly index: number; readonly procedure: string }

export type Plan = {
  readonly kind: DeploymentKind
  readonly project: string
  readonly config: string
  readonly target: string
  readonly releaseId: string
  readonly digest: string
  /** What serves and what stands warm when the plan is made: when either has changed, the plan no longer holds. */
  readonly serving: string | null
  readonly warm: string | null
  readonly steps: readonly Step[]
  readonly stages: readonly Stage[]
  /** When the former version has stood warm long enough. */
  readonly later: Stage
  readonly warmMs: number
  readonly hooks: readonly PlannedHook[]
  /** Why it is never rolled back by itself, when it is not. */
  readonly forwardOnly: string | null
  /** Services whose former version is stopped instead of kept warm. */
  readonly stopped: readonly string[]
  /** Services that keep the former version from standing warm as a whole. Missing where there are none. */
  readonly cold?: readonly string[]
  /** At the worst moment, over what stands already. */
  readonly needs: Needs
}

/** What a person agreed to: the plan as a whole, to the last parameter. */
export const hashOf = (plan: Plan): string =>
  createHash('sha256')
    .update(canonicalJson(asPlain(plan)))
    .digest('hex')

/** A plan is plain data all through; only its type does not say so. */
const asPlain = (plan: Plan): PlainJson => JSON.parse(JSON.stringify(plan)) as PlainJson

export const stageOf = (plan: Plan, state: StateName, step?: number): Stage | undefined =>
  plan.stages.find((stage) => stage.state === state && stage.step === step)

/** Whether what stands warm goes before anything starts, for want of room for three versions. */
export const makesRoom = (plan: Pick<Plan, 'stages'>): boolean =>
  plan.stages.some(({ state, waves }) => state === 'MakeRoom' && waves.length > 0)

export const actsOf = (plan: Plan): readonly Act[] => plan.stages.flatMap(({ waves }) => waves.flat())
