/**
 * access: who may do what: actors, bearer tokens, and `can()`, which every verb asks.
 * Words: actor (who acts: a user, a machine such as an execution, the system, something inbound), role, verb, thing, token (`hf_…`).
 * `verbs.ts` is the one table of what can be asked and by whom. People, teams and sign-in come later.
 * It does not know HTTP: the server hands it what the Authorization header said.
 */
export { type Actor, can, type Decision, requirePermission, type Thing } from './can.ts'
export { accessErrorCodes } from './errors.ts'
export { type Role, type Verb, verbs } from './verbs.ts'
