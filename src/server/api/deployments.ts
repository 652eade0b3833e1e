/** Routes on deployments: begin one, look at it, watch it, steer it. */
import { z } from 'zod'
import type { RequestEffect } from '../../audit/index.ts'
import {
  compareRequestSchema,
  deployRequestSchema,
  describePlan,
  haltRequestSchema,
  pauseRequestSchema,
  placeSchema,
  planRequestSchema,
  resumeRequestSchema,
} from '../../deploy/index.ts'
import { deploymentOf, explanationOf, sampleOf, summaryOf } from './deploy-answers.ts'
import * as answers from './deploy-schemas.ts'
import { watchDeployment } from './deployment-events.ts'
import { type Payload, payload, plainOf } from './json-body.ts'
import { json, route, type RouteContext } from './route.ts'
import * as schema from './schemas.ts'
import { trafficSample } from './traffic-schemas.ts'

const params = z.object({ id: z.string().min(1).max(100).meta({ description: 'Id of a deployment: `dep_…`.' }) })
const signedDocument = payload('The release file with `createdAt`, as it was signed.').meta({
  examples: [
    {
      project: 'acme/shop',
      config: 'production',
      artifact: { url: 'https://builds.acme.example/shop-42.tgz', sha256: '9f86d081884c7d65…' },
      services: { web: { instances: 3, command: 'node server.js', route: { hosts: ['shop.example.com'] } } },
      createdAt: '2026-01-02T03:04:05Z',
    },
  ],
})

const begunAnswer = {
  201: {
    description: 'Begun, and durable: GET it, or watch its events, for what becomes of it.',
    schema: answers.begun,
  },
}
const toldAnswer = { 202: { description: 'It is told. As it is now.', schema: answers.deploymentSummary } }

const locationOf = (id: string) => ({ location: `/v1/deployments/${id}` })

export const deploymentRoutes = [
  route({
    method: 'POST',
    path: '/v1/deployments',
    verb: 'deploy.start',
    summary: 'Deploy a signed release. The same release is accepted once; an Idempotency-Key makes a repetition safe.',
    body: deployRequestSchema.extend({ release: signedDocument }),
    payloads: ['release'],
    answers: begunAnswer,
    run: async ({ dependencies: { deploys }, actor, body }) => {
      const begun = await deploys.deployRelease(actor, { ...body, release: documentOf(body.release) })
      return json(201, begun, locationOf(begun.id))
    },
    again: begunBefore,
  }),

  route({
    method: 'POST',
    path: '/v1/deployments/plan',
    verb: 'deploy.plan',
    summary: 'What a deployment of this release would do, to the last call, without doing any of it.',
    body: planRequestSchema.extend({ release: signedDocument }),
    payloads: ['release'],
    // Another one each time: it is made for the target as it is.
    keepsAnswer: false,
    answers: { 200: { description: 'The plan.', schema: answers.planAnswer } },
    run: ({ dependencies: { deploys }, actor, body }) => ({
      kind: 'wait',
      run: async (signal) => {
        const request = { ...body, release: documentOf(body.release) }
        const answer = await deploys.planDeployment(actor, request, signal)
        return json(200, { ...answer, text: describePlan(answer.plan, answer.hash) })
      },
    }),
  }),

  route({
    method: 'GET',
    path: '/v1/deployments',
    verb: 'deploy.read',
    operation: 'deploymentList',
    summary: 'The history of a place, or of all of them, newest first.',
    query: z.strictObject({
      ...placeSchema.partial().shape,
      limit: schema.page.limit,
      cursor: schema.wholeNumber.optional().meta({ description: '`cursor` of the answer before, to go on after it.' }),
    }),
    answers: { 200: { description: 'A page of them.', schema: schema.listOf(answers.deploymentSummary) } },
    run: listDeployments,
  }),

  route({
    method: 'GET',
    path: '/v1/deployments/:id',
    verb: 'deploy.read',
    operation: 'deploymentDescribe',
    summary: 'One deployment: where it is, its instances, its traffic, every call.',
    params,
    answers: { 200: { description: 'The deployment.', schema: answers.deployment } },
    run: async ({ dependencies: { deploys }, actor, params: { id } }) =>
      json(200, deploymentOf(await deploys.describeDeployment(actor, id))),
  }),

  route({
    method: 'GET',
    path: '/v1/deployments/:id/plan',
    verb: 'deploy.read',
    operation: 'deploymentPlan',
    summary: 'What it planned, to the last call.',
    params,
    answers: {
      200: { description: 'The plan.', schema: answers.deploymentPlan },
      204: { description: 'It has none yet.' },
    },
    run: async ({ dependencies: { deploys }, actor, params: { id } }) => {
      const planned = await deploys.planOfDeployment(actor, id)
      return planned === undefined ? { kind: 'empty', status: 204 } : json(200, planned)
    },
  }),

  route({
    method: 'GET',
    path: '/v1/deployments/:id/traffic',
    verb: 'deploy.read',
    operation: 'deploymentTraffic',
    summary:
      'Its traffic over its time, old and new version apart: requests, failures, latency. At most 120 pieces, oldest first.',
    params,
    answers: {
      200: { description: 'The pieces.', schema: z.object({ items: z.array(trafficSample).readonly() }) },
    },
    run: async ({ dependencies: { deploys }, actor, params: { id } }) =>
      json(200, { items: (await deploys.trafficOfDeployment(actor, id)).map(sampleOf) }),
  }),

  route({
    method: 'GET',
    path: '/v1/deployments/:id/why',
    verb: 'deploy.read',
    operation: 'deploymentExplain',
    summary: 'Why it is as it is: the diagnosis, who can mend it, the exact next step.',
    params,
    answers: { 200: { description: 'The explanation.', schema: answers.explanation } },
    run: async ({ dependencies: { deploys }, actor, params: { id } }) =>
      json(200, explanationOf(await deploys.explainDeployment(actor, id))),
  }),

  route({
    method: 'GET',
    path: '/v1/deployments/:id/events',
    verb: 'deploy.read',
    operation: 'deploymentWatch',
    summary:
      'The deployment as it goes: a `deployment` event whenever it has changed, then one `end`, each with the whole of it. Resumes after Last-Event-ID.',
    params,
    answers: {
      200: { description: 'Server-sent events.', contentType: 'text/event-stream' },
      204: { description: 'It has ended and everything was sent: do not reconnect.' },
    },
    run: watchDeployment,
  }),

  route({
    method: 'GET',
    path: '/v1/deployments/:id/diff/:other',
    verb: 'deploy.read',
    operation: 'deploymentCompare',
    summary: 'What differs between two deployments: in their release files, and in their plans.',
    params: compareRequestSchema,
    answers: { 200: { description: 'The differences.', schema: answers.comparison } },
    run: async ({ dependencies: { deploys }, actor, params: request }) =>
      json(200, await deploys.compareDeployments(actor, request)),
  }),

  route({
    method: 'POST',
    path: '/v1/deployments/:id/halt',
    verb: 'deploy.halt',
    summary: 'Stop it wherever it is and take back what it did. Halting twice is no error.',
    params,
    body: haltRequestSchema.omit({ id: true }),
    answers: toldAnswer,
    run: async (context) => {
      const { dependencies, actor, params: given, body } = context
      await dependencies.deploys.haltDeployment(actor, { ...body, id: given.id })
      return asItIs(context)
    },
    again: asItIs,
  }),

  route({
    method: 'POST',
    path: '/v1/deployments/:id/pause',
    verb: 'deploy.pause',
    summary: 'Stop it where it is, with the traffic as it is, until it is resumed or halted.',
    params,
    body: pauseRequestSchema.omit({ id: true }),
    answers: toldAnswer,
    run: async (context) => {
      const { dependencies, actor, params: given, body } = context
      await dependencies.deploys.pauseDeployment(actor, { ...body, id: given.id })
      return asItIs(context)
    },
    again: asItIs,
  }),

  route({
    method: 'POST',
    path: '/v1/deployments/:id/resume',
    verb: 'deploy.resume',
    summary: 'Let a paused one go on, where it was or at another state.',
    params,
    body: resumeRequestSchema.omit({ id: true }),
    answers: toldAnswer,
    run: async (context) => {
      const { dependencies, actor, params: given, body } = context
      await dependencies.deploys.resumeDeployment(actor, { ...body, id: given.id })
      return asItIs(context)
    },
    again: asItIs,
  }),

  route({
    method: 'POST',
    path: '/v1/deployments/:id/retry',
    verb: 'deploy.retry',
    summary: 'Try the same signed release again, from the lock on: a new attempt. A paused one is resumed instead.',
    params,
    body: resumeRequestSchema.omit({ id: true }),
    answers: begunAnswer,
    run: async ({ dependencies: { deploys }, actor, params: { id }, body }) => {
      const begun = await deploys.retryDeployment(actor, { ...body, id })
      return json(201, begun, locationOf(begun.id))
    },
    again: begunBefore,
  }),
]

