/** What differs between two plans. Pure. */
import { canonicalJson, changeBetween, type PatchStep, type PlainJson } from '../../audit/index.ts'
import { actsOf, type Act, idOf, type Plan, textOf } from './plan.ts'

export type PlanDifference = {
  /** Calls that only the second plan has, only the first has, and that both have differently. */
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly { readonly call: string; readonly change: readonly PatchStep[] }[]
  /** Whether the calls that both have come in another order. */
  readonly reordered: boolean
  /** What else differs: steps, hooks, needs, what serves. */
  readonly around: readonly PatchStep[]
}

export function diffPlans(before: Plan, after: Plan): PlanDifference {
  const [old, fresh] = [byId(before), byId(after)]
  const both = [...fresh.keys()].filter((id) => old.has(id))
  return {
    added: [...fresh].flatMap(([id, act]) => (old.has(id) ? [] : [textOf(act)])),
    removed: [...old].flatMap(([id, act]) => (fresh.has(id) ? [] : [textOf(act)])),
    changed: both.flatMap((id) => changedCall(id, old.get(id), fresh.get(id))),
    reordered: both.join() !== [...old.keys()].filter((id) => fresh.has(id)).join(),
    around: changeBetween(asPlain(withoutCalls(before)), asPlain(withoutCalls(after))),
  }
}

const byId = (plan: Plan): ReadonlyMap<string, Act> => new Map(actsOf(plan).map((act) => [idOf(act), act]))

function changedCall(call: string, before: Act | undefined, after: Act | undefined): PlanDifference['changed'] {
  if (before === undefined || after === undefined) return []
  const [a, b] = [asPlain(before), asPlain(after)]
  return canonicalJson(a) === canonicalJson(b) ? [] : [{ call, change: changeBetween(a, b) }]
}

const withoutCalls = ({ stages: _stages, later: _later, ...around }: Plan): Omit<Plan, 'stages' | 'later'> => around

/** Plans are plain data all through; only their types do not say so. */
const asPlain = (value: object): PlainJson => JSON.parse(JSON.stringify(value)) as PlainJson
