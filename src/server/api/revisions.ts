/** Routes on the revisions of state machines: who changed what, and what for. */
import { z } from 'zod'
import type { RevisionSummary } from '../../engine/index.ts'
import type { SessionVerbs } from '../session-verbs.ts'
import { machineArnOf, machineParams } from './names.ts'
import { json, route } from './route.ts'
import * as schema from './schemas.ts'

const revisionParams = machineParams.extend({
  revision: z.string().min(1).max(64).meta({ description: 'Id of a revision; `INITIAL` is the first.' }),
})

export const revisionRoutes = [
  route({
    method: 'GET',
    path: '/v1/machines/:machine/revisions',
    verb: 'machine.describe',
    operation: 'machineRevisions',
    summary: 'The revisions of a state machine, the latest first.',
    params: machineParams,
    query: z.strictObject(schema.page),
    answers: { 200: { description: 'A page of them.', schema: schema.listOf(schema.machineRevision) } },
    run: async ({ dependencies: { verbs, platform, sessions }, actor, params, query }) => {
      const stateMachineArn = machineArnOf(platform.account, params.machine)
      const { items, cursor } = await verbs.listRevisions(actor, { stateMachineArn, ...query })
      return json(200, { items: items.map((revision) => revisionOf(revision, sessions)), cursor })
    },
  }),

  route({
    method: 'GET',
    path: '/v1/machines/:machine/revisions/:revision',
    verb: 'machine.describe',
    operation: 'machineRevision',
    summary: 'One revision of a state machine, with its definition.',
    params: revisionParams,
    answers: {
      200: {
        description: 'The revision.',
        schema: schema.machineRevision.extend({ definition: z.string(), roleArn: z.string() }),
      },
    },
    run: async ({ dependencies: { verbs, platform, sessions }, actor, params }) => {
      const stateMachineArn = machineArnOf(platform.account, params.machine)
      const found = await verbs.describeMachineRevision(actor, { stateMachineArn, revisionId: params.revision })
      const { definition, roleArn } = found
      return json(200, { ...revisionOf(found, sessions), definition, roleArn })
    },
  }),
]

/** As a list of machines tells it, too. */
export function revisionOf(
  { number, revisionId = 'INITIAL', createdAt, madeBy, summary, versions }: RevisionSummary,
  sessions: Pick<SessionVerbs, 'nameOf'>,
): z.output<typeof schema.machineRevision> {
  return {
    ...{ number, revisionId, createdAt: schema.timeOf(createdAt), summary, versions: [...versions] },
    madeBy: madeBy === undefined ? undefined : { ...madeBy, name: sessions.nameOf(madeBy) },
  }
}