/** The request has begun one, and whoever sent it was never told. One that it only let go on is told as it is. */
async function begunBefore({ dependencies, actor }: Asking, effects: readonly RequestEffect[]) {
  const id = effects.find(({ subject }) => subject.type === 'deployment')?.subject.id
  if (id === undefined) return undefined
  const { releaseId, executionArn } = await dependencies.deploys.describeDeployment(actor, id)
  return json(201, { id, releaseId, executionArn: executionArn ?? '' }, locationOf(id))
}

type Asking = Pick<RouteContext<unknown, unknown, unknown>, 'dependencies' | 'actor'>

/** What was told it may have changed it already; what is answered is what is so now. */
async function asItIs({
  dependencies,
  actor,
  params: { id },
}: RouteContext<{ readonly id: string }, unknown, unknown>) {
  return json(202, summaryOf(await dependencies.deploys.describeDeployment(actor, id)))
}

type HistoryQuery = {
  readonly project?: string | undefined
  readonly config?: string | undefined
  readonly limit?: number | undefined
  readonly cursor?: number | undefined
}

/** The verb answers fewer at once than a page may hold: a page may always be shorter than was asked for. */
const mostAtOnce = 199

async function listDeployments(context: RouteContext<unknown, HistoryQuery, unknown>) {
  const { dependencies, actor, query } = context
  const { limit = 100, cursor: before, ...place } = query
  const size = Math.min(limit, mostAtOnce)
  // One more than is shown: whether it is there tells whether there is a next page.
  const found = await dependencies.deploys.listDeployments(actor, { ...place, before, limit: size + 1 })
  const shown = found.slice(0, size)
  const cursor = found.length > size ? String(shown.at(-1)?.position) : undefined
  return json(200, { items: shown.map(summaryOf), cursor })
}

/** The verb says what is wrong with it, member by member. */
function documentOf(release: Payload): DeployDocument {
  return plainOf(release) as DeployDocument
}
type DeployDocument = z.input<typeof deployRequestSchema>['release']
