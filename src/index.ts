/** What a user of the package imports: procedures, deployers and their configuration. Everything else is reached over HTTP. */
export { defineConfig, type HoldfastConfig } from './app/index.ts'
export {
  type Call,
  call,
  type CallContext,
  type CallParts,
  type CommonService,
  commonServiceSchema,
  type Deployer,
  DeployFailure,
  type FailureClass,
  type Fleet,
  type InstanceHealth,
  outcomeOf,
  type PlannedCall,
  type Problem,
  type Situation,
  type StartCall,
  type Thing,
  type TrafficReading,
  type Wave,
  type Weights,
} from './deploy/index.ts'
export {
  type Procedure,
  procedure,
  type ProcedureParts,
  task,
  type TaskContext,
  TaskFailure,
  type TaskFunction,
} from './engine/index.ts'
