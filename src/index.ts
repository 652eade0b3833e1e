/** What a user of the package imports: procedures and their configuration. Everything else is reached over HTTP. */
export { defineConfig, type HoldfastConfig } from './app/index.ts'
export {
  type Procedure,
  procedure,
  type ProcedureParts,
  task,
  type TaskContext,
  TaskFailure,
  type TaskFunction,
} from './engine/index.ts'
