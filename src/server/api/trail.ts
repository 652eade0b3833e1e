/** Routes on the audit trail: read it, prove it, take it away. */
import { z } from 'zod'
import { type Action, actions, type SealedRecord, type Verification } from '../../audit/index.ts'
import { serverError } from '../errors.ts'
import { Payload } from './json-body.ts'
import { json, route } from './route.ts'
import * as schema from './schemas.ts'
import { watchChanges } from './trail-changes.ts'

const range = z.strictObject({
  from: schema.wholeNumber.optional().meta({ description: 'First sequence number.' }),
  to: schema.wholeNumber.optional().meta({ description: 'Last sequence number.' }),
})
const text = z.string().min(1).max(2000)

const verification = z.object({
  ok: z.boolean(),
  broken: z
    .object({ seq: z.int(), reason: z.string(), detail: z.string() })
    .optional()
    .meta({ description: 'The first place that does not hold.' }),
  from: z.int(),
  to: z.int(),
  checked: z.int().meta({ description: 'Records walked.' }),
  checkedHeads: z.int().meta({ description: 'Signed statements about the chain that were checked.' }),
  signedThrough: z.int().meta({ description: 'The last record that a good signature covers.' }),
  prunedThrough: z.int().meta({ description: 'Everything up to here was pruned, as a signed cut says.' }),
  unsealed: z.int().meta({ description: 'Records committed but not sealed yet.' }),
  oldestUnsealedAt: schema.time.optional(),
})

export const trailRoutes = [
  route({
    method: 'GET',
    path: '/v1/trail',
    verb: 'trail.read',
    summary: 'The sealed records of the trail, newest first.',
    query: z.strictObject({
      action: z.enum(Object.keys(actions) as [Action, ...Action[]]).optional(),
      actor: text.optional().meta({ description: 'Id or name of who did it.' }),
      text: text.optional().meta({
        description:
          'In its action, ids or change. Some thousand records are gone through for each answer: there may be none in it, and a `cursor` all the same.',
      }),
      subject: text.optional().meta({ description: 'Id of what it was done to.' }),
      execution: text.optional().meta({ description: 'ARN of the execution it happened in.' }),
      since: schema.timeInQuery.optional(),
      until: schema.timeInQuery.optional(),
      ...schema.page,
    }),
    answers: { 200: { description: 'A page of records.', schema: schema.listOf(schema.trailRecord) } },
    run: ({ dependencies: { trail, sessions }, query: { actor, subject, ...query } }) => {
      const actors = actor === undefined ? undefined : [actor, ...sessions.actorsNamed(actor)]
      const { items, cursor } = trail.query({ ...query, actors, subject: byId(subject) })
      return json(200, { items: items.map((record) => recordOf(record, sessions.nameOf(record.actor))), cursor })
    },
  }),

  route({
    method: 'GET',
    path: '/v1/trail/records/:seq',
    verb: 'trail.read',
    operation: 'trailRecord',
    summary: 'One sealed record with its neighbours in the chain.',
    params: z.object({ seq: schema.wholeNumber.meta({ description: 'Sequence number.' }) }),
    answers: {
      200: {
        description: 'The record.',
        schema: z.object({
          record: schema.trailRecord,
          before: schema.trailRecord.optional().meta({ description: 'Absent of the first, and where it was pruned.' }),
          after: schema.trailRecord.optional().meta({ description: 'Absent of the last that is sealed.' }),
        }),
      },
    },
    run: ({ dependencies: { trail, sessions }, params: { seq } }) => {
      const { items } = trail.query({ cursor: `t${seq + 2}`, limit: 3 })
      const find = (wanted: number) => {
        const found = items.find((record) => record.seq === wanted)
        return found === undefined ? undefined : recordOf(found, sessions.nameOf(found.actor))
      }
      const record = find(seq)
      if (record === undefined) throw noRecord(seq)
      return json(200, { record, before: find(seq - 1), after: find(seq + 1) })
    },
  }),

  route({
    method: 'GET',
    path: '/v1/trail/changes',
    verb: 'trail.follow',
    operation: 'trailChanges',
    summary:
      'What is acted on, as it happens: `changes` events, some a second at most, with the actions and the things they were done to. After Last-Event-ID the first one says whether to read anew.',
    answers: { 200: { description: 'Server-sent events.', contentType: 'text/event-stream' } },
    run: watchChanges,
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
        schema: verification,
      },
    },
    run: async ({ dependencies: { trail }, query }) => json(200, verificationOf(await trail.verify(query))),
  }),

  route({
    method: 'GET',
    path: '/v1/trail/export',
    verb: 'trail.export',
    summary:
      'The trail as JSON lines, oldest first; then the key, and the signed statements that prove it. `holdfast audit verify --file` reads it without a server.',
    query: range,
    answers: { 200: { description: 'JSON lines.', contentType: 'application/x-ndjson' } },
    run: ({ dependencies: { trail }, query }) => ({ kind: 'lines', lines: trail.exportWithProof(query) }),
  }),
]

const noRecord = (seq: number) =>
  serverError('api.record_missing', `There is no sealed record ${seq}`, {
    place: 'seq',
    accepted: 'the number of a record that is sealed and not pruned',
  })

const byId = (id: string | undefined): { readonly id: string } | undefined => (id === undefined ? undefined : { id })

const verificationOf = (found: Verification): z.output<typeof verification> => ({
  ok: found.ok,
  broken: found.broken,
  from: found.from,
  to: found.to,
  checked: found.checkedRecords,
  checkedHeads: found.checkedHeads,
  signedThrough: found.signedThrough,
  prunedThrough: found.prunedThrough,
  unsealed: found.unsealedRecords,
  oldestUnsealedAt: schema.maybeTimeOf(found.oldestUnsealedAt),
})

const recordOf = (record: SealedRecord, name: string | undefined): z.output<typeof schema.trailRecord> => ({
  ...record,
  actor: { ...record.actor, ...(name === undefined ? {} : { name }) },
  at: schema.timeOf(record.at),
  change: record.change === undefined ? undefined : new Payload(record.change),
})
