/** From a state's result to its output: ResultSelector, ResultPath and OutputPath, or Output. */
import { type JsonText, parseJson, printJson } from '../../base/index.ts'
import { evaluateTemplate } from '../compile/value.ts'
import { StateFailure } from '../failure.ts'
import { isWork, type Outlet, type State } from '../machine.ts'
import { ReferenceMismatch, type ReferencePath } from '../path/index.ts'
import type { Draft, WorkingFrame } from './draft.ts'
import { applyFilter, evaluateAssignments } from './field.ts'
import { World } from './world.ts'

export type Ending = { readonly output: JsonText; readonly assigned: ReadonlyMap<string, JsonText> | undefined }

/** Output and variables, both seen from the values at entry. @throws StateFailure */
export function evaluateEnding(draft: Draft, frame: WorkingFrame, state: State & Outlet, result: JsonText): Ending {
  const { input } = draft.visitOf(frame)
  const { inspector } = draft.env
  inspector?.came('result', result)
  const shown = isWork(state) ? { result } : {}
  const world = new World(draft, frame, { document: result, ...shown })
  if (state.jsonata) {
    const output = state.output === undefined ? result : evaluateTemplate(state.output, world)
    return { output, assigned: evaluateAssignments(state.assign, world) }
  }
  const selected = state.resultSelector === undefined ? result : evaluateTemplate(state.resultSelector, world)
  inspector?.came('afterResultSelector', selected)
  const placed = placeResult(state.resultPath, input, selected)
  inspector?.came('afterResultPath', placed)
  const output = applyFilter(state.outputPath, new World(draft, frame, { document: placed }))
  // `$` of Assign is the effective result, before ResultPath and OutputPath.
  return { output, assigned: evaluateAssignments(state.assign, new World(draft, frame, { document: selected })) }
}

/** ResultPath: undefined replaces the input, null keeps it. @throws StateFailure States.ResultPathMatchFailure */
export function placeResult(path: ReferencePath | null | undefined, input: JsonText, result: JsonText): JsonText {
  if (path === undefined) return result
  if (path === null) return input
  try {
    return printJson(path.put(parseJson(input), parseJson(result)))
  } catch (error) {
    if (!(error instanceof ReferenceMismatch)) throw error
    throw new StateFailure('state', 'States.ResultPathMatchFailure', error.message, { located: true })
  }
}
