/**
 * asl: the Amazon States Language: check a definition, compile it, and step it. Pure: no clock, chance, I/O or crypto.
 * Words: machine (compiled definition), frame (one running scope), visit (one stay in a state), step (one event consumed).
 * It does not store, call or wait: `step()` answers with history and commands, and the engine carries them out.
 */
export {
  checkDefinition,
  type CheckOptions,
  describeDiagnostics,
  fieldNames,
  knownResources,
  maxDiagnostics,
  type ObjectKind,
  stateTypes,
  variableReferences,
} from './check/index.ts'
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
export { compileMachine } from './compile/index.ts'
export { isWork, type ItemFormat, type Machine, type MapState, processorMachine, type State } from './machine.ts'
export { StateFailure } from './failure.ts'
export type { Item } from './step/context.ts'
export { pointerSegments } from './path/pointer.ts'
export { type Batch, Batches } from './step/batches.ts'
export { itemInputs } from './step/items.ts'
export { step } from './step/index.ts'
export { scheduledCall } from './step/task.ts'
export { applyChanges, type Counters } from './step/fold.ts'
export {
  type About,
  type Attempt,
  type Change,
  type Command,
  type Details,
  type EarlyAnswer,
  type Event,
  type ExecutionState,
  type Fan,
  type Frame,
  type HistoryEvent,
  type ItemBatches,
  type ItemSource,
  type MapRunPlan,
  newExecution,
  type Phase,
  type Correction,
  type RedrivenMapRun,
  type ResultPlan,
  type ScheduledTask,
  type Status,
  type StepLimits,
  type StepResult,
  type TimerKind,
  type Visit,
} from './step/state.ts'
export * from './trial/index.ts'
export { isCorrectable } from './step/redrive.ts'
export { parseTimestamp, printTimestamp } from './timestamp.ts'
export { type Graph, type GraphEdge, type GraphNode, graphOf } from './graph.ts'
export type { Iterations, MapRunProgress, Row } from './progress/rows.ts'
export { type End, ExecutionView, type ProgressEvent, type Step } from './progress/view.ts'
export {
  simulate,
  type SimulatedAnswer,
  type SimulatedTask,
  type Simulation,
  type SimulationRequest,
  type TimedEvent,
} from './simulate.ts'
