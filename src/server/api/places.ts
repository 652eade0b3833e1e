/** Routes on places: what serves each project and config. */
import { z } from 'zod'
import { placeSchema } from '../../deploy/index.ts'
import { placeStatusOf, pointerOf } from './deploy-answers.ts'
import * as answers from './deploy-schemas.ts'
import { json, route } from './route.ts'

export const placeRoutes = [
  route({
    method: 'GET',
    path: '/v1/places',
    verb: 'deploy.read',
    operation: 'placeList',
    summary: 'Every place that ever had a release in charge, by name.',
    answers: { 200: { description: 'All of them.', schema: z.object({ items: z.array(answers.pointer) }) } },
    run: async ({ dependencies: { deploys }, actor }) =>
      json(200, { items: (await deploys.listPlaces(actor)).map(pointerOf) }),
  }),

  route({
    method: 'GET',
    path: '/v1/places/:project/:config',
    verb: 'deploy.read',
    operation: 'placeStatus',
    summary: 'What serves a place, what stands warm, what is under way, who has closed it.',
    params: z.object({
      project: placeSchema.shape.project.meta({ description: 'org/name, percent-encoded: `acme%2Fshop`.' }),
      config: placeSchema.shape.config,
    }),
    query: z.object({
      live: z.enum(['true', 'false']).optional().meta({
        description: 'true: its hosts are asked how each instance is now, for at most four seconds. Default: false.',
      }),
    }),
    answers: {
      200: {
        description: 'The place; with nothing in it when nothing was ever deployed.',
        schema: answers.placeStatus,
      },
    },
    run: async ({ dependencies: { deploys }, actor, params, query }) => {
      if (query.live !== 'true') return json(200, placeStatusOf(await deploys.statusOfPlace(actor, params)))
      const run = async (signal: AbortSignal) =>
        json(200, placeStatusOf(await deploys.lookAtPlace(actor, params, signal)))
      return { kind: 'wait', run }
    },
  }),
]
