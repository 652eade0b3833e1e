/** The check of a procedure's input, before its execution is started. */
import type { JsonText } from '../../base/index.ts'
import { badInput, type InputProblem } from './errors.ts'
import type { Procedure } from './procedure.ts'

/**
 * The input itself stays as it is: defaults and transformations of the schema are not written into it, for on AWS, where nobody
 * asks the schema, they would be missing.
 *
 * @throws HoldfastError procedure.input, with the first place that is wrong as a JSON pointer
 */
export function checkInput(procedure: Procedure, input: JsonText): void {
  const problems = inputProblems(procedure, input)
  if (problems.length > 0) throw badInput(procedure.name, problems)
}

/** Everything that is wrong with the input, in the schema's order. */
export function inputProblems(procedure: Procedure, input: JsonText): readonly InputProblem[] {
  const parsed = procedure.input.safeParse(JSON.parse(input))
  if (parsed.success) return []
  return parsed.error.issues.map(({ path, message }) => ({ place: pointer(path), message }))
}

function pointer(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '/'
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
