/** Routes on agreeing: who has to, to what, and what is done when it cannot wait. */
import { z } from 'zod'
import {
  breakGlassRequestSchema,
  protectRequestSchema,
  reviewRequestSchema,
  voteRequestSchema,
} from '../../deploy/index.ts'
import { protection } from './approval-schemas.ts'
import { deploymentOf } from './deploy-answers.ts'
import * as answers from './deploy-schemas.ts'
import { json, route, type RouteContext } from './route.ts'

const params = z.strictObject({ id: z.string().min(1).max(100).meta({ description: 'Id of a deployment.' }) })
const told = { 200: { description: 'The deployment as it is now.', schema: answers.deployment } }
const place = z.strictObject({
  project: z.string().min(1).max(200).meta({ description: 'org/name, percent-encoded: `acme%2Fshop`.' }),
  config: z.string().min(1).max(100),
})

export const approvalRoutes = [
  route({
    method: 'POST',
    path: '/v1/deployments/:id/votes',
    verb: 'approval.decide',
    operation: 'deploymentVote',
    summary:
      'Agree to the plan of a deployment that waits for it, or refuse it. Never to what one asked for oneself: a person is one person, whichever token they use.',
    params,
    body: voteRequestSchema.omit({ id: true }),
    answers: told,
    run: async (context) => {
      const { dependencies, actor, params: given, body } = context
      await dependencies.deploys.voteOnDeployment(actor, { ...body, id: given.id })
      return asItIs(context)
    },
    again: asItIs,
  }),

  route({
    method: 'POST',
    path: '/v1/deployments/:id/break-glass',
    verb: 'deploy.break_glass',
    operation: 'deploymentBreakGlass',
    summary: 'Go ahead without approval, in an emergency. It is told everywhere, and waits for somebody else’s look.',
    params,
    body: breakGlassRequestSchema.omit({ id: true }),
    answers: told,
    run: async (context) => {
      const { dependencies, actor, params: given, body } = context
      await dependencies.deploys.breakGlass(actor, { ...body, id: given.id })
      return asItIs(context)
    },
    again: asItIs,
  }),

  route({
    method: 'POST',
    path: '/v1/deployments/:id/review',
    verb: 'approval.decide',
    operation: 'deploymentReview',
    summary: 'Say what was found in a deployment that went ahead without approval; by somebody else than who did so.',
    params,
    body: reviewRequestSchema.omit({ id: true }),
    answers: told,
    run: async (context) => {
      const { dependencies, actor, params: given, body } = context
      await dependencies.deploys.reviewGlass(actor, { ...body, id: given.id })
      return asItIs(context)
    },
    again: asItIs,
  }),

  route({
    method: 'PUT',
    path: '/v1/places/:project/:config/protection',
    verb: 'place.protect',
    summary: 'How many others have to agree to a deployment there; 0: nobody. What has begun keeps what it needed.',
    params: place,
    body: protectRequestSchema.omit({ project: true, config: true }),
    answers: {
      200: { description: 'As it is now.', schema: z.object({ protection: protection.nullable() }) },
    },
    run: async ({ dependencies: { deploys }, actor, params: given, body }) =>
      json(200, { protection: await deploys.protectPlace(actor, { ...body, ...given }) }),
  }),
]

async function asItIs({
  dependencies,
  actor,
  params: { id },
}: RouteContext<{ readonly id: string }, unknown, unknown>) {
  return json(200, deploymentOf(await dependencies.deploys.describeDeployment(actor, id)))
}
