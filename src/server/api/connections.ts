/** Routes on connections: how HTTP tasks prove who they are. No answer ever holds a secret. */
import { z } from 'zod'
import { type ListedConnection, listedConnectionSchema, newConnectionSchema } from '../../connection/index.ts'
import { json, route } from './route.ts'
import * as schema from './schemas.ts'

const connection = listedConnectionSchema
  .extend({ changedAt: schema.time.optional().meta({ description: 'Absent of one of the configuration.' }) })
  .meta({ id: 'Connection' })

const params = z.strictObject({ name: z.string().min(1).max(64) })

export const connectionRoutes = [
  route({
    method: 'GET',
    path: '/v1/connections',
    verb: 'connection.list',
    summary: 'All connections by name, those of the configuration too, without their secrets.',
    answers: { 200: { description: 'All of them.', schema: z.object({ items: z.array(connection) }) } },
    run: async ({ dependencies: { connections }, actor }) =>
      json(200, { items: (await connections.listConnections(actor)).map(connectionOf) }),
  }),

  route({
    method: 'POST',
    path: '/v1/connections',
    verb: 'connection.add',
    summary:
      'Add a connection, or with `replace` give it other secrets or hosts. It is sealed, and its secrets are never shown.',
    body: newConnectionSchema,
    answers: { 201: { description: 'The connection, without its secrets.', schema: connection } },
    run: async ({ dependencies: { connections }, actor, body }) =>
      json(201, connectionOf(await connections.addConnection(actor, body))),
    again: async ({ dependencies: { connections }, actor, body: { name } }) => {
      const added = (await connections.listConnections(actor)).find((one) => one.name === name)
      return added && json(201, connectionOf(added))
    },
  }),

  route({
    method: 'DELETE',
    path: '/v1/connections/:name',
    verb: 'connection.remove',
    summary: 'Remove a connection and its secrets. One of the configuration is removed there.',
    params,
    answers: { 204: { description: 'Removed.' } },
    run: async ({ dependencies: { connections }, actor, params: { name } }) => {
      await connections.removeConnection(actor, name)
      return { kind: 'empty', status: 204 }
    },
    again: async () => ({ kind: 'empty', status: 204 }),
  }),
]

const connectionOf = ({ changedAt, ...rest }: ListedConnection): z.output<typeof connection> => ({
  ...rest,
  changedAt: schema.maybeTimeOf(changedAt),
})
