/** What a check is given besides the value: the run it belongs to, and where it stands. */
import type { Json, JsonObject } from '../../base/index.ts'
import type { ExpressionChecker } from '../ports.ts'
import type { Place } from './place.ts'
import type { Report } from './report.ts'
import type { Scope } from './scope.ts'

export type Language = 'JSONPath' | 'JSONata'
export type MachineType = 'STANDARD' | 'EXPRESS'

/** Looks at one value and reports what is wrong with it. Never throws. */
export type Check = (value: Json, place: Place, visit: Visit) => void

/** One run over one definition. */
export type Run = {
  readonly report: Report
  readonly type: MachineType
  readonly expressions: ExpressionChecker
  /** The machine's own language, which states inherit at any depth. */
  readonly language: Language
  readonly stateNames: Set<string>
  readonly labels: Set<string>
  /** Whether every variable that is read is wanted, and not only where reading it could be wrong. */
  readonly wantsReads: boolean
  /** The members of a `States` object; handed in because states contain scopes, which contain states. */
  readonly checkStates: Check
}

/** One object that is being checked: a state with its parts, or the top of a scope. */
export type Visit = {
  readonly run: Run
  readonly language: Language
  readonly scope: Scope
  /** Name and members of the state; at the top of a scope, the scope's own members and no name. */
  readonly name: string
  readonly body: JsonObject
  /** The place of `body`. */
  readonly place: Place
}
