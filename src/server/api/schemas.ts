/** What our own API speaks: the schemas its routes share. Times are RFC 3339 in UTC with milliseconds. */
import { z } from 'zod'
import { payload } from './json-body.ts'
import { logging } from './machine-logging.ts'

export const time = z.iso.datetime().meta({ description: 'RFC 3339, UTC, with milliseconds.' })
export const timeOf = (ms: number): string => new Date(ms).toISOString()
export const maybeTimeOf = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : timeOf(ms))

/** A time in a query: RFC 3339 with any offset → milliseconds. */
export const timeInQuery = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
/** A whole number in a query. */
export const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'a whole number is accepted')
  .transform(Number)

const limit = wholeNumber
  .refine((value) => value >= 1 && value <= 1000, '1 to 1000 is accepted')
  .meta({ description: 'Items in one answer: 1 to 1000. Default 100.' })
const cursor = z.string().min(1).max(4096).meta({ description: '`cursor` of the answer before, to go on after it.' })
export const page = { limit: limit.optional(), cursor: cursor.optional() }

export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), cursor: z.string().optional().meta({ description: 'Absent at the end.' }) })

const tag = z.strictObject({ key: z.string().min(1).max(128), value: z.string().max(256) })
export const tags = z.array(tag).max(50)

export const machineType = z.enum(['STANDARD', 'EXPRESS'])
export const executionStatus = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'])

export const machineRevision = z
  .object({
    number: z.int().meta({ description: '1, 2, 3 … within the machine.' }),
    revisionId: z.string().meta({ description: '`INITIAL` of the first.' }),
    createdAt: time,
    madeBy: z
      .object({
        ...{ type: z.string(), id: z.string(), via: z.string() },
        name: z.string().optional().meta({ description: 'As people know them.' }),
      })
      .optional()
      .meta({ description: 'Absent of revisions from before it was kept: the trail tells.' }),
    summary: z.string().optional().meta({ description: 'What it is for, in the words of who made it.' }),
    versions: z.array(z.int()).meta({ description: 'It was published as these.' }),
  })
  .meta({ id: 'MachineRevision' })

const count = z.int().min(0)

export const machineSummary = z
  .object({
    ...{ arn: z.string(), name: z.string(), type: machineType, createdAt: time },
    lately: z
      .object({
        last: machineRevision,
        running: count,
        succeeded: count.meta({ description: 'Of its last hundred executions; so the next two.' }),
        failed: count.meta({ description: 'Failed or timed out.' }),
        aborted: count,
      })
      .optional()
      .meta({ description: 'With `lately=true`: its last change, and what became of what it ran.' }),
  })
  .meta({ id: 'MachineSummary' })

export const machine = machineSummary
  .omit({ lately: true })
  .extend({
    status: z.enum(['ACTIVE', 'DELETING']),
    updatedAt: time,
    revisionId: z.string().optional().meta({ description: 'Absent for the first revision.' }),
    roleArn: z.string(),
    definition: z.string().meta({ description: 'The state machine, JSON text as it was sent.' }),
    description: z.string().optional().meta({ description: 'Of the version that was asked for.' }),
    logging: logging.optional(),
    tracing: z.boolean(),
    inputSchema: payload('JSON Schema of its input, when it is a procedure.').optional(),
    variableReferences: z.record(z.string(), z.array(z.string())),
  })
  .meta({ id: 'Machine' })

export const machineVersion = z
  .object({ arn: z.string(), version: z.int(), createdAt: time, description: z.string().optional() })
  .meta({ id: 'MachineVersion' })

export const aliasSummary = z
  .object({ arn: z.string(), name: z.string(), createdAt: time })
  .meta({ id: 'AliasSummary' })

const aliasRoute = z.strictObject({ version: z.int().min(1), weight: z.int().min(0).max(100) })
export const aliasRouting = z
  .array(aliasRoute)
  .min(1)
  .max(2)
  .meta({ description: 'One or two versions; their weights sum up to 100.' })

export const alias = aliasSummary
  .extend({ description: z.string().optional(), routing: aliasRouting, updatedAt: time })
  .meta({ id: 'Alias' })

export const diagnostic = z
  .object({
    severity: z.enum(['ERROR', 'WARNING']),
    code: z.string(),
    message: z.string(),
    location: z.string().optional(),
  })
  .meta({ id: 'Diagnostic' })

