/**
 * The release file: the one source of types, checks and the JSON Schema that editors read. A deployer adds what an artifact
 * and a service of its kind hold; everything else is the same for all of them. Unknown keys are refused at every level.
 */
import { z } from 'zod'
import type { PlainJson } from '../../audit/index.ts'
import { parseDuration } from '../../base/index.ts'
import { strategySchema } from '../strategy/schemas.ts'

/** Names that may stand in paths, host names and process lists. */
export const nameSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, '1 to 63 lower-case letters, digits and "-", not at the ends')

export const projectSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?\/[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/,
    'org/name, each of lower-case letters, digits and . _ - inside',
  )

/** `30s`, `1m30s`, `2h`, within the bounds. */
export const durationSchema = (least: string, most: string) =>
  z
    .string()
    .max(40)
    .refine((text) => isDurationWithin(text, least, most), `a duration from ${least} to ${most}, such as 30s or 1m30s`)

function isDurationWithin(text: string, least: string, most: string): boolean {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(text)) return false
  const ms = parseDuration(text)
  return ms >= parseDuration(least) && ms <= parseDuration(most)
}

const hookSchema = z.strictObject({
  procedure: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'the name of a procedure: 1 to 64 letters, digits, "-" and "_"')
    .describe('A procedure known to Holdfast, such as migrate. It is given {release, deployment, input}'),
  input: z.json().optional().describe('Handed to the procedure as `input`'),
  timeout: durationSchema('1s', '24h').default('10m').describe('After this the hook has failed'),
})
export type Hook = z.output<typeof hookSchema>

const hookList = z.array(hookSchema).max(20).default([])

export const hooksSchema = z.strictObject({
  before: hookList.describe('Before anything of the new version starts; a database migration belongs here'),
  smoke: hookList.describe('When the new instances are healthy and before they get traffic'),
  after: hookList.describe('When all traffic is on the new version; a failure brings the old one back'),
  onFailure: hookList.describe('When the old version is back; a failure here is only told'),
})
export type HookMoment = keyof z.output<typeof hooksSchema>

export const rollbackSchema = z
  .union([
    z.literal('automatic'),
    z.strictObject({ forwardOnly: z.string().min(1).max(500).describe('Why the former version cannot come back') }),
  ])
  .default('automatic')
  .describe('"automatic", or {"forwardOnly": "why"} for what cannot be undone, such as a migration')

/** What every service has, whatever its deployer. A deployer extends it. */
export const commonServiceSchema = z.strictObject({
  instances: z.int().min(1).max(1000).default(1).describe('How many run'),
  strategy: strategySchema.optional().describe("Instead of the release's strategy"),
  queueWorker: z
    .boolean()
    .default(false)
    .describe('Takes work from a queue: a former version of it is stopped, not kept warm'),
  keepWarm: z
    .boolean()
    .default(true)
    .describe(
      'false: must not run in two versions for long. Once the new version serves, the whole former one is stopped; a rollback starts it anew',
    ),
})
export type CommonService = z.output<typeof commonServiceSchema>

/** What the framework needs of an artifact: how it is told from any other. */
export type CommonArtifact = { readonly sha256?: string | undefined }

/** What a deployer adds to the release file. */
export type ReleaseParts = {
  /** Value of `target` that chooses the deployer. */
  readonly kind: string
  readonly artifact: z.ZodType<CommonArtifact>
  /** `commonServiceSchema.extend({…})`. */
  readonly service: z.ZodType<CommonService>
}

const metadataSchema = z
  .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/), z.string().max(2000))
  .default({})
  .describe('Told, never acted on: commit, author, link')

export function releaseSchemaFor(parts: ReleaseParts) {
  return z.strictObject({
    $schema: z.string().max(500).optional().describe('Where editors find the schema of this file'),
    project: projectSchema.describe('The code base: org/name'),
    config: nameSchema.describe('The environment, such as production'),
    target: z.literal(parts.kind).default(parts.kind).describe('Where it runs'),
    services: z
      .record(nameSchema, parts.service)
      .refine((services) => Object.keys(services).length > 0, 'at least one service')
      .refine((services) => Object.keys(services).length <= 100, 'at most 100 services')
      .describe('Groups of like instances, by name'),
    artifact: parts.artifact.describe('The files of this version'),
    createdAt: z.iso.datetime().describe('When it was signed, in UTC; written by `deploy`'),
    timeout: durationSchema('1s', '48h').default('30m').describe('After this the deploy fails and comes back'),
    metadata: metadataSchema,
    rollback: rollbackSchema,
    hooks: hooksSchema.prefault({}).describe('Procedures to run on the way'),
    strategy: strategySchema.prefault({ kind: 'all-at-once' }).describe('How the traffic moves over'),
  })
}

export type Release = Omit<z.output<ReturnType<typeof releaseSchemaFor>>, 'services' | 'artifact'> & {
  readonly services: Readonly<Record<string, CommonService>>
  readonly artifact: CommonArtifact
}

/** A release file as it came, before it is known what it holds. */
export type ReleaseDocument = Readonly<Record<string, PlainJson>>

/** Taken as it came. A copy would leave out `__proto__`, and what is checked would no longer be what was signed. */
const documentSchema = z.custom<ReleaseDocument>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'a value of type object',
)

/** A release and its signature, as `deploy` sends it. */
export const signedReleaseSchema = z.strictObject({
  release: documentSchema.describe('The release file, with createdAt'),
  signature: z.strictObject({
    key: z
      .string()
      .regex(/^[0-9a-f]{16}$/, 'the id of a key: 16 hexadecimal digits')
      .describe('Which registered key signed'),
    value: z
      .string()
      .regex(/^[A-Za-z0-9+/]{86}==$/, 'an Ed25519 signature in base64')
      .describe('Of the canonical text of the release'),
  }),
})
export type SignedRelease = z.output<typeof signedReleaseSchema>

/** JSON Schema (2020-12) of the release file, for editors. Who writes the file leaves `createdAt` to `deploy`. */
export function releaseJsonSchema(parts: ReleaseParts): object {
  const { required = [], ...schema } = z.toJSONSchema(releaseSchemaFor(parts), { io: 'input', unrepresentable: 'any' })
  return { ...schema, required: required.filter((key) => key !== 'createdAt') }
}
