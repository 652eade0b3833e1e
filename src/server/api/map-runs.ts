/** Routes on the runs of distributed Maps. */
import { z } from 'zod'
import type { MapRunDescription, MapRunSummary } from '../../engine/index.ts'
import { executionArnOf, executionParams } from './names.ts'
import { json, route } from './route.ts'
import * as schema from './schemas.ts'

const params = z.object({ run: z.string().min(1).max(2000).meta({ description: 'ARN of a map run.' }) })

export const mapRunRoutes = [
  route({
    method: 'GET',
    path: '/v1/executions/:execution/map-runs',
    verb: 'map_run.list',
    summary: 'The map runs of an execution, newest first.',
    params: executionParams,
    query: z.strictObject({ ...schema.page }),
    answers: { 200: { description: 'A page of them.', schema: schema.listOf(schema.mapRunSummary) } },
    run: async ({ dependencies: { verbs, platform }, actor, params: { execution }, query }) => {
      const executionArn = executionArnOf(platform.account, execution)
      const { items, cursor } = await verbs.listMapRuns(actor, { ...query, executionArn })
      return json(200, { items: items.map(summaryOf), cursor })
    },
  }),

  route({
    method: 'GET',
    path: '/v1/map-runs/:run',
    verb: 'map_run.describe',
    summary: 'One map run: how far it is, and what it may do.',
    params,
    answers: { 200: { description: 'The map run.', schema: schema.mapRun } },
    run: async ({ dependencies: { verbs }, actor, params: { run } }) =>
      json(200, describe(await verbs.describeMapRun(actor, run))),
  }),

  route({
    method: 'POST',
    path: '/v1/map-runs/:run/update',
    verb: 'map_run.update',
    summary: 'Change the concurrency or the tolerance of a map run that is under way.',
    params,
    body: z.strictObject({
      maxConcurrency: z.int().min(0).optional(),
      toleratedFailureCount: z.int().min(0).optional(),
      toleratedFailurePercentage: z.number().min(0).max(100).optional(),
    }),
    answers: { 200: { description: 'The map run as it is now.', schema: schema.mapRun } },
    run: async ({ dependencies: { verbs }, actor, params: { run }, body }) => {
      await verbs.updateMapRun(actor, { mapRunArn: run, ...body })
      return json(200, describe(await verbs.describeMapRun(actor, run)))
    },
  }),
]

const summaryOf = (run: MapRunSummary): z.output<typeof schema.mapRunSummary> => ({
  arn: run.arn,
  execution: run.executionArn,
  machine: run.stateMachineArn,
  startedAt: schema.timeOf(run.startedAt),
  stoppedAt: schema.maybeTimeOf(run.stoppedAt),
})

const describe = (run: MapRunDescription): z.output<typeof schema.mapRun> => ({
  ...summaryOf(run),
  status: run.status,
  maxConcurrency: run.maxConcurrency,
  toleratedFailureCount: run.toleratedFailureCount,
  toleratedFailurePercentage: run.toleratedFailurePercentage,
  items: run.itemCounts,
  executions: run.executionCounts,
  redriveCount: run.redriveCount,
  redrivenAt: schema.maybeTimeOf(run.redrivenAt),
  stillReading: run.stillReading,
  error: run.error,
  cause: run.cause,
})
