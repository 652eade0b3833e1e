/** Routes on locks: who keeps a place closed, or has it under way. */
import { z } from 'zod'
import { breakRequestSchema, lockRequestSchema, placeSchema } from '../../deploy/index.ts'
import { lockOf } from './deploy-answers.ts'
import * as answers from './deploy-schemas.ts'
import { json, route } from './route.ts'

export const lockRoutes = [
  route({
    method: 'GET',
    path: '/v1/locks',
    verb: 'lock.list',
    summary: 'The locks that are held now, of deployments and of people.',
    answers: { 200: { description: 'All of them.', schema: z.object({ items: z.array(answers.lock) }) } },
    run: async ({ dependencies: { deploys }, actor }) =>
      json(200, { items: (await deploys.listLocks(actor)).map(lockOf) }),
  }),

  route({
    method: 'POST',
    path: '/v1/locks',
    verb: 'lock.acquire',
    summary:
      'Close a place against new deployments; one under way goes on. Locking again renews it with the new reason.',
    body: lockRequestSchema,
    answers: { 201: { description: 'The lock.', schema: answers.lock } },
    run: async ({ dependencies: { deploys }, actor, body }) =>
      json(201, lockOf(await deploys.acquireLock(actor, body))),
  }),

  route({
    method: 'POST',
    path: '/v1/locks/release',
    verb: 'lock.release',
    summary: 'Open what you have closed. What is open already stays so.',
    body: placeSchema,
    answers: { 204: { description: 'Open.' } },
    run: async ({ dependencies: { deploys }, actor, body }) => {
      await deploys.releaseLock(actor, body)
      return { kind: 'empty', status: 204 }
    },
  }),

  route({
    method: 'POST',
    path: '/v1/locks/break',
    verb: 'lock.break',
    summary: 'Break a lock that is not your own; kept in the trail with the reason.',
    body: breakRequestSchema,
    answers: { 200: { description: 'What has become of it.', schema: answers.brokenLock } },
    run: async ({ dependencies: { deploys }, actor, body }) => json(200, await deploys.breakLock(actor, body)),
    // It is broken, and whoever sent it was never told whose it was.
    again: async ({ dependencies: { deploys }, actor, body: { project, config } }, effects) => {
      const change = effects.find(({ action }) => action === 'lock.break')?.change
      return change === undefined ? undefined : json(200, await deploys.repeatBreak(actor, { project, config }, change))
    },
  }),
]
