/** The route that goes back: its own, because it is about a place and not about one deployment. */
import { rollbackRequestSchema } from '../../deploy/index.ts'
import * as answers from './deploy-schemas.ts'
import { json, route } from './route.ts'

export const rollbackRoutes = [
  route({
    method: 'POST',
    path: '/v1/rollbacks',
    verb: 'deploy.rollback',
    summary:
      'Bring the former release of a place back, or any release of its history. A deployment under way is halted instead.',
    body: rollbackRequestSchema,
    answers: {
      200: {
        description: 'The deployment under way is halted: the former release serves.',
        schema: answers.rollbackAnswer,
      },
      201: { description: 'Begun: a deployment that goes back.', schema: answers.rollbackAnswer },
    },
    run: async ({ dependencies: { deploys }, actor, body }) => {
      const answer = await deploys.rollBack(actor, body)
      return json(answer.outcome === 'halted' ? 200 : 201, answer, { location: `/v1/deployments/${answer.deployment}` })
    },
  }),
]
