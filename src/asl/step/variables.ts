/** Setting variables: the limits on them, and the scope that owns them. */
import type { JsonText } from '../../base/index.ts'
import { limitFailure, sizeFailure } from '../failure.ts'
import { type Draft, exceeds, type WorkingFrame } from './draft.ts'

/** AWS: 10 MiB for all variables of an execution, 256 KiB for a payload. */
const payloadsInAllVariables = 40

/** The variables of a frame after an Assign. @throws StateFailure States.DataLimitExceeded */
export function withAssigned(
  draft: Draft,
  frame: WorkingFrame,
  assigned: ReadonlyMap<string, JsonText>,
  stateName: string,
): ReadonlyMap<string, JsonText> {
  if (exceeds([...assigned.values()], draft.limits.payloadBytes)) throw sizeFailure(stateName)
  const variables = new Map([...(frame.variables ?? []), ...assigned])
  const all = [...variables.values(), ...draft.variablesBeside(frame)]
  const limit = payloadsInAllVariables * draft.limits.payloadBytes
  if (exceeds(all, limit)) throw limitFailure(`The variables of the execution take more than ${limit} bytes together.`)
  return variables
}