export const validation = z.object({
  ok: z.boolean(),
  diagnostics: z.array(diagnostic),
  truncated: z.boolean().meta({ description: 'Whether there are more than were asked for.' }),
})

export const executionSummary = z
  .object({
    arn: z.string(),
    machine: z.string().meta({ description: 'ARN of the state machine.' }),
    name: z.string(),
    status: executionStatus,
    startedAt: time,
    stoppedAt: time.optional(),
    error: z.string().optional().meta({ description: 'What it failed with.' }),
    version: z.string().optional().meta({ description: 'ARN of the version it was started with.' }),
    alias: z.string().optional().meta({ description: 'ARN of the alias it was started through.' }),
    redriveCount: z.int().optional().meta({ description: 'Absent of express executions.' }),
    redrivenAt: time.optional().meta({ description: 'Of the last redrive.' }),
    mapRun: z.string().optional().meta({ description: 'ARN of the map run that it carries out items of.' }),
    items: z.int().optional().meta({ description: 'How many items of the map run it was given.' }),
  })
  .meta({ id: 'ExecutionSummary' })

export const execution = executionSummary
  .extend({
    input: payload('What it was started with.'),
    output: payload('What it ended with; absent unless it succeeded.').optional(),
    cause: z.string().optional(),
    traceHeader: z.string().optional(),
    redriveObstacle: z.string().optional().meta({ description: 'Why it cannot be redriven; absent when it can.' }),
    redrivableByMapRun: z
      .literal(true)
      .optional()
      .meta({ description: 'It is a child of a map run, and a redrive of the execution of that run takes it along.' }),
  })
  .meta({ id: 'Execution' })

const mapRunCounts = z
  .object({
    pending: z.int(),
    running: z.int(),
    succeeded: z.int(),
    failed: z.int(),
    timedOut: z.int(),
    aborted: z.int(),
    total: z.int().meta({ description: 'While items are still read: so many as have been started.' }),
    resultsWritten: z.int(),
    failuresNotRedrivable: z
      .int()
      .optional()
      .meta({ description: 'What has failed for good; absent without failures.' }),
    pendingRedrive: z.int().optional().meta({ description: 'What has failed and waits to run again.' }),
  })
  .meta({ id: 'MapRunCounts' })

export const mapRunSummary = z
  .object({
    arn: z.string(),
    execution: z.string().meta({ description: 'ARN of the execution whose distributed Map it is.' }),
    machine: z.string().meta({ description: 'ARN of the machine of its executions: `…:NAME/LABEL`.' }),
    startedAt: time,
    stoppedAt: time.optional(),
  })
  .meta({ id: 'MapRunSummary' })

export const mapRun = mapRunSummary
  .extend({
    status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'ABORTED']),
    maxConcurrency: z.int().meta({ description: '0: as many as the server lets run, which is 10,000.' }),
    toleratedFailureCount: z.int(),
    toleratedFailurePercentage: z.number(),
    items: mapRunCounts,
    executions: mapRunCounts,
    redriveCount: z.int(),
    redrivenAt: time.optional().meta({ description: 'Of the last redrive.' }),
    stillReading: z.literal(true).optional().meta({ description: 'There may be more items than have been counted.' }),
    error: z.string().optional().meta({ description: 'Why it fails, as soon as that is certain.' }),
    cause: z.string().optional(),
  })
  .meta({ id: 'MapRun' })

export const historyEvent = z
  .object({
    id: z.int(),
    previousEventId: z.int(),
    type: z.string(),
    at: time,
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'HistoryEvent', description: 'As AWS Step Functions records it; payloads in `details` are JSON text.' })

export const trailRecord = z
  .object({
    seq: z.int(),
    at: time,
    actor: z.object({
      type: z.string(),
      id: z.string(),
      via: z.string(),
      name: z.string().optional().meta({ description: 'Of the token: as people know them. Not part of the record.' }),
    }),
    action: z.string(),
    subject: z.object({ type: z.string(), id: z.string() }),
    change: payload('What changed.').optional(),
    execution: z.string().optional(),
    eventId: z.int().optional(),
    cause: z.object({ type: z.string(), id: z.string() }).optional(),
    drill: z.string().optional(),
    clockRegress: z.literal(true).optional(),
    prevHash: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'TrailRecord' })
