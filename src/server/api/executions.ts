/** Routes on executions, their history and its live stream. */
import { z } from 'zod'
import { eventOf, executionOf, summaryOf } from './execution-answers.ts'
import { watchExecution } from './execution-events.ts'
import { payload } from './json-body.ts'
import { executionArnOf, executionParams, machineArnOf } from './names.ts'
import { json, route } from './route.ts'
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
      input: searched.optional().meta({
        description:
          'Text in the JSON of the input it was started with, whatever the case: in its first 65,536 characters.',
      }),
      startedSince: schema.timeInQuery.optional(),
      startedUntil: schema.timeInQuery.optional(),
    }),
    answers: {
      200: {
        description: 'A page of them.',
        schema: schema.listOf(schema.executionSummary).extend({
          searched: z.int().optional().meta({
            description: 'Text was looked for in so many of the newest only: the cursor goes on behind them.',
          }),
        }),
      },
    },
    run: async ({ dependencies: { verbs, platform }, actor, query: { machine, mapRun, ...query } }) => {
      const stateMachineArn = machine === undefined ? undefined : machineArnOf(platform.account, machine)
      const page = await verbs.listExecutions(actor, { ...query, stateMachineArn, mapRunArn: mapRun })
      return json(200, { ...page, items: page.items.map(summaryOf) })
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
          executionOf(
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
      json(200, executionOf(await verbs.describeExpressExecution(actor, params.execution))),
  }),

  route({
    method: 'GET',
    path: '/v1/executions/:execution',
    verb: 'execution.describe',
    summary: 'One execution, with input and output.',
    params: executionParams,
    answers: { 200: { description: 'The execution.', schema: schema.execution } },
    run: async ({ dependencies: { verbs, platform }, actor, params }) =>
      json(200, executionOf(await verbs.describeExecution(actor, executionArnOf(platform.account, params.execution)))),
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
    run: watchExecution,
  }),
]
