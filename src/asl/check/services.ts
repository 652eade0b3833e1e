/** The service integrations that AWS knows, and how each can be called. One line per action. */
import type { CallPattern } from '../resource.ts'

type Patterns = readonly CallPattern[]

const request: Patterns = ['request']
const job: Patterns = ['request', 'sync']
const callback: Patterns = ['request', 'token']
const jobOrCallback: Patterns = ['request', 'sync', 'token']

const integrations: Readonly<Record<string, Readonly<Record<string, Patterns>>>> = {
  lambda: { invoke: callback },
  states: { startExecution: ['request', 'sync', 'sync:2', 'token'] },
  sqs: { sendMessage: callback },
  sns: { publish: callback },
  events: { putEvents: callback },
  dynamodb: { getItem: request, putItem: request, updateItem: request, deleteItem: request },
  ecs: { runTask: jobOrCallback },
  batch: { submitJob: job },
  apigateway: { invoke: callback },
  http: { invoke: request },
  glue: { startJobRun: job },
  databrew: { startJobRun: job },
  athena: {
    startQueryExecution: job,
    stopQueryExecution: request,
    getQueryExecution: request,
    getQueryResults: request,
  },
  bedrock: { invokeModel: callback, createModelCustomizationJob: job },
  mediaconvert: { createJob: job },
  codebuild: {
    startBuild: job,
    stopBuild: request,
    batchDeleteBuilds: request,
    batchGetReports: request,
    startBuildBatch: job,
    stopBuildBatch: request,
    retryBuildBatch: job,
    deleteBuildBatch: request,
  },
  elasticmapreduce: {
    createCluster: job,
    setClusterTerminationProtection: request,
    terminateCluster: job,
    addStep: job,
    cancelStep: request,
    modifyInstanceFleetByName: request,
    modifyInstanceGroupByName: request,
  },
  'emr-containers': { createVirtualCluster: request, deleteVirtualCluster: job, startJobRun: job },
  'emr-serverless': {
    createApplication: job,
    startApplication: job,
    stopApplication: job,
    deleteApplication: job,
    startJobRun: job,
    cancelJobRun: job,
  },
  eks: {
    createCluster: job,
    deleteCluster: job,
    createFargateProfile: job,
    deleteFargateProfile: job,
    createNodegroup: job,
    deleteNodegroup: job,
    runJob: jobOrCallback,
    call: request,
  },
  sagemaker: {
    createEndpoint: request,
    createEndpointConfig: request,
    createHyperParameterTuningJob: job,
    createLabelingJob: job,
    createModel: request,
    createProcessingJob: job,
    createTrainingJob: job,
    createTransformJob: job,
    updateEndpoint: request,
  },
}

const patternsOf = new Map(
  Object.entries(integrations).flatMap(([service, actions]) =>
    Object.entries(actions).map(([action, patterns]): [string, Patterns] => [`${service}:${action}`, patterns]),
  ),
)

const suffixes: Readonly<Record<CallPattern, string>> = {
  request: '',
  sync: '.sync',
  'sync:2': '.sync:2',
  token: '.waitForTaskToken',
}
export const integrationArns: readonly string[] = [...patternsOf].flatMap(([action, patterns]) =>
  patterns.map((pattern) => `arn:aws:states:::${action}${suffixes[pattern]}`),
)

/** The request fields without which AWS refuses the definition (measured, but for HTTP); a name with `.$` counts too. */
export const requiredArguments: ReadonlyMap<string, readonly string[]> = new Map([
  ['lambda:invoke', ['FunctionName']],
  ['sqs:sendMessage', ['QueueUrl', 'MessageBody']],
  ['sns:publish', ['Message']],
  ['dynamodb:putItem', ['TableName', 'Item']],
  ['dynamodb:getItem', ['TableName', 'Key']],
  ['states:startExecution', ['StateMachineArn']],
  ['events:putEvents', ['Entries']],
  ['ecs:runTask', ['TaskDefinition']],
  ['glue:startJobRun', ['JobName']],
  ['http:invoke', ['ApiEndpoint', 'Method']],
])

/** Whether the service has this action and can be called this way. Of AWS SDK services only the form is known. */
export function isIntegration(resourceType: string, action: string, pattern: CallPattern): boolean {
  if (!resourceType.startsWith('aws-sdk:')) {
    return patternsOf.get(`${resourceType}:${action}`)?.includes(pattern) ?? false
  }
  return /^aws-sdk:[a-z][a-z0-9-]*$/.test(resourceType) && /^[a-z]/.test(action) && callback.includes(pattern)
}
