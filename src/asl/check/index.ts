/**
 * check: what AWS says about a definition before it runs: errors that refuse it, warnings that do not.
 * Words: shape (the fields an object may have), check (looks at one value), place (where a finding points), scope (one
 * `States` object with its transitions and variables), run (one definition being checked).
 * It does not compile, run or repair definitions, and it does not know whether functions or roles exist.
 */
export { checkDefinition, type CheckOptions, describeDiagnostics, variableReferences } from './definition.ts'
export { fieldNames, knownResources, type ObjectKind, stateTypes } from './fields.ts'
export { maxDiagnostics } from './report.ts'
