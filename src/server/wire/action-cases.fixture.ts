/** Every action of the Step Functions API, called once: the table that `wire.test.ts` plays. */
import { activityArn, executionArn, machineArn } from '../fake-world.ts'
import type { actions } from './actions.ts'
import { tagCases } from './tag-cases.fixture.ts'
import { mapRunCases } from './map-run-cases.fixture.ts'
import { trialCases } from './trial-cases.fixture.ts'
import { versionCases } from './version-cases.fixture.ts'

const versionArn = `${machineArn}:2`
const aliasArn = `${machineArn}:live`
const at = Date.UTC(2026, 0, 1, 12, 0, 0, 459)
const seconds = 1_767_268_800.459
const definition = '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}'
const roleArn = 'arn:aws:iam::123456789012:role/run'

const machine = {
  arn: machineArn,
  name: 'order',
  status: 'ACTIVE',
  definition,
  roleArn,
  type: 'STANDARD',
  createdAt: at,
  updatedAt: at + 1000,
  loggingConfiguration: '{"level":"OFF","includeExecutionData":false}',
  tracingConfiguration: '{"enabled":false}',
  encryptionConfiguration: '{"type":"AWS_OWNED_KEY"}',
  revisionId: 'r2',
  variableReferences: new Map([['A', ['x', 'y']]]),
} as const
const summary = {
  arn: executionArn,
  stateMachineArn: machineArn,
  name: 'run-1',
  startedAt: at,
  redriveCount: 0,
} as const

/** One call of an action: what its verb is asked and answers, and what goes back over the wire. */
export type Case = {
  readonly action: keyof typeof actions
  readonly request: unknown
  readonly verb: string
  readonly asked: readonly unknown[]
  readonly answer: unknown
  readonly response: unknown
}

const described = {
  stateMachineArn: machineArn,
  name: 'order',
  definition,
  roleArn,
  loggingConfiguration: { level: 'OFF', includeExecutionData: false },
  tracingConfiguration: { enabled: false },
  encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
  revisionId: 'r2',
  variableReferences: { A: ['x', 'y'] },
}

