/** Actions on the runs of distributed Maps. */
import type { MapRunSummary } from '../../../engine/index.ts'
import { action, maybeSeconds, type Response, seconds } from '../action.ts'
import * as member from '../members.ts'

const { required } = member

export const mapRunActions = {
  DescribeMapRun: action(
    'map_run.describe',
    { mapRunArn: required(member.longArn) },
    async ({ dependencies: { verbs }, actor }, request) => {
      const run = await verbs.describeMapRun(actor, request.mapRunArn)
      return {
        mapRunArn: run.arn,
        executionArn: run.executionArn,
        status: run.status,
        startDate: seconds(run.startedAt),
        stopDate: maybeSeconds(run.stoppedAt),
        maxConcurrency: run.maxConcurrency,
        toleratedFailurePercentage: run.toleratedFailurePercentage,
        toleratedFailureCount: run.toleratedFailureCount,
        itemCounts: run.itemCounts,
        executionCounts: run.executionCounts,
        redriveCount: run.redriveCount,
        redriveDate: maybeSeconds(run.redrivenAt),
      }
    },
  ),

  ListMapRuns: action(
    'map_run.list',
    { executionArn: required(member.arn), maxResults: member.pageSize, nextToken: member.pageToken },
    async ({ dependencies: { verbs }, actor }, request) => {
      const { items, cursor } = await verbs.listMapRuns(actor, {
        executionArn: request.executionArn,
        limit: request.maxResults,
        cursor: request.nextToken,
      })
      return { mapRuns: items.map(listed), nextToken: cursor }
    },
  ),

  UpdateMapRun: action(
    'map_run.update',
    {
      mapRunArn: required(member.longArn),
      maxConcurrency: member.integer({ min: 0 }),
      toleratedFailurePercentage: member.float({ min: 0, max: 100 }),
      toleratedFailureCount: member.integer({ min: 0 }),
    },
    async ({ dependencies: { verbs }, actor }, request) => {
      await verbs.updateMapRun(actor, request)
      return {}
    },
  ),
} as const

const listed = (run: MapRunSummary): Response => ({
  executionArn: run.executionArn,
  mapRunArn: run.arn,
  stateMachineArn: run.stateMachineArn,
  startDate: seconds(run.startedAt),
  stopDate: maybeSeconds(run.stoppedAt),
})
