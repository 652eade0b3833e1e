/** What the engine tells of executions, as our own API says it: times as RFC 3339, payloads as they are. */
import type { z } from 'zod'
import type { ExecutionDescription, ExecutionSummary, HistoryRecord } from '../../engine/index.ts'
import { Payload } from './json-body.ts'
import * as schema from './schemas.ts'

export const summaryOf = (execution: ExecutionSummary): z.output<typeof schema.executionSummary> => ({
  arn: execution.arn,
  machine: execution.stateMachineArn,
  name: execution.name,
  status: execution.status,
  startedAt: schema.timeOf(execution.startedAt),
  stoppedAt: schema.maybeTimeOf(execution.stoppedAt),
  error: execution.error,
  version: execution.versionArn,
  alias: execution.aliasArn,
  redriveCount: execution.redriveCount,
  redrivenAt: schema.maybeTimeOf(execution.redrivenAt),
  mapRun: execution.mapRunArn,
  items: execution.itemCount,
})

export const executionOf = (execution: ExecutionDescription): z.output<typeof schema.execution> => ({
  ...summaryOf(execution),
  input: new Payload(execution.input),
  output: execution.output === undefined ? undefined : new Payload(execution.output),
  cause: execution.cause,
  traceHeader: execution.traceHeader,
  redriveObstacle: execution.redriveObstacle,
  redrivableByMapRun: execution.redrivableByMapRun,
})

export const eventOf = (record: HistoryRecord): z.output<typeof schema.historyEvent> => ({
  id: record.id,
  previousEventId: record.previousEventId,
  type: record.type,
  at: schema.timeOf(record.timestamp),
  details: record.details,
})
