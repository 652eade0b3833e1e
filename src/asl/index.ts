/**
 * asl: the Amazon States Language: check a definition, compile it, and step it. Pure: no clock, chance, I/O or crypto.
 * Words: machine (compiled definition), frame (one running scope), visit (one stay in a state), step (one event consumed).
 * It does not store, call or wait: `step()` answers with history and commands, and the engine carries them out.
 */
export type { Diagnostic, DiagnosticCode } from './diagnostic.ts'
export {
  type Bindings,
  type Chance,
  type Env,
  type ExpressionChecker,
  type ExpressionFault,
  type ExpressionPlace,
  type HashAlgorithm,
  type Outcome,
  type Refusal,
  SlowExpression,
} from './ports.ts'
export { type CallPattern, parseResource, type TaskResource } from './resource.ts'
