/** What the registry is asked with, parsed where it comes in. What an agent tells is taken without what this version does not know. */
import { z } from 'zod'
import { HoldfastError, type ErrorKind } from '../../base/index.ts'
import type { Failure } from '../contract.ts'
import { hostError } from '../errors.ts'

const hostName = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/,
    '1 to 63 letters, digits, ".", "_", "-", beginning with a letter or digit',
  )
/** A name or a numeric address, without a port; IPv6 in brackets, as it stands in URLs. */
const hostAddress = z
  .string()
  .regex(
    /^([a-zA-Z0-9][a-zA-Z0-9._-]{0,252}|\[[0-9a-fA-F:.]{2,45}\])$/,
    'a host name or an IP address ([…] for IPv6), without port',
  )

export const enrolmentSchema = z.strictObject({
  name: hostName
    .refine((name) => !/^(hst_.*|self)$/i.test(name), 'not "self", nor beginning with "hst_"')
    .meta({
      description: 'Chosen by people; unique.',
    }),
  zone: hostName.default('default').meta({ description: 'Where it may fail together with others. Default "default".' }),
  address: hostAddress
    .default('127.0.0.1')
    .meta({ description: "At which other hosts' edges reach its instances. Default 127.0.0.1: this machine only." }),
})
export type HostEnrolment = z.input<typeof enrolmentSchema>

const count = z.number().nonnegative()
const space = z.object({ total: count, available: count })
/** What the control plane itself reads; the rest is passed on as it came. */
const factsTold = z.looseObject({
  host: z.string().max(200),
  hostname: z.string().max(300),
  platform: z.string().max(100),
  cpus: count,
  load: count,
  memoryBytes: space,
  diskBytes: space,
  instances: count,
  ports: z.looseObject({ free: count }),
  root: z.boolean(),
  edge: z.looseObject({ state: z.string() }).optional(),
})
/** They are kept, and told to whoever lists the hosts. */
const mostFactsCharacters = 65_536
const boundedFacts = factsTold.refine(
  (facts) => JSON.stringify(facts).length <= mostFactsCharacters,
  `at most ${mostFactsCharacters} characters as JSON`,
)
/** People are shown it and click it: a web address without anything that a terminal or a page would act on. */
const edgeUrl = z
  .string()
  .max(1000)
  .regex(/^https?:\/\/[\w.:[\]-]+\/?$/, 'http:// or https://, a host and a port')

const key = z.string().min(1).max(300)

/** A poll: what the agent tells about itself, and how long it would wait. */
export const pollSchema = z.object({
  session: z
    .string()
    .regex(/^[\w-]{8,80}$/)
    .meta({ description: 'Random, made at each start of an agent: of two with one token the newer wins.' }),
  agent: z.object({ version: z.string().regex(/^[\x21-\x7e]{1,100}$/, '1 to 100 visible ASCII characters') }),
  facts: boundedFacts,
  edge: z
    .object({ url: edgeUrl })
    .nullable()
    .meta({ description: 'Where its edge takes requests; null when it runs none.' }),
  zone: hostName.optional().meta({ description: 'Replaces what was said at its enrolment.' }),
  address: hostAddress.optional().meta({ description: 'Replaces what was said at its enrolment.' }),
  underWay: z
    .array(key)
    .max(10_000)
    .default([])
    .meta({ description: 'Keys of commands that are not handed out again now.' }),
  waitMs: z.number().int().min(0).max(25_000).default(25_000).meta({ description: '0 answers at once.' }),
})
export type Poll = z.input<typeof pollSchema>
export type ParsedPoll = z.output<typeof pollSchema>

const failure = z.object({
  code: z.string().max(100),
  message: z.string(),
  kind: z.string().max(50),
  retryable: z.boolean(),
  place: z.string().optional(),
  accepted: z.string().optional(),
  repair: z.string().optional(),
})

export const reportSchema = z.object({
  session: z.string(),
  outcome: z.discriminatedUnion('ok', [
    z.object({ key, ok: z.literal(true), result: z.record(z.string(), z.unknown()) }),
    z.object({ key, ok: z.literal(false), failure }),
  ]),
})
export type Report = z.input<typeof reportSchema>
export type ReportedOutcome = z.output<typeof reportSchema>['outcome']

/** @throws HoldfastError host.enrol_invalid */
export function parseEnrolment(request: unknown): z.output<typeof enrolmentSchema> {
  return parsed(enrolmentSchema, request, 'host.enrol_invalid', 'The host cannot be enrolled so')
}

/** @throws HoldfastError host.report_invalid */
export function parsePoll(polled: unknown): ParsedPoll {
  return parsed(pollSchema, polled, 'host.report_invalid', 'What the agent tells cannot be understood')
}

/** @throws HoldfastError host.report_invalid */
export function parseReport(reported: unknown): z.output<typeof reportSchema> {
  return parsed(reportSchema, reported, 'host.report_invalid', 'What the agent reports cannot be understood')
}

function parsed<T>(
  schema: z.ZodType<T>,
  value: unknown,
  code: 'host.enrol_invalid' | 'host.report_invalid',
  problem: string,
): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const place = issue?.path.join('.') ?? ''
  const accepted = issue?.message ?? ''
  throw hostError(code, `${problem}: ${place === '' ? '' : `${place}: `}${accepted}`, { place, accepted })
}

const kinds: ReadonlySet<string> = new Set<ErrorKind>([
  'invalid',
  'unauthenticated',
  'forbidden',
  'missing',
  'conflict',
  'too_large',
  'exhausted',
  'unavailable',
  'internal',
])
const isKind = (kind: string): kind is ErrorKind => kinds.has(kind)

/** The agent's failure as the error it was, for whoever waits here. */
export function errorOf({ code, message, kind, retryable, ...rest }: Failure): HoldfastError {
  return new HoldfastError(code, message, { ...rest, kind: isKind(kind) ? kind : 'internal', retryable })
}
