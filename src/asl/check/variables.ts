/** State machine variables: which ones a state reads and assigns, and what names they can have. */
import { isJsonObject } from '../../base/index.ts'
import { memberOf, type Place } from './place.ts'
import type { Check, Visit } from './visit.ts'
import { wording } from './wording.ts'

const longestName = 80
const nameSyntax = /^\p{ID_Start}\p{ID_Continue}*$/u

/** Notes that the state reads these variables (names without `$`). */
export function readVariables(names: readonly string[], { scope, name, place }: Visit): void {
  if (names.length > 0) scope.reads.push({ state: name, names, place })
}

/** An `Assign`: its names, and its values by `values`. In JSONPath a name may end in `.$`. */
export const assign =
  (values: Check): Check =>
  (value, place, visit) => {
    if (!isJsonObject(value)) return visit.run.report.schema(wording.expected('[OBJECT]'), place)
    for (const name of value.keys()) assignVariable(variableName(name, visit), memberOf(place, name), visit)
    values(value, place, visit)
  }

const variableName = (field: string, visit: Visit): string =>
  visit.language === 'JSONPath' && field.endsWith('.$') ? field.slice(0, -2) : field

function assignVariable(name: string, place: Place, { run, scope, name: state }: Visit): void {
  scope.assigned.push({ name, state, place })
  if (name === 'states') run.report.error('RESERVED_VARIABLE_NAME', wording.reservedVariable, place)
  else if (name.length > 2 * longestName || [...name].length > longestName) {
    run.report.error('INVALID_VARIABLE_NAME', wording.variableLength(name), place)
  } else if (!nameSyntax.test(name)) {
    run.report.error('INVALID_VARIABLE_NAME', wording.variableCharacters(name), place)
  }
}
