/** Routes on releases: as they were signed, and what a release file may hold. */
import { z } from 'zod'
import { releaseOf } from './deploy-answers.ts'
import * as answers from './deploy-schemas.ts'
import { json, route } from './route.ts'

const name = z.string().min(1).max(100)

export const releaseRoutes = [
  route({
    method: 'GET',
    path: '/v1/releases/:id',
    verb: 'deploy.read',
    operation: 'releaseDescribe',
    summary: 'One release as it was signed, with its signature.',
    params: z.object({ id: name.meta({ description: 'Id of a release: `20260102T030405Z-0f1e2d3c4b5a`.' }) }),
    answers: { 200: { description: 'The release.', schema: answers.release } },
    run: async ({ dependencies: { deploys }, actor, params: { id } }) =>
      json(200, releaseOf(await deploys.describeRelease(actor, id))),
  }),

  route({
    method: 'GET',
    path: '/v1/release-schemas/:target',
    verb: 'deploy.read',
    operation: 'releaseSchema',
    summary: 'JSON Schema (2020-12) of the release files of a target, for editors.',
    params: z.object({ target: name.meta({ description: 'What a release file calls `target`, such as `process`.' }) }),
    answers: { 200: { description: 'The schema.', schema: z.record(z.string(), z.unknown()) } },
    run: async ({ dependencies: { deploys }, actor, params: { target } }) =>
      json(200, await deploys.describeReleaseSchema(actor, target)),
  }),
]