export const cases: readonly Case[] = [
  ...versionCases,
  {
    action: 'CreateStateMachine',
    request: {
      name: 'order',
      definition,
      roleArn,
      type: 'EXPRESS',
      publish: true,
      versionDescription: 'first',
      loggingConfiguration: { level: 'OFF', unknown: 1 },
      tags: [{ key: 'team', value: 'a' }, { key: 'bare' }],
    },
    verb: 'createStateMachine',
    asked: [
      {
        name: 'order',
        definition,
        roleArn,
        type: 'EXPRESS',
        publish: true,
        versionDescription: 'first',
        loggingConfiguration: '{"level":"OFF"}',
        tags: [
          { key: 'team', value: 'a' },
          { key: 'bare', value: '' },
        ],
      },
    ],
    answer: { arn: machineArn, createdAt: at, versionArn: `${machineArn}:1` },
    response: { stateMachineArn: machineArn, creationDate: seconds, stateMachineVersionArn: `${machineArn}:1` },
  },
  {
    action: 'UpdateStateMachine',
    request: { stateMachineArn: machineArn, definition },
    verb: 'updateStateMachine',
    asked: [{ arn: machineArn, definition }],
    answer: { updatedAt: at, revisionId: 'r3' },
    response: { updateDate: seconds, revisionId: 'r3' },
  },
  {
    action: 'DeleteStateMachine',
    request: { stateMachineArn: machineArn },
    verb: 'deleteStateMachine',
    asked: [machineArn],
    answer: undefined,
    response: {},
  },
  {
    action: 'DescribeStateMachine',
    request: { stateMachineArn: machineArn },
    verb: 'describeStateMachine',
    asked: [machineArn],
    answer: machine,
    response: { ...described, status: 'ACTIVE', type: 'STANDARD', creationDate: seconds },
  },
  {
    action: 'DescribeStateMachine',
    request: { stateMachineArn: machineArn, includedData: 'METADATA_ONLY' },
    verb: 'describeStateMachine',
    asked: [machineArn],
    answer: { ...machine, revisionId: undefined, variableReferences: new Map() },
    response: {
      ...described,
      definition: '{}',
      revisionId: undefined,
      variableReferences: undefined,
      status: 'ACTIVE',
      type: 'STANDARD',
      creationDate: seconds,
    },
  },
  {
    action: 'DescribeStateMachineForExecution',
    request: { executionArn },
    verb: 'describeStateMachineForExecution',
    asked: [executionArn],
    answer: machine,
    response: { ...described, updateDate: seconds + 1 },
  },
  {
    action: 'ListStateMachines',
    request: { maxResults: 5, nextToken: 'abc' },
    verb: 'listStateMachines',
    asked: [{ limit: 5, cursor: 'abc' }],
    answer: { items: [machine], cursor: 'def' },
    response: {
      stateMachines: [{ stateMachineArn: machineArn, name: 'order', type: 'STANDARD', creationDate: seconds }],
      nextToken: 'def',
    },
  },
  {
    action: 'ValidateStateMachineDefinition',
    request: { definition, severity: 'WARNING', maxResults: 3 },
    verb: 'validateDefinition',
    asked: [{ definition, severity: 'WARNING', limit: 3 }],
    answer: {
      ok: false,
      diagnostics: [{ severity: 'ERROR', code: 'MISSING_END_STATE', message: 'no end' }],
      truncated: false,
    },
    response: {
      result: 'FAIL',
      diagnostics: [{ severity: 'ERROR', code: 'MISSING_END_STATE', message: 'no end' }],
      truncated: false,
    },
  },
  {
    action: 'StartExecution',
    request: { stateMachineArn: machineArn, name: 'run-1', input: '{"a": 1.0}', traceHeader: 'Root=1' },
    verb: 'startExecution',
    asked: [{ stateMachineArn: machineArn, name: 'run-1', input: '{"a": 1.0}', traceHeader: 'Root=1' }],
    answer: { executionArn, startedAt: at },
    response: { executionArn, startDate: seconds },
  },
  {
    action: 'StopExecution',
    request: { executionArn, error: 'E', cause: 'because' },
    verb: 'stopExecution',
    asked: [{ executionArn, error: 'E', cause: 'because' }],
    answer: { stoppedAt: at },
    response: { stopDate: seconds },
  },
  {
    action: 'DescribeExecution',
    request: { executionArn },
    verb: 'describeExecution',
    asked: [executionArn],
    answer: {
      ...summary,
      status: 'SUCCEEDED',
      stoppedAt: at + 500,
      input: '{}',
      output: '[1.0]',
      traceHeader: 'T',
      redriveObstacle: 'Execution is SUCCEEDED and cannot be redriven',
    },
    response: {
      executionArn,
      stateMachineArn: machineArn,
      name: 'run-1',
      status: 'SUCCEEDED',
      startDate: seconds,
      stopDate: seconds + 0.5,
      redriveCount: 0,
      input: '{}',
      inputDetails: { included: true },
      output: '[1.0]',
      outputDetails: { included: true },
      traceHeader: 'T',
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    },
  },
  {
    action: 'DescribeExecution',
    request: { executionArn, includedData: 'METADATA_ONLY' },
    verb: 'describeExecution',
    asked: [executionArn],
    answer: { ...summary, status: 'FAILED', stoppedAt: at, input: '{"secret":1}', error: 'E', cause: 'secret' },
    response: {
      executionArn,
      stateMachineArn: machineArn,
      name: 'run-1',
      status: 'FAILED',
      startDate: seconds,
      stopDate: seconds,
      redriveCount: 0,
      inputDetails: { included: false },
      redriveStatus: 'REDRIVABLE',
    },
  },
  {
    action: 'ListExecutions',
    request: { stateMachineArn: machineArn, statusFilter: 'RUNNING', maxResults: 0 },
    verb: 'listExecutions',
    asked: [{ stateMachineArn: machineArn, status: 'RUNNING', limit: 0 }],
    answer: {
      items: [{ ...summary, status: 'RUNNING', versionArn, aliasArn, redriveCount: 2, redrivenAt: at + 1000 }],
    },
    response: {
      executions: [
        {
          executionArn,
          stateMachineArn: machineArn,
          name: 'run-1',
          status: 'RUNNING',
          startDate: seconds,
          stateMachineVersionArn: versionArn,
          stateMachineAliasArn: aliasArn,
          redriveCount: 2,
          redriveDate: seconds + 1,
        },
      ],
    },
  },
  {
    action: 'GetExecutionHistory',
    request: { executionArn, reverseOrder: true, maxResults: 2 },
    verb: 'getExecutionHistory',
    asked: [{ executionArn, reverse: true, limit: 2 }],
    answer: {
      items: [
        { id: 3, previousEventId: 2, type: 'LambdaFunctionStarted', timestamp: at },
        {
          id: 2,
          previousEventId: 0,
          type: 'TaskStateEntered',
          timestamp: at,
          detailsKey: 'stateEnteredEventDetails',
          details: { name: 'A', input: '{}', inputDetails: { truncated: false } },
        },
      ],
      cursor: 'next',
    },
    response: {
      events: [
        { id: 3, previousEventId: 2, type: 'LambdaFunctionStarted', timestamp: seconds },
        {
          id: 2,
          previousEventId: 0,
          type: 'TaskStateEntered',
          timestamp: seconds,
          stateEnteredEventDetails: { name: 'A', input: '{}', inputDetails: { truncated: false } },
        },
      ],
      nextToken: 'next',
    },
  },
  {
    action: 'GetExecutionHistory',
    request: { executionArn, includeExecutionData: false },
    verb: 'getExecutionHistory',
    asked: [{ executionArn }],
    answer: {
      items: [
        {
          id: 2,
          previousEventId: 1,
          type: 'PassStateExited',
          timestamp: at,
          detailsKey: 'stateExitedEventDetails',
          details: { name: 'A', output: '{}', outputDetails: { truncated: false }, assignedVariables: { x: '1' } },
        },
        {
          id: 3,
          previousEventId: 2,
          type: 'ExecutionFailed',
          timestamp: at,
          detailsKey: 'executionFailedEventDetails',
        },
      ],
    },
    response: {
      events: [
        {
          id: 2,
          previousEventId: 1,
          type: 'PassStateExited',
          timestamp: seconds,
          stateExitedEventDetails: { name: 'A', outputDetails: { truncated: false } },
        },
        { id: 3, previousEventId: 2, type: 'ExecutionFailed', timestamp: seconds, executionFailedEventDetails: {} },
      ],
    },
  },
  {
    action: 'SendTaskSuccess',
    request: { taskToken: 't', output: '{}' },
    verb: 'sendTaskSuccess',
    asked: [{ token: 't', output: '{}' }],
    answer: undefined,
    response: {},
  },
  {
    action: 'SendTaskFailure',
    request: { taskToken: 't', error: 'E' },
    verb: 'sendTaskFailure',
    asked: [{ token: 't', error: 'E' }],
    answer: undefined,
    response: {},
  },
  {
    action: 'SendTaskHeartbeat',
    request: { taskToken: 't' },
    verb: 'sendTaskHeartbeat',
    asked: [{ token: 't' }],
    answer: undefined,
    response: {},
  },
  {
    action: 'CreateActivity',
    request: { name: 'pack', tags: [] },
    verb: 'createActivity',
    asked: [{ name: 'pack', tags: [] }],
    answer: { arn: activityArn, createdAt: at },
    response: { activityArn, creationDate: seconds },
  },
  {
    action: 'DeleteActivity',
    request: { activityArn },
    verb: 'deleteActivity',
    asked: [activityArn],
    answer: undefined,
    response: {},
  },
  {
    action: 'DescribeActivity',
    request: { activityArn },
    verb: 'describeActivity',
    asked: [activityArn],
    answer: { arn: activityArn, name: 'pack', createdAt: at },
    response: {
      activityArn,
      name: 'pack',
      creationDate: seconds,
      encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
    },
  },
  {
    action: 'ListActivities',
    request: {},
    verb: 'listActivities',
    asked: [{}],
    answer: { items: [{ arn: activityArn, name: 'pack', createdAt: at }] },
    response: { activities: [{ activityArn, name: 'pack', creationDate: seconds }] },
  },
  ...tagCases,
  ...trialCases,
  ...mapRunCases,
]
