/** The routes that try a single state, and a whole machine with mocks. */
import { z } from 'zod'
import type { TestedState } from '../../engine/index.ts'
import { type CaseResult, testCase } from '../../rehearsal/index.ts'
import { check } from './check.ts'
import { Payload, payload, plainOf } from './json-body.ts'
import { json, route } from './route.ts'
import { defaultRole, machineDefinition } from './machines.ts'
import * as schema from './schemas.ts'

const count = z.int().min(0)
const name = z.string().min(1).max(80)
const value = payload('')

const inspection = z
  .object({
    input: value,
    afterInputPath: value.optional(),
    afterParameters: value.optional(),
    afterArguments: value.optional(),
    afterItemsPath: value.optional(),
    afterItemsPointer: value.optional(),
    afterItemBatcher: value.optional(),
    afterItemSelector: value.optional(),
    result: value.optional(),
    afterResultSelector: value.optional(),
    afterResultPath: value.optional(),
    maxConcurrency: z.number().optional(),
    toleratedFailureCount: z.number().optional(),
    toleratedFailurePercentage: z.number().optional(),
    variables: value.optional().meta({ description: 'After the state.' }),
    request: z
      .object({
        ...{ protocol: z.string(), method: z.string(), url: z.string(), headers: z.string() },
        body: z.string().optional(),
      })
      .optional()
      .meta({
        description: 'What an HTTP task has sent; what its connection adds is left out unless it is to be revealed.',
      }),
    response: z
      .object({
        ...{ protocol: z.string(), statusCode: z.string(), statusMessage: z.string() },
        ...{ headers: z.string(), body: z.string() },
      })
      .optional()
      .meta({ description: 'What came back.' }),
    errorDetails: z
      .union([
        z.object({ catchIndex: count }),
        z.object({ retryIndex: count, retryBackoffIntervalSeconds: z.number() }),
      ])
      .optional(),
  })
  .meta({ id: 'Inspection' })

const tested = z
  .object({
    status: z.enum(['SUCCEEDED', 'FAILED', 'RETRIABLE', 'CAUGHT_ERROR']),
    output: value.optional(),
    error: z.string().optional(),
    cause: z.string().optional(),
    nextState: z.string().optional(),
    inspection,
  })
  .meta({ id: 'TestedState' })

const call = { state: z.string(), input: z.string().meta({ description: 'JSON text.' }) }

const rehearsed = z
  .object({
    status: z
      .enum(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'RUNNING'])
      .meta({ description: '`RUNNING`: nothing will ever happen any more, for what is left waits for an answer.' }),
    output: z.string().optional().meta({ description: 'JSON text.' }),
    error: z.string().optional(),
    cause: z.string().optional(),
    elapsedMs: count.meta({ description: 'Of virtual time.' }),
    path: z.array(z.string()).meta({ description: 'The states in the order in which they were entered.' }),
    calls: z.array(z.object({ ...call, attempt: count })),
    unanswered: z.array(z.object({ ...call, reason: z.string() })).meta({ description: 'Tasks without a mock.' }),
    differences: z
      .array(z.object({ what: z.string(), expected: z.string(), actual: z.string() }))
      .meta({ description: 'What is not as the case expects; empty without expectations.' }),
    events: z.array(schema.historyEvent),
  })
  .meta({ id: 'Rehearsed' })

const rehearsalCase = testCase.extend({
  name: testCase.shape.name.default('unnamed'),
  expect: testCase.shape.expect.optional(),
})

const textOf = (given: Payload | undefined): string | undefined => given?.text

