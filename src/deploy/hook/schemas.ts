/** What the built-in hooks take: the one source of their types, checks and documents. */
import { z } from 'zod'
import { durationSchema, nameSchema } from '../release/schemas.ts'

const text = z.string().min(1).max(65_536)
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and "_", not beginning with a digit')
const reference = z.string().regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/.+)$/, '"env:NAME" or "file:/path" of the host')

const commandMembers = {
  command: z
    .union([text, z.array(z.string().max(65_536)).min(1).max(1000)])
    .describe('A line for the shell, or words that are run as they are'),
  folder: z.string().max(1000).default('').describe('Where in the working copy of the release'),
  environment: z.record(variable, z.string().max(131_072)).default({}),
  secrets: z.record(variable, reference).default({}).describe('Resolved on the host, masked in what is shown'),
  service: nameSchema.optional().describe('Whose data folder it finds in $HOLDFAST_DATA'),
  user: z.string().max(32).optional().describe('Who runs it, where the agent is root'),
  timeout: durationSchema('1s', '24h').default('10m').describe('Then it is killed, and has failed'),
  repeatable: z
    .boolean()
    .default(false)
    .describe(
      'It may be run twice: one whose agent ended in the middle is begun again instead of being left to a person',
    ),
}

export const runCommandInput = z.strictObject({
  ...commandMembers,
  on: z.enum(['one', 'each']).default('one').describe('On one host, or on each that has the release'),
})

/** A migration runs once, wherever the release has come to. */
export const migrateInput = z.strictObject({
  ...commandMembers,
  command: commandMembers.command.default('npm run migrate'),
})

const requestSchema = z.strictObject({
  path: z
    .string()
    .max(2000)
    .regex(/^\/[\x21-\x7e]*$/, 'a path beginning with "/"')
    .default('/'),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('GET'),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,100}$/), z.string().max(4000)).default({}),
  body: z.string().max(1_048_576).optional(),
  status: z
    .union([z.int().min(100).max(599), z.tuple([z.int().min(100).max(599), z.int().min(100).max(599)])])
    .default([200, 299])
    .describe('The status that is right, or the lowest and the highest'),
  contains: z.string().min(1).max(10_000).optional().describe('The body holds this text'),
  timeout: durationSchema('100ms', '5m').default('5s'),
})
export type SmokeRequest = z.output<typeof requestSchema>

export const smokeInput = z.strictObject({
  requests: z.array(requestSchema).min(1).max(100),
  services: z
    .array(nameSchema)
    .min(1)
    .optional()
    .describe('Only instances of these; of all that have an address unless told'),
})

/** By the name of the procedure. */
export const builtInInputs = { 'run-command': runCommandInput, migrate: migrateInput, smoke: smokeInput } as const
export type BuiltInHook = keyof typeof builtInInputs
