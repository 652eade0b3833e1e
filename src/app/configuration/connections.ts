/** Connections of HTTP tasks, as a person writes them. */
import { z } from 'zod'
import type { Connections } from '../../aws/index.ts'

const secret = z
  .string()
  .regex(
    /^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/[^\0]*)$/,
    '"env:NAME" or "file:/path": a secret does not stand here itself',
  )

const values = z.record(z.string().min(1), z.string())

/** A value that begins with `env:` or `file:/` is a reference too. */
const parameters = z.strictObject({
  headers: values.exactOptional(),
  query: values.exactOptional(),
  body: values.exactOptional(),
})

const authorization = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('basic'), username: z.string(), password: secret }),
  z.strictObject({
    kind: z.literal('apiKey'),
    /** Of the header. */
    name: z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'the name of a header is accepted'),
    value: secret,
  }),
  z.strictObject({
    kind: z.literal('oauth'),
    /** Where the token is fetched, with client credentials. */
    endpoint: z.url({ protocol: /^https?$/ }),
    method: z.enum(['GET', 'POST', 'PUT']).default('POST'),
    clientId: z.string(),
    clientSecret: secret,
    /** What the endpoint wants besides, such as a scope in the body. */
    parameters: parameters.exactOptional(),
  }),
])

export const connections = z.record(
  z.string().regex(/^[.\-_A-Za-z0-9]{1,64}$/, '1 to 64 letters, digits, ".", "-" and "_" are accepted'),
  z.strictObject({
    authorization,
    /** Sent with each request; it counts where the definition says something else. */
    invocation: parameters.exactOptional(),
  }),
) satisfies z.ZodType<Connections>
