/** What can be said about an expression before it runs, in AWS's words. */
import type { ExpressionFault, ExpressionPlace } from '../asl/index.ts'
import { awsFunctionNames } from './aws-functions.ts'
import { builtInNames } from './built-ins.ts'
import type { Compiled } from './compiled.ts'
import type { References } from './references.ts'

const functions: ReadonlySet<string> = new Set([...builtInNames, ...awsFunctionNames, 'eval'])

export function faultsOf(compiled: Compiled, place: ExpressionPlace): readonly ExpressionFault[] {
  if (!compiled.ok) return [{ code: 'INVALID_JSONATA_EXPRESSION', message: compiled.message }]
  const { references } = compiled
  const messages = [
    ...references.withoutContext.map((name) => `Reference to '${name}' at the top level is not supported.`),
    ...(references.root ? ["Reference to '$$' is not supported."] : []),
    ...missingMembers(references, place).map((name) => `Field '$states.${name}' does not exist.`),
  ]
  return messages.map((message) => ({ code: 'UNSUPPORTED_JSONATA_EXPRESSION', message }))
}

function missingMembers(references: References, place: ExpressionPlace): readonly string[] {
  const offered = new Set(['input', 'context'])
  if (place.result) offered.add('result')
  if (place.errorOutput) offered.add('errorOutput')
  return references.members.filter((name) => !offered.has(name))
}

/** State machine variables: free, and not the name of a function. Sorted. */
export function variablesOf(compiled: Compiled): readonly string[] {
  if (!compiled.ok) return []
  return compiled.references.variables.filter((name) => !functions.has(name)).toSorted()
}
