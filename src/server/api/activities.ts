/** Routes on activities: queues of tasks that workers of your own ask for. */
import { z } from 'zod'
import { json, route } from './route.ts'
import * as schema from './schemas.ts'

const activity = z.object({ arn: z.string(), name: z.string(), createdAt: schema.time }).meta({ id: 'Activity' })

type Described = { readonly arn: string; readonly name: string; readonly createdAt: number }
const describe = ({ arn, name, createdAt }: Described) => ({ arn, name, createdAt: schema.timeOf(createdAt) })

export const activityRoutes = [
  route({
    method: 'POST',
    path: '/v1/activities',
    verb: 'activity.create',
    summary: 'Create an activity. The same name again answers the same activity.',
    body: z.strictObject({ name: z.string().min(1).max(80), tags: schema.tags.optional() }),
    answers: { 201: { description: 'It is there.', schema: activity } },
    run: async ({ dependencies: { verbs }, actor, body }) => {
      const { arn, createdAt } = await verbs.createActivity(actor, body)
      return json(201, describe({ arn, name: body.name, createdAt }))
    },
  }),

  route({
    method: 'GET',
    path: '/v1/activities',
    verb: 'activity.list',
    summary: 'List activities.',
    query: z.strictObject(schema.page),
    answers: { 200: { description: 'A page of them.', schema: schema.listOf(activity) } },
    run: async ({ dependencies: { verbs }, actor, query }) => {
      const { items, cursor } = await verbs.listActivities(actor, query)
      return json(200, { items: items.map(describe), cursor })
    },
  }),
]
