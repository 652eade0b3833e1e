/** Routes on the audit trail: read it, prove it, take it away. */
import { z } from 'zod'
import type { SealedRecord } from '../../audit/index.ts'
import { Payload } from './json-body.ts'
import { json, route } from './route.ts'
import * as schema from './schemas.ts'

const range = z.strictObject({
  from: schema.wholeNumber.optional().meta({ description: 'First sequence number.' }),
  to: schema.wholeNumber.optional().meta({ description: 'Last sequence number.' }),
})
const text = z.string().min(1).max(2000)

export const trailRoutes = [
  route({
    method: 'GET',
    path: '/v1/trail',
    verb: 'trail.read',
    summary: 'The sealed records of the trail, newest first.',
    query: z.strictObject({
      action: text.optional(),
      actor: text.optional().meta({ description: 'Id of who did it.' }),
      subject: text.optional().meta({ description: 'Id of what it was done to.' }),
      execution: text.optional().meta({ description: 'ARN of the execution it happened in.' }),
      since: schema.timeInQuery.optional(),
      until: schema.timeInQuery.optional(),
      ...schema.page,
    }),
    answers: { 200: { description: 'A page of records.', schema: schema.listOf(schema.trailRecord) } },
    run: async ({ dependencies: { trail }, actor, query: { actor: actorId, subject: subjectId, ...query } }) => {
      const { items, cursor } = await trail.query(actor, { ...query, actorId, subjectId })
      return json(200, { items: items.map(recordOf), cursor })
    },
  }),

  route({
    method: 'GET',
    path: '/v1/trail/verify',
    verb: 'trail.verify',
    summary: 'Walk the hash chain and say where it breaks, if it does.',
    query: range,
    answers: {
      200: {
        description: 'What was found; `ok` false is an answer, not an error.',
        schema: z.object({
          ok: z.boolean(),
          checked: z.int().meta({ description: 'Records walked.' }),
          broken: z.object({ seq: z.int(), reason: z.string() }).optional(),
          unsealed: z.int().meta({ description: 'Records committed but not sealed yet.' }),
          head: z.object({ seq: z.int(), hash: z.string() }).optional(),
        }),
      },
    },
    run: async ({ dependencies: { trail }, actor, query }) => json(200, await trail.verify(actor, query)),
  }),

  route({
    method: 'GET',
    path: '/v1/trail/export',
    verb: 'trail.export',
    summary: 'The trail as JSON lines, oldest first, with what is needed to verify it elsewhere.',
    query: range,
    answers: { 200: { description: 'JSON lines.', contentType: 'application/x-ndjson' } },
    run: async ({ dependencies: { trail }, actor, query }) => ({
      kind: 'lines',
      lines: await trail.exportLines(actor, query),
    }),
  }),
]

const recordOf = (record: SealedRecord): z.output<typeof schema.trailRecord> => ({
  ...record,
  at: schema.timeOf(record.at),
  change: record.change === undefined ? undefined : new Payload(record.change),
})
