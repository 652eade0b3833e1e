/** What a connection may be: in the configuration with references, over the API with the secrets themselves. */
import { z } from 'zod'
import type { Connection } from './connection.ts'
import { connectionInvalid } from './errors.ts'
import { isHostPattern } from './hosts.ts'

const name = z
  .string()
  .regex(/^[.\-_A-Za-z0-9]{1,64}$/, '1 to 64 letters, digits, ".", "-" and "_" are accepted')
  .describe('As in connection/NAME of a ConnectionArn')

const allowedHosts = z
  .array(
    z
      .string()
      .refine(isHostPattern, 'a host such as api.example.com, *.example.com or api.example.com:8443 is accepted'),
  )
  .min(1, 'at least one host is needed: the secrets go nowhere else')
  .describe('Hosts that the secrets may be sent to, with the port where it is not the usual one')

const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'the name of a header is accepted')

function parametersOf<Value extends z.ZodType>(value: Value) {
  const values = z.record(z.string().min(1), value)
  return z.strictObject({
    headers: values.exactOptional(),
    query: values.exactOptional(),
    body: values.exactOptional(),
  })
}

function authorizationOf<Secret extends z.ZodType, Value extends z.ZodType>(secret: Secret, value: Value) {
  return z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('basic'), username: z.string(), password: secret }),
    z.strictObject({ kind: z.literal('apiKey'), name: headerName.describe('Of the header'), value: secret }),
    z.strictObject({
      kind: z.literal('oauth'),
      endpoint: z.url({ protocol: /^https?$/ }).describe('Where the token is fetched, with client credentials'),
      method: z.enum(['GET', 'POST', 'PUT']).default('POST'),
      clientId: z.string(),
      clientSecret: secret,
      parameters: parametersOf(value)
        .exactOptional()
        .describe('What the endpoint wants besides, such as a scope in the body'),
    }),
  ])
}

// ---- in the configuration

const reference = z
  .string()
  .regex(
    /^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/[^\0]*)$/,
    '"env:NAME" or "file:/path": a secret does not stand here itself',
  )

export const configuredConnectionsSchema = z.record(
  name,
  z.strictObject({
    authorization: authorizationOf(reference, z.string()),
    allowedHosts,
    invocation: parametersOf(z.string()).exactOptional(),
  }),
) satisfies z.ZodType<Readonly<Record<string, Connection>>>

// ---- over the API

/** Never a reference: whoever may add a connection may not read the server's files and environment with it. */
const itself = z
  .string()
  .min(1)
  .max(10_000)
  .refine(
    (text) => !/^(env:|file:\/)/.test(text),
    'the value itself is accepted; references stand in the configuration',
  )
const givenValue = itself.describe('Kept as a secret too')

export const newConnectionSchema = z.strictObject({
  name,
  allowedHosts,
  authorization: authorizationOf(itself.describe('The secret itself; it is never shown again'), givenValue),
  invocation: parametersOf(givenValue).exactOptional().describe('Sent with each request'),
  replace: z.boolean().default(false).describe('Whether one of that name is replaced'),
})
export type NewConnection = z.input<typeof newConnectionSchema>

const asValue = z.string().transform((value) => ({ value }))

/** As it was sealed: what looks like a reference is none. */
export const sealedPart = z.object({
  authorization: authorizationOf(asValue, asValue),
  invocation: parametersOf(asValue).exactOptional(),
})

/** A connection as lists show it: never a secret. */
export const listedConnectionSchema = z.object({
  name: z.string(),
  kind: z.enum(['basic', 'apiKey', 'oauth']),
  allowedHosts: z.array(z.string()),
  from: z.enum(['configuration', 'api']).describe('Where it was made; one of the configuration is changed there'),
  changedAt: z.int().optional().describe('Milliseconds since 1970 UTC'),
})
export type ListedConnection = z.infer<typeof listedConnectionSchema>

/** @throws HoldfastError connection.invalid, which repeats no value */
export function parseNewConnection(request: unknown): z.output<typeof newConnectionSchema> {
  const parsed = newConnectionSchema.safeParse(request)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw connectionInvalid(issue?.path.join('.') ?? '', issue?.message ?? 'invalid')
}
