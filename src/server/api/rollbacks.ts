/** The route that goes back: its own, because it is about a place and not about one deployment. */
import { type RollbackAnswer, rollbackRequestSchema } from '../../deploy/index.ts'
import * as answers from './deploy-schemas.ts'
import { json, route, type RouteAnswer } from './route.ts'

const answered = (answer: RollbackAnswer): RouteAnswer =>
  json(answer.outcome === 'halted' ? 200 : 201, answer, { location: `/v1/deployments/${answer.deployment}` })

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
      return answered(answer)
    },
    // It has begun one, or halted one, and whoever sent it was never told.
    again: async ({ dependencies: { deploys }, actor }, effects) => {
      const effect =
        effects.find(({ action }) => action === 'deploy.start') ??
        effects.find(({ action }) => action === 'deploy.halt')
      if (effect === undefined) return undefined
      const { id, kind, releaseId } = await deploys.describeDeployment(actor, effect.subject.id)
      const outcome = effect.action === 'deploy.halt' || kind === 'deploy' ? 'halted' : kind
      return answered({ outcome, deployment: id, releaseId })
    },
  }),
]
