/** Routes on executions, their history and its live stream. */
import { z } from 'zod'
import type { ExecutionDescription, ExecutionSummary, HistoryRecord } from '../../engine/index.ts'
import type { StreamEvent } from './event-stream.ts'
import { Payload, payload, printBody } from './json-body.ts'
import { executionArnOf, executionParams, machineArnOf } from './names.ts'
import { json, route, type RouteAnswer, type RouteContext } from './route.ts'
import * as schema from './schemas.ts'

const listQuery = z.strictObject({
  machine: z.string().min(1).max(2000).optional().meta({ description: 'ARN or name of a state machine.' }),
  status: schema.executionStatus.optional(),
  ...schema.page,
})

const searched = z.string().min(1).max(200)

export const executionRoutes = [
  route({
    method: 'POST',
    path: '/v1/executions',
    verb: 'execution.start',
    summary:
      'Start an execution. With an Idempotency-Key and no name, the key decides the name: it never starts twice.',
    body: z.strictObject({
      machine: z
        .string()
        .min(1)
        .max(2000)
        .meta({ description: 'ARN or name of a state machine, a version (`name:7`) or an alias (`name:live`).' }),
      name: z.string().min(1).max(80).optional(),
      input: payload('Default {}.').optional(),
      traceHeader: z.string().max(256).optional(),
    }),
    payloads: ['input'],
    answers: {
      201: {
        description: 'Started.',
        schema: z.object({ arn: z.string(), startedAt: schema.time }),
      },
    },
    run: async ({ dependencies: { verbs, platform }, actor, body, idempotencyKey }) => {
      const { executionArn, startedAt } = await verbs.startExecution(actor, {
        stateMachineArn: machineArnOf(platform.account, body.machine),
        // After a crash the answer may not have been kept; the name still keeps the repeated request from starting another.
        name: body.name ?? (idempotencyKey === undefined ? undefined : `key-${idempotencyKey}`),
        input: body.input?.text,
        traceHeader: body.traceHeader,
      })
      const location = { location: `/v1/executions/${encodeURIComponent(executionArn)}` }
      return json(201, { arn: executionArn, startedAt: schema.timeOf(startedAt) }, location)
    },
  }),

  route({
    method: 'GET',
    path: '/v1/executions',
    verb: 'execution.list',
    summary: 'List executions, newest first.',
    query: listQuery.extend({
      mapRun: z.string().min(1).max(2000).optional().meta({ description: 'ARN of a map run: its executions instead.' }),
      name: searched.optional().meta({ description: 'Text in the name, whatever the case.' }),
      error: searched.optional().meta({ description: 'Text in the error it ended with, whatever the case.' }),
      startedSince: schema.timeInQuery.optional(),
      startedUntil: schema.timeInQuery.optional(),
    }),
    answers: { 200: { description: 'A page of them.', schema: schema.listOf(schema.executionSummary) } },
    run: async ({ dependencies: { verbs, platform }, actor, query: { machine, mapRun, ...query } }) => {
      const stateMachineArn = machine === undefined ? undefined : machineArnOf(platform.account, machine)
      const { items, cursor } = await verbs.listExecutions(actor, { ...query, stateMachineArn, mapRunArn: mapRun })
      return json(200, { items: items.map(summaryOf), cursor })
    },
  }),

  route({
    method: 'POST',
    path: '/v1/express-executions',
    verb: 'execution.start',
    operation: 'runExpressExecution',
    summary: 'Run an express machine and wait for its end, which may take five minutes.',
    keepsAnswer: false,
    body: z.strictObject({
      machine: z.string().min(1).max(2000).meta({ description: 'ARN or name of a state machine of type EXPRESS.' }),
      name: z.string().min(1).max(80).optional(),
      input: payload('Default {}.').optional(),
      traceHeader: z.string().max(256).optional(),
    }),
    payloads: ['input'],
    answers: { 200: { description: 'How it ended.', schema: schema.execution } },
    run: ({ dependencies: { verbs, platform }, actor, body }) => ({
      kind: 'wait',
      run: async () =>
        json(
          200,
          describe(
            await verbs.startSyncExecution(actor, {
              stateMachineArn: machineArnOf(platform.account, body.machine),
              name: body.name,
              input: body.input?.text,
              traceHeader: body.traceHeader,
            }),
          ),
        ),
    }),
  }),

  route({
    method: 'GET',
    path: '/v1/express-executions',
    verb: 'execution.list',
    operation: 'listExpressExecutions',
    summary: 'List express executions, newest first. A synchronous one is there from its end.',
    query: listQuery,
    answers: { 200: { description: 'A page of them.', schema: schema.listOf(schema.executionSummary) } },
    run: async ({ dependencies: { verbs, platform }, actor, query: { machine, ...query } }) => {
      const stateMachineArn = machine === undefined ? undefined : machineArnOf(platform.account, machine)
      const { items, cursor } = await verbs.listExpressExecutions(actor, { ...query, stateMachineArn })
      return json(200, { items: items.map(summaryOf), cursor })
    },
  }),

  route({
    method: 'GET',
    path: '/v1/express-executions/:execution',
    verb: 'execution.describe',
    operation: 'describeExpressExecution',
    summary: 'One express execution by its ARN, with input and output.',
    params: z.strictObject({ execution: z.string().min(1).max(2000).meta({ description: 'Its ARN.' }) }),
    answers: { 200: { description: 'The execution.', schema: schema.execution } },
    run: async ({ dependencies: { verbs }, actor, params }) =>
      json(200, describe(await verbs.describeExpressExecution(actor, params.execution))),
  }),

  route({
    method: 'GET',
    path: '/v1/executions/:execution',
    verb: 'execution.describe',
    summary: 'One execution, with input and output.',
    params: executionParams,
    answers: { 200: { description: 'The execution.', schema: schema.execution } },
    run: async ({ dependencies: { verbs, platform }, actor, params }) =>
      json(200, describe(await verbs.describeExecution(actor, executionArnOf(platform.account, params.execution)))),
  }),

  route({
    method: 'GET',
    path: '/v1/executions/:execution/machine',
    verb: 'execution.describe',
    operation: 'executionMachine',
    summary: 'The state machine as this execution runs it, whatever became of the machine since.',
    params: executionParams,
    answers: {
      200: {
        description: 'The definition.',
        schema: z.object({
          arn: z.string(),
          name: z.string(),
          definition: z.string().meta({ description: 'The state machine, JSON text as it was sent.' }),
        }),
      },
    },
    run: async ({ dependencies: { verbs, platform }, actor, params }) => {
      const executionArn = executionArnOf(platform.account, params.execution)
      const { arn, name, definition } = await verbs.describeStateMachineForExecution(actor, executionArn)
      return json(200, { arn, name, definition })
    },
  }),

  route({
    method: 'GET',
    path: '/v1/executions/:execution/history',
    verb: 'execution.history',
    summary: 'What happened, event by event.',
    params: executionParams,
    query: z.strictObject({
      ...schema.page,
      order: z.enum(['oldest', 'newest']).optional().meta({ description: 'Which come first. Default oldest.' }),
    }),
    answers: { 200: { description: 'A page of events.', schema: schema.listOf(schema.historyEvent) } },
    run: async ({ dependencies: { verbs, platform }, actor, params, query: { order, ...page } }) => {
      const executionArn = executionArnOf(platform.account, params.execution)
      const reverse = order === 'newest'
      const { items, cursor } = await verbs.getExecutionHistory(actor, { executionArn, reverse, ...page })
      return json(200, { items: items.map(eventOf), cursor })
    },
  }),

  route({
    method: 'POST',
    path: '/v1/executions/:execution/stop',
    verb: 'execution.stop',
    summary: 'Stop an execution: its tasks are told, its status becomes ABORTED.',
    params: executionParams,
    body: z.strictObject({ error: z.string().max(256).optional(), cause: z.string().max(32_768).optional() }),
    answers: { 200: { description: 'When it stopped.', schema: z.object({ stoppedAt: schema.time }) } },
    run: async ({ dependencies: { verbs, platform }, actor, params, body }) => {
      const executionArn = executionArnOf(platform.account, params.execution)
      const { stoppedAt } = await verbs.stopExecution(actor, { executionArn, ...body })
      return json(200, { stoppedAt: schema.timeOf(stoppedAt) })
    },
  }),

  route({
    method: 'POST',
    path: '/v1/executions/:execution/redrive',
    verb: 'execution.redrive',
    summary: 'Go on with an execution that failed, timed out or was stopped; what had succeeded is not done again.',
    params: executionParams,
    answers: { 200: { description: 'When it was redriven.', schema: z.object({ redrivenAt: schema.time }) } },
    run: async ({ dependencies: { verbs, platform }, actor, params, idempotencyKey }) => {
      const executionArn = executionArnOf(platform.account, params.execution)
      const clientToken = idempotencyKey?.slice(0, 64)
      const { redrivenAt } = await verbs.redriveExecution(actor, { executionArn, clientToken })
      return json(200, { redrivenAt: schema.timeOf(redrivenAt) })
    },
  }),

  route({
    method: 'POST',
    path: '/v1/executions/:execution/continue',
    verb: 'execution.continue',
    summary:
      'Redrive an execution with another input for the state it ended in, which is entered anew. What had succeeded is not done again.',
    params: executionParams,
    body: z.strictObject({
      input: payload('The input that the state gets instead.'),
      visit: z
        .int()
        .min(1)
        .optional()
        .meta({ description: 'Id of the event that began the stay in the state, where it ended in several at once.' }),
      state: z.string().min(1).max(80).optional().meta({ description: 'Name of the state, where that says it.' }),
    }),
    payloads: ['input'],
    answers: { 200: { description: 'When it was redriven.', schema: z.object({ redrivenAt: schema.time }) } },
    run: async ({ dependencies: { verbs, platform }, actor, params, body, idempotencyKey }) => {
      const { redrivenAt } = await verbs.continueExecution(actor, {
        executionArn: executionArnOf(platform.account, params.execution),
        input: body.input.text,
        visit: body.visit,
        state: body.state,
        clientToken: idempotencyKey?.slice(0, 64),
      })
      return json(200, { redrivenAt: schema.timeOf(redrivenAt) })
    },
  }),

  route({
    method: 'GET',
    path: '/v1/executions/:execution/events',
    verb: 'execution.watch',
    summary:
      'The history as it happens: `history` events whose id is the event’s, then one `end` with the execution. Resumes after Last-Event-ID.',
    params: executionParams,
    query: z.strictObject({
      after: schema.wholeNumber
        .optional()
        .meta({ description: 'Begin after this event id; Last-Event-ID goes before it.' }),
    }),
    answers: {
      200: { description: 'Server-sent events.', contentType: 'text/event-stream' },
      204: { description: 'The execution is closed and everything was sent: do not reconnect.' },
    },
    run: watch,
  }),
]

