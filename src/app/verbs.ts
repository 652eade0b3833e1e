/** The engine's verbs with the engine bound, as the server takes them. */
import { requirePermission } from '../access/index.ts'
import type { JsonText } from '../base/index.ts'
import * as engineVerbs from '../engine/index.ts'
import type { Engine } from '../engine/index.ts'
import type { EngineVerbs } from '../server/index.ts'

/** What is known of the inputs of procedures; machines that are none take any. */
export type InputRules = {
  /** Refuses an input that the procedure's schema refuses. */
  readonly check: (machineName: string, input: string) => Promise<void>
  /** The schema as JSON Schema. */
  readonly schemaOf: (machineName: string) => JsonText | undefined
}

export function bindVerbs(engine: Engine, inputs: InputRules): EngineVerbs {
  return {
    ...machineVerbs(engine, inputs),

    async startExecution(actor, request) {
      const { stateMachineArn, input = '{}' } = request
      requirePermission(actor, 'execution.start', { type: 'machine', id: stateMachineArn })
      await inputs.check(engineVerbs.parseStateMachineArn(stateMachineArn).name, input)
      return engineVerbs.startExecution(engine, actor, request)
    },
    async startSyncExecution(actor, request) {
      const { stateMachineArn, input = '{}' } = request
      requirePermission(actor, 'execution.start', { type: 'machine', id: stateMachineArn })
      await inputs.check(engineVerbs.parseStateMachineArn(stateMachineArn).name, input)
      return engineVerbs.startSyncExecution(engine, actor, request)
    },
    listExpressExecutions: (actor, request) => engineVerbs.listExpressExecutions(engine, actor, request),
    describeExpressExecution: (actor, arn) => engineVerbs.describeExpressExecution(engine, actor, arn),
    stopExecution: (actor, request) => engineVerbs.stopExecution(engine, actor, request),
    redriveExecution: (actor, request) => engineVerbs.redriveExecution(engine, actor, request),
    continueExecution: (actor, request) => engineVerbs.continueExecution(engine, actor, request),
    describeExecution: (actor, arn) => engineVerbs.describeExecution(engine, actor, arn),
    listExecutions: (actor, request) => engineVerbs.listExecutions(engine, actor, request),
    getExecutionHistory: (actor, request) => engineVerbs.getExecutionHistory(engine, actor, request),
    describeMapRun: (actor, arn) => engineVerbs.describeMapRun(engine, actor, arn),
    listMapRuns: (actor, request) => engineVerbs.listMapRuns(engine, actor, request),
    updateMapRun: (actor, request) => engineVerbs.updateMapRun(engine, actor, request),
    watchExecution: (actor, request, signal) => engineVerbs.watchExecution(engine, actor, request, signal),

    sendTaskSuccess: (actor, request) => engineVerbs.sendTaskSuccess(engine, actor, request),
    sendTaskFailure: (actor, request) => engineVerbs.sendTaskFailure(engine, actor, request),
    sendTaskHeartbeat: (actor, request) => engineVerbs.sendTaskHeartbeat(engine, actor, request),

    createActivity: (actor, request) => engineVerbs.createActivity(engine, actor, request),
    deleteActivity: (actor, arn) => engineVerbs.deleteActivity(engine, actor, arn),
    describeActivity: (actor, arn) => engineVerbs.describeActivity(engine, actor, arn),
    listActivities: (actor, page) => engineVerbs.listActivities(engine, actor, page),
    getActivityTask: (actor, request, signal) => engineVerbs.getActivityTask(engine, actor, request, signal),

    tagResource: (actor, request) => engineVerbs.tagResource(engine, actor, request),
    untagResource: (actor, request) => engineVerbs.untagResource(engine, actor, request),
    listTags: (actor, arn) => engineVerbs.listTags(engine, actor, arn),
  }
}

/** Of machines, their revisions, versions and aliases, and what is tried of them. */
function machineVerbs(engine: Engine, inputs: InputRules) {
  return {
    createStateMachine: (actor, request) => engineVerbs.createStateMachine(engine, actor, request),
    updateStateMachine: (actor, request) => engineVerbs.updateStateMachine(engine, actor, request),
    deleteStateMachine: (actor, arn) => engineVerbs.deleteStateMachine(engine, actor, arn),
    async describeStateMachine(actor, arn) {
      const described = await engineVerbs.describeStateMachine(engine, actor, arn)
      const inputSchema = inputs.schemaOf(described.name)
      return { ...described, ...(inputSchema === undefined ? {} : { inputSchema }) }
    },
    describeStateMachineForExecution: (actor, arn) => engineVerbs.describeStateMachineForExecution(engine, actor, arn),
    listStateMachines: (actor, page) => engineVerbs.listStateMachines(engine, actor, page),
    surveyStateMachines: (actor, page) => engineVerbs.surveyStateMachines(engine, actor, page),
    listRevisions: (actor, request) => engineVerbs.listRevisions(engine, actor, request),
    describeMachineRevision: (actor, request) => engineVerbs.describeMachineRevision(engine, actor, request),
    rehearseMachine: (actor, request) => engineVerbs.rehearseMachine(engine, actor, request),
    validateDefinition: (actor, request) => engineVerbs.validateDefinition(engine, actor, request),
    testState: (actor, request) => engineVerbs.testState(engine, actor, request),

    publishVersion: (actor, request) => engineVerbs.publishVersion(engine, actor, request),
    listVersions: (actor, request) => engineVerbs.listVersions(engine, actor, request),
    deleteVersion: (actor, arn) => engineVerbs.deleteVersion(engine, actor, arn),
    createAlias: (actor, request) => engineVerbs.createAlias(engine, actor, request),
    updateAlias: (actor, request) => engineVerbs.updateAlias(engine, actor, request),
    describeAlias: (actor, arn) => engineVerbs.describeAlias(engine, actor, arn),
    listAliases: (actor, request) => engineVerbs.listAliases(engine, actor, request),
    deleteAlias: (actor, arn) => engineVerbs.deleteAlias(engine, actor, arn),
  } satisfies Partial<EngineVerbs>
}
