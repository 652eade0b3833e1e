/**
 * procedure: a state machine with the task functions its states call and the schema of its input, as one thing to write.
 * Words: task function (what a state calls), definition (the machine as plain ASL), worker (the process a user's functions run in).
 * It starts no executions and keeps nothing: it gives definitions to create machines from, and handlers for their tasks.
 */
export { definitionOf, functionArnOf } from './definition.ts'
export { type ProcedureErrorCode, procedureErrors } from './errors.ts'
export { procedureHandler, type ProcedureHandlerOptions } from './handler.ts'
export { checkInput } from './input.ts'
export {
  isProcedure,
  type Procedure,
  procedure,
  type ProcedureParts,
  task,
  type TaskContext,
  TaskFailure,
  type TaskFunction,
} from './procedure.ts'
export { procedureSummary } from './summary.ts'
export { taskErrors } from './task-answer.ts'
export type { ProcedureSummary } from './worker/protocol.ts'
export { type WorkerHandler, workerHandler, type WorkerHandlerOptions } from './worker/worker-handler.ts'
