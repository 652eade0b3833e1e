/** The actions on Map Runs, each called once. */
import { executionArn, machineArn } from '../fake-world.ts'

const at = Date.UTC(2026, 0, 1, 12, 0, 0, 459)
const seconds = 1_767_268_800.459
const summary = { arn: executionArn, stateMachineArn: machineArn, name: 'run-1', startedAt: at } as const
const mapRunArn = 'arn:aws:states:eu-central-1:123456789012:mapRun:order/each:00000000-0000-4000-8000-000000000000'
const mapRunCounts = {
  pending: 1,
  running: 2,
  succeeded: 3,
  failed: 4,
  timedOut: 5,
  aborted: 6,
  total: 21,
  resultsWritten: 0,
  failuresNotRedrivable: 7,
  pendingRedrive: 8,
}

export const mapRunCases = [
  {
    action: 'ListExecutions',
    request: { mapRunArn, maxResults: 1 },
    verb: 'listExecutions',
    asked: [{ mapRunArn, status: undefined, limit: 1, cursor: undefined }],
    answer: { items: [{ ...summary, status: 'RUNNING', mapRunArn, itemCount: 3, redriveCount: 0 }] },
    response: {
      executions: [
        {
          executionArn,
          stateMachineArn: machineArn,
          name: 'run-1',
          status: 'RUNNING',
          startDate: seconds,
          mapRunArn,
          itemCount: 3,
          redriveCount: 0,
        },
      ],
    },
  },
  {
    action: 'ListExecutions',
    request: { mapRunArn, statusFilter: 'PENDING_REDRIVE', redriveFilter: 'REDRIVEN' },
    verb: 'listExecutions',
    asked: [{ mapRunArn, redriven: true, status: 'PENDING_REDRIVE', limit: undefined, cursor: undefined }],
    answer: { items: [{ ...summary, status: 'PENDING_REDRIVE', mapRunArn, itemCount: 3, redriveCount: 1 }] },
    response: {
      executions: [
        {
          executionArn,
          stateMachineArn: machineArn,
          name: 'run-1',
          status: 'PENDING_REDRIVE',
          startDate: seconds,
          mapRunArn,
          itemCount: 3,
          redriveCount: 1,
        },
      ],
    },
  },
  {
    action: 'DescribeMapRun',
    request: { mapRunArn },
    verb: 'describeMapRun',
    asked: [mapRunArn],
    answer: {
      arn: mapRunArn,
      executionArn,
      stateMachineArn: `${machineArn}/each`,
      status: 'RUNNING',
      startedAt: at,
      maxConcurrency: 5,
      toleratedFailureCount: 1,
      toleratedFailurePercentage: 2.5,
      itemCounts: mapRunCounts,
      executionCounts: mapRunCounts,
      redriveCount: 2,
      redrivenAt: at + 1000,
    },
    response: {
      mapRunArn,
      executionArn,
      status: 'RUNNING',
      startDate: seconds,
      maxConcurrency: 5,
      toleratedFailureCount: 1,
      toleratedFailurePercentage: 2.5,
      itemCounts: mapRunCounts,
      executionCounts: mapRunCounts,
      redriveCount: 2,
      redriveDate: seconds + 1,
    },
  },
  {
    action: 'ListMapRuns',
    request: { executionArn, maxResults: 1 },
    verb: 'listMapRuns',
    asked: [{ executionArn, limit: 1, cursor: undefined }],
    answer: {
      items: [
        { arn: mapRunArn, executionArn, stateMachineArn: `${machineArn}/each`, startedAt: at, stoppedAt: at + 1000 },
      ],
      cursor: 'more',
    },
    response: {
      mapRuns: [
        {
          executionArn,
          mapRunArn,
          stateMachineArn: `${machineArn}/each`,
          startDate: seconds,
          stopDate: seconds + 1,
        },
      ],
      nextToken: 'more',
    },
  },
  {
    action: 'UpdateMapRun',
    request: { mapRunArn, maxConcurrency: 0, toleratedFailurePercentage: 1.5 },
    verb: 'updateMapRun',
    asked: [{ mapRunArn, maxConcurrency: 0, toleratedFailurePercentage: 1.5 }],
    answer: undefined,
    response: {},
  },
] as const
