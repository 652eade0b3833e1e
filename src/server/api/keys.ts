/** Routes on keys: whose signatures releases may carry. */
import { z } from 'zod'
import { newKeySchema } from '../../deploy/index.ts'
import { keyOf, listedKeyOf } from './deploy-answers.ts'
import * as answers from './deploy-schemas.ts'
import { json, route } from './route.ts'

export const keyRoutes = [
  route({
    method: 'GET',
    path: '/v1/keys',
    verb: 'key.list',
    summary: 'All keys, revoked ones too, oldest first.',
    answers: { 200: { description: 'All of them.', schema: z.object({ items: z.array(answers.listedKey) }) } },
    run: async ({ dependencies: { deploys }, actor }) =>
      json(200, { items: (await deploys.listKeys(actor)).map(listedKeyOf) }),
  }),

  route({
    method: 'POST',
    path: '/v1/keys',
    verb: 'key.add',
    summary: 'Register a public key: from now on releases that it signs are accepted. Adding it again is no error.',
    body: newKeySchema,
    answers: { 201: { description: 'The key.', schema: answers.key } },
    run: async ({ dependencies: { deploys }, actor, body }) => json(201, keyOf(await deploys.addKey(actor, body))),
  }),

  route({
    method: 'POST',
    path: '/v1/keys/:id/revoke',
    verb: 'key.revoke',
    summary: 'Accept nothing more that this key signs. What was accepted stays. Revoking twice is no error.',
    params: z.object({ id: z.string().min(1).max(100).meta({ description: 'Id of a key: 16 hexadecimal digits.' }) }),
    answers: { 204: { description: 'Revoked.' } },
    run: async ({ dependencies: { deploys }, actor, params: { id } }) => {
      await deploys.revokeKey(actor, id)
      return { kind: 'empty', status: 204 }
    },
  }),
]
