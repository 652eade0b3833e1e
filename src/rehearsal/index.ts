/**
 * rehearsal: cases of a state machine run in virtual time: waits take none, tasks are mocked, what comes of it is compared.
 * Words: case (an input, what tasks answer, what is expected), mock (one answer of a task), difference (expected against actual).
 * It calls and stores nothing, reads no files and asks for no permission: the command line and the engine's verb do.
 */
export { answer, type CaseFile, caseFile, expectation, testCase } from './schema.ts'
export type { Difference } from './judge.ts'
export type { Unanswered } from './mocks.ts'
export { type CaseResult, runCase } from './run.ts'
