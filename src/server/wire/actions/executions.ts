/** Actions on executions and their history. */
import type { ExecutionDescription, ExecutionSummary, ExpressDescription } from '../../../engine/index.ts'
import { billingOf, invalidRequest } from '../../../engine/index.ts'
import { action, maybeSeconds, type Response, seconds } from '../action.ts'
import { historyEvent } from '../history.ts'
import * as member from '../members.ts'

const { required } = member

export const executionActions = {
  StartExecution: action(
    'execution.start',
    {
      stateMachineArn: required(member.arn),
      name: member.name,
      input: member.payload,
      traceHeader: member.traceHeader,
    },
    async ({ dependencies: { verbs }, actor }, request) => {
      const { executionArn, startedAt } = await verbs.startExecution(actor, request)
      return { executionArn, startDate: seconds(startedAt) }
    },
  ),

  StartSyncExecution: action(
    'execution.start',
    {
      stateMachineArn: required(member.arn),
      name: member.name,
      input: member.payload,
      traceHeader: member.traceHeader,
      includedData: member.includedData,
    },
    async ({ dependencies: { verbs }, actor }, { includedData, ...request }) => {
      return describeSync(await verbs.startSyncExecution(actor, request), includedData !== 'METADATA_ONLY')
    },
  ),

  StopExecution: action(
    'execution.stop',
    { executionArn: required(member.arn), error: member.errorName, cause: member.cause },
    async ({ dependencies: { verbs }, actor }, request) => {
      const { stoppedAt } = await verbs.stopExecution(actor, request)
      return { stopDate: seconds(stoppedAt) }
    },
  ),

  /** SDKs fill the token by themselves, so a repeated request is told from a second redrive. */
  RedriveExecution: action(
    'execution.redrive',
    { executionArn: required(member.arn), clientToken: member.text({ min: 1, max: 64, pattern: /^[!-~]+$/ }) },
    async ({ dependencies: { verbs }, actor }, request) => {
      const { redrivenAt } = await verbs.redriveExecution(actor, request)
      return { redriveDate: seconds(redrivenAt) }
    },
  ),

  DescribeExecution: action(
    'execution.describe',
    { executionArn: required(member.arn), includedData: member.includedData },
    async ({ dependencies: { verbs }, actor }, request) => {
      const execution = await verbs.describeExecution(actor, request.executionArn)
      return describe(execution, request.includedData !== 'METADATA_ONLY')
    },
  ),

  ListExecutions: action(
    'execution.list',
    {
      stateMachineArn: member.arn,
      statusFilter: member.executionStatus,
      maxResults: member.pageSize,
      nextToken: member.longPageToken,
      mapRunArn: member.longArn,
      redriveFilter: member.oneOf('REDRIVEN', 'NOT_REDRIVEN'),
    },
    async ({ dependencies: { verbs }, actor }, request) => {
      const { items, cursor } = await verbs.listExecutions(actor, {
        ...whatToList(request),
        status: request.statusFilter,
        limit: request.maxResults,
        cursor: request.nextToken,
      })
      return { executions: items.map(listed), nextToken: cursor }
    },
  ),

  GetExecutionHistory: action(
    'execution.history',
    {
      executionArn: required(member.arn),
      maxResults: member.pageSize,
      reverseOrder: member.boolean,
      nextToken: member.pageToken,
      includeExecutionData: member.boolean,
    },
    async ({ dependencies: { verbs }, actor }, request) => {
      const { items, cursor } = await verbs.getExecutionHistory(actor, {
        executionArn: request.executionArn,
        reverse: request.reverseOrder,
        limit: request.maxResults,
        cursor: request.nextToken,
      })
      const withData = request.includeExecutionData ?? true
      return { events: items.map((record) => historyEvent(record, withData)), nextToken: cursor }
    },
  ),
} as const

/** AWS says that the output is included also where there is none. */
function describeSync(execution: ExpressDescription, included: boolean): Response {
  const { startedAt, stoppedAt = startedAt } = execution
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.stateMachineArn,
    name: execution.name,
    startDate: seconds(startedAt),
    stopDate: seconds(stoppedAt),
    status: execution.status,
    error: included ? execution.error : undefined,
    cause: included ? execution.cause : undefined,
    input: included ? execution.input : undefined,
    inputDetails: { included },
    output: included ? execution.output : undefined,
    outputDetails: { included },
    traceHeader: execution.traceHeader,
    billingDetails: billingOf(startedAt, stoppedAt),
  }
}

type ListFilters = {
  readonly stateMachineArn?: string
  readonly mapRunArn?: string
  readonly redriveFilter?: string
  readonly statusFilter?: string
}

/** The executions of one machine or of one map run; the filters on redriving exist for map runs only. */
function whatToList({ stateMachineArn, mapRunArn, redriveFilter, statusFilter }: ListFilters) {
  if ((stateMachineArn === undefined) === (mapRunArn === undefined)) {
    throw invalidRequest('Exactly one of stateMachineArn and mapRunArn must be specified', 'stateMachineArn')
  }
  if (mapRunArn !== undefined) {
    return { mapRunArn, ...(redriveFilter === undefined ? {} : { redriven: redriveFilter === 'REDRIVEN' }) }
  }
  if (redriveFilter !== undefined) {
    throw invalidRequest('redriveFilter can only be specified with mapRunArn', 'redriveFilter')
  }
  if (statusFilter === 'PENDING_REDRIVE') {
    throw invalidRequest('The status PENDING_REDRIVE can only be specified with mapRunArn', 'statusFilter')
  }
  return { stateMachineArn }
}

function summarize(execution: ExecutionSummary): Response {
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.stateMachineArn,
    name: execution.name,
    status: execution.status,
    startDate: seconds(execution.startedAt),
    stopDate: maybeSeconds(execution.stoppedAt),
    stateMachineVersionArn: execution.versionArn,
    stateMachineAliasArn: execution.aliasArn,
    mapRunArn: execution.mapRunArn,
    redriveCount: execution.redriveCount,
    redriveDate: maybeSeconds(execution.redrivenAt),
  }
}

const listed = (execution: ExecutionSummary): Response => ({
  ...summarize(execution),
  itemCount: execution.itemCount,
})

function describe(execution: ExecutionDescription, included: boolean): Response {
  const { output } = execution
  return {
    ...summarize(execution),
    input: included ? execution.input : undefined,
    inputDetails: { included },
    output: included ? output : undefined,
    outputDetails: output === undefined ? undefined : { included },
    error: included ? execution.error : undefined,
    cause: included ? execution.cause : undefined,
    traceHeader: execution.traceHeader,
    ...redrivable(execution),
  }
}

function redrivable({ redriveObstacle, redrivableByMapRun }: ExecutionDescription): Response {
  if (redriveObstacle === undefined) return { redriveStatus: 'REDRIVABLE' }
  if (redrivableByMapRun === true) return { redriveStatus: 'REDRIVABLE_BY_MAP_RUN' }
  return { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: redriveObstacle }
}