type WatchContext = RouteContext<{ readonly execution: string }, { readonly after?: number }, unknown>

async function watch({ dependencies, actor, params, query, headers }: WatchContext): Promise<RouteAnswer> {
  const { verbs, platform } = dependencies
  const executionArn = executionArnOf(platform.account, params.execution)
  const resumed = /^\d{1,15}$/.exec(headers['last-event-id'] ?? '')?.[0]
  const afterEventId = resumed === undefined ? query.after : Number(resumed)
  const { status } = await verbs.describeExecution(actor, executionArn)
  if (resumed !== undefined && status !== 'RUNNING') {
    const { items } = await verbs.getExecutionHistory(actor, { executionArn, reverse: true, limit: 1 })
    if ((items[0]?.id ?? 0) <= Number(resumed)) return { kind: 'empty', status: 204 }
  }
  return {
    kind: 'events',
    run: async (send, signal) => {
      for await (const events of verbs.watchExecution(actor, { executionArn, afterEventId }, signal)) {
        for (const event of events) await send(historyEvent(event))
      }
      if (signal.aborted) return
      const execution = await verbs.describeExecution(actor, executionArn)
      // The engine may be stopping: then the reader comes back, and finds the execution where it went on.
      if (execution.status !== 'RUNNING') await send({ event: 'end', data: printBody(describe(execution)) })
    },
  }
}

const historyEvent = (record: HistoryRecord): StreamEvent => ({
  id: String(record.id),
  event: 'history',
  data: printBody(eventOf(record)),
})

const summaryOf = (execution: ExecutionSummary): z.output<typeof schema.executionSummary> => ({
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

const describe = (execution: ExecutionDescription): z.output<typeof schema.execution> => ({
  ...summaryOf(execution),
  input: new Payload(execution.input),
  output: execution.output === undefined ? undefined : new Payload(execution.output),
  cause: execution.cause,
  traceHeader: execution.traceHeader,
  redriveObstacle: execution.redriveObstacle,
  redrivableByMapRun: execution.redrivableByMapRun,
})

const eventOf = (record: HistoryRecord): z.output<typeof schema.historyEvent> => ({
  id: record.id,
  previousEventId: record.previousEventId,
  type: record.type,
  at: schema.timeOf(record.timestamp),
  details: record.details,
})