export const trialRoutes = [
  route({
    method: 'POST',
    path: '/v1/states/test',
    verb: 'state.test',
    summary:
      'Try one state: its output, or how it fails, and what it computes on the way. A Task without a mock is called.',
    keepsAnswer: false,
    body: z.strictObject({
      definition: machineDefinition.meta({
        description: 'One state, or with `state` a whole state machine: JSON text.',
      }),
      state: name.optional().meta({ description: 'Which state of the machine.' }),
      roleArn: z.string().min(1).max(256).default(defaultRole),
      input: payload('Default {}.').optional(),
      variables: payload('An object: the variables and their values.').optional(),
      context: payload('An object: the context object; without it one is made up.').optional(),
      result: payload('What its task, branches or iterations are taken to come to.').optional(),
      failure: z
        .strictObject({ error: z.string().max(256).optional(), cause: z.string().max(32_768).optional() })
        .optional()
        .meta({ description: 'Instead of a result: how they are taken to fail.' }),
      validation: z
        .enum(['STRICT', 'PRESENT', 'NONE'])
        .optional()
        .meta({ description: 'How the result is compared with the API that the task calls. Default STRICT.' }),
      revealSecrets: z
        .boolean()
        .optional()
        .meta({ description: 'Whether the request shows what the connection of an HTTP task adds.' }),
      retries: count.optional().meta({ description: 'How often it was retried already.' }),
      failedState: name.optional().meta({ description: 'The state within a Map or Parallel that failed.' }),
      failedIterations: count.optional(),
      items: payload('What the ItemReader of a Map would have read.').optional(),
    }),
    payloads: ['input', 'variables', 'context', 'result', 'items'],
    answers: { 200: { description: 'What became of it.', schema: tested } },
    run: async ({ dependencies: { verbs }, actor, body }) => {
      const { definition, state, roleArn, result, failure, validation } = body
      const isMocked = result !== undefined || failure !== undefined
      const answer = await verbs.testState(actor, {
        definition,
        stateName: state,
        roleArn,
        input: textOf(body.input),
        variables: textOf(body.variables),
        context: textOf(body.context),
        revealSecrets: body.revealSecrets,
        mock: isMocked ? { result: textOf(result), errorOutput: failure, fieldValidationMode: validation } : undefined,
        stateConfiguration: {
          retrierRetryCount: body.retries,
          errorCausedByState: body.failedState,
          mapIterationFailureCount: body.failedIterations,
          mapItemReaderData: textOf(body.items),
        },
      })
      return json(200, testedOf(answer))
    },
  }),

  route({
    method: 'POST',
    path: '/v1/machines/rehearse',
    verb: 'machine.rehearse',
    summary: 'Run a definition in virtual time, with mocks for its tasks: nothing is stored, called or waited for.',
    keepsAnswer: false,
    body: z.strictObject({
      definition: machineDefinition.meta({ description: 'The whole state machine: JSON text. It need not be stored.' }),
      type: schema.machineType.optional(),
      case: payload('A case as in a file of `holdfast asl test`, whose name and expectations may be missing.'),
    }),
    payloads: ['case'],
    answers: { 200: { description: 'What came of it.', schema: rehearsed } },
    run: async ({ dependencies: { verbs }, actor, body }) => {
      const { expect, ...given } = check(rehearsalCase, plainOf(body.case), 'body')
      const result = await verbs.rehearseMachine(actor, {
        definition: body.definition,
        ...(body.type === undefined ? {} : { type: body.type }),
        testCase: { ...given, expect: expect ?? {} },
      })
      return json(200, rehearsedOf(result, expect !== undefined))
    },
  }),
]

function rehearsedOf(
  { simulation, differences, unanswered }: CaseResult,
  isJudged: boolean,
): z.output<typeof rehearsed> {
  const { status, output, error, cause, elapsedMs, path, calls, history } = simulation
  return {
    ...{ status: statusWords[status], output, error, cause, elapsedMs, path: [...path] },
    calls: calls.map(({ stateName, input, attempt }) => ({ state: stateName, input, attempt })),
    unanswered: unanswered.map(({ stateName, input, reason }) => ({ state: stateName, input, reason })),
    differences: isJudged ? [...differences] : [],
    events: history.map(({ timestamp, ...event }) => ({ ...event, at: schema.timeOf(timestamp) })),
  }
}

const statusWords = {
  running: 'RUNNING',
  succeeded: 'SUCCEEDED',
  failed: 'FAILED',
  timed_out: 'TIMED_OUT',
  aborted: 'ABORTED',
} as const satisfies Record<CaseResult['simulation']['status'], string>

function testedOf({ output, inspection, ...rest }: TestedState): z.output<typeof tested> {
  const { input, variables, fields, numbers, errorDetails, request, response } = inspection
  const payloads = Object.entries(fields).map(([field, text]) => [field, new Payload(text)] as const)
  return {
    ...rest,
    output: maybePayload(output),
    inspection: {
      input: new Payload(input),
      ...Object.fromEntries(payloads),
      ...numbers,
      variables: maybePayload(variables),
      errorDetails,
      request,
      response,
    },
  }
}

const maybePayload = (text: string | undefined): Payload | undefined =>
  text === undefined ? undefined : new Payload(text)
