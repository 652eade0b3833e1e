/** What a release file of the target `process` says of its artifact and of each service. Editors read the descriptions. */
import { z } from 'zod'
import { commonServiceSchema, durationSchema } from '../../release/schemas.ts'

const words = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\0]*$/, 'no NUL characters')

const commandSchema = z.union([
  words(65_536).describe('A line for /bin/sh -c, in which $PORT and the other variables are expanded'),
  z.array(z.string().max(65_536).regex(/^[^\0]*$/, 'no NUL characters')).min(1).max(1000).describe('A program and its arguments, run as they are'), // prettier-ignore
])

const variableName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and "_", not beginning with a digit')
  .refine((name) => name !== 'PORT' && !name.startsWith('HOLDFAST_'), 'PORT and HOLDFAST_… are set by the host')
const environmentSchema = z
  .record(
    variableName,
    z
      .string()
      .max(131_072)
      .regex(/^[^\0]*$/, 'no NUL characters'),
  )
  .default({})

const secretReference = z
  .string()
  .max(4096)
  .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/[^\0]*)$/, '"env:NAME" or "file:/path", read on the host')
const secretsSchema = z.record(variableName, secretReference).default({})

const headerName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'the name of a header')
const headerValue = z
  .string()
  .max(4000)
  .regex(/^[\t\x20-\x7e]*$/, 'printable ASCII')
const userName = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}\$?$/, 'the name of a user of the host')
const memoryMiB = z.int().min(8).max(16_777_216)
const innerPath = z
  .string()
  .max(1000)
  .refine((path) => !path.startsWith('/') && !path.includes('\0') && !path.split('/').includes('..'), 'a path below')

// ---- artifact

const buildSchema = z
  .strictObject({
    command: commandSchema.describe('Run once in the working copy, before any instance starts: npm ci --omit=dev'),
    environment: environmentSchema.describe('Variables of the build'),
    secrets: secretsSchema.describe('Variables whose values are read on the host: {"NPM_TOKEN": "env:NPM_TOKEN"}'),
    timeout: durationSchema('100ms', '24h').default('10m').describe('After this the build has failed'),
    memoryMiB: memoryMiB.optional().describe('The most memory that the build may use'),
  })
  .describe('What makes the working copy ready to run')

/** Either a folder or an archive, in one object: so a wrong key is told as what it is, and not as a wrong alternative. */
export const processArtifactSchema = z
  .strictObject({
    folder: words(4096).optional().describe('A folder of the host. In a file it may be relative to the file'),
    url: z
      .string()
      .max(4000)
      .regex(/^(file:\/\/\/|https:\/\/)/, 'a file:/// or https:// address')
      .optional()
      .describe('A .tar.gz or .tgz, instead of a folder'),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits')
      .optional()
      .describe('Digest of the archive, or of the folder as `deploy` computes it: what is not exactly this is refused'),
    strip: z.int().min(0).max(10).default(0).describe('Leading folders of the archive to drop: 1 for what npm pack makes'), // prettier-ignore
    exclude: z
      .array(z.string().min(1).max(255))
      .max(100)
      .default(['.git'])
      .describe('Names that are left out of a folder, wherever they stand'),
    secretHeaders: z
      .record(headerName, secretReference)
      .default({})
      .describe('Headers for an https address, read on the host: {"authorization": "env:REGISTRY_TOKEN"}'),
    build: buildSchema.optional(),
    user: userName.optional().describe('Whom the working copy belongs to, where the agent is root'),
  })
  .superRefine(({ folder, url, sha256 }, context) => {
    const refuse = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message })
    if ((folder === undefined) === (url === undefined)) refuse('folder', 'either "folder" or "url"')
    if (url !== undefined && sha256 === undefined) refuse('sha256', 'an archive needs its digest: sha256sum FILE')
  })
export type ProcessArtifact = z.output<typeof processArtifactSchema>

// ---- health

const probing = {
  timeout: durationSchema('10ms', '5m').default('5s').describe('For one question'),
  interval: durationSchema('10ms', '5m').default('100ms').describe('Between two questions while it comes up'),
  successes: z.int().min(1).max(100).default(3).describe('So many in a row make it healthy'),
}
const statusCode = z.int().min(200).max(599)

const healthSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('http').describe('It answers a GET'),
      path: z
        .string()
        .max(2000)
        .regex(/^\/[\x21-\x7e]*$/, 'a path beginning with "/"')
        .default('/')
        .describe('What is asked'),
      headers: z.record(headerName, headerValue).default({}).describe('Sent with it. The host header is the first host of the route, unless it stands here'), // prettier-ignore
      status: z
        .tuple([statusCode, statusCode])
        .refine(([lowest, highest]) => lowest <= highest, 'the lowest first')
        .default([200, 399])
        .describe('Lowest and highest status that is healthy'),
      releaseHeader: headerName
        .default('x-release-id')
        .describe('Where the application may repeat $HOLDFAST_RELEASE. Another value there is never healthy'),
      ...probing,
    }),
    z.strictObject({
      kind: z.literal('command').describe('A command ends with 0'),
      command: commandSchema.describe('Run beside the instance, with its folder, user and variables'),
      ...probing,
    }),
    z.strictObject({
      kind: z.literal('staying-up').describe('Its process lives'),
      for: durationSchema('100ms', '1h').default('10s').describe('At least so long, without a restart'),
    }),
  ])
  .describe(
    'When an instance is healthy. With a route or a port: GET / answers 200 to 399; otherwise it stays up for 10s',
  )

// ---- route

const hostSchema = z
  .string()
  .max(253)
  .regex(
    /^(\*|(\*\.)?[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*)$/,
    'a host name in lower case, "*.example.com" for all below it, or "*" for any',
  )
const count = z.int().min(0).max(1_000_000_000)
const cookieOrHeader = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'the name of a header or cookie')

const stickySchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('header').describe('By the value of a header'),
      name: cookieOrHeader.describe('Which one'),
    }),
    z.strictObject({
      kind: z.literal('cookie').describe('By the value of a cookie'),
      name: cookieOrHeader.describe('Which one'),
    }),
    z.strictObject({ kind: z.literal('client').describe("By the client's address") }),
  ])
  .describe('Keeps a client on one version and instance while it can; otherwise each request is placed on its own')

const routeLimitsSchema = z
  .strictObject({
    headerBytes: count.default(0).describe('Of a request head; 0 is no limit, here and below'),
    bodyBytes: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).describe('Of a request body'),
    connections: count.default(0).describe('Requests under way at once, WebSockets included'),
    requestsPerSecond: count.default(0).describe('For each host of the route'),
    burst: count.default(0).describe('Requests that may come at once'),
  })
  .describe('What the edge admits')

const routeTimeoutsSchema = z
  .strictObject({
    connect: durationSchema('1ms', '24h').default('2s').describe('To reach an instance'),
    response: durationSchema('1ms', '24h').default('60s').describe('From the request to the head of its answer'),
    idle: durationSchema('1ms', '24h').default('60s').describe('Without a byte, once the exchange has begun'),
    drain: durationSchema('0ms', '24h').default('30s').describe('What requests under way get when a version leaves'),
    upgradeDrain: durationSchema('0ms', '24h').default('30s').describe('The time over which WebSockets and event streams are sent elsewhere'), // prettier-ignore
    upstreamIdle: durationSchema('0ms', '24h').default('4s').describe("Below the application's own keep-alive time"),
  })
  .describe('How long the edge waits')

const routeSchema = z
  .strictObject({
    hosts: z.array(hostSchema).min(1).max(20).describe('For which host names the service answers'),
    path: z
      .string()
      .max(1000)
      .regex(/^\/[\x21\x22\x24-\x3e\x40-\x7e]*$/, 'a path that begins with / and has no query, fragment or blank')
      .default('/')
      .describe('And below which path, by whole segments. The most specific host wins, then the longest path'),
    stickyBy: stickySchema.optional(),
    limits: routeLimitsSchema.prefault({}),
    timeouts: routeTimeoutsSchema.prefault({}),
    retries: z.int().min(0).max(10).default(2).describe('Of requests that cannot have been done; 0 for none'),
    panicThreshold: z.number().min(0).max(1).default(0.5).describe('Below this share of healthy instances all are used again'), // prettier-ignore
  })
  .describe('Where its traffic comes from. A service without one gets none')

// ---- service

const limitsSchema = z
  .strictObject({
    memoryMiB: memoryMiB
      .optional()
      .describe('For all processes of an instance together. The plan counts 64 without it'),
    openFiles: z.int().min(16).max(1_048_576).optional().describe('Most open files of a process'),
    nice: z.int().min(0).max(19).default(5).describe("Added to the agent's priority, so that edge and agent win"),
    logBytes: z.int().min(4096).max(1_073_741_824).default(10_485_760).describe('The log is rotated when it is larger'),
    logFiles: z.int().min(1).max(100).default(4).describe('Full log files that are kept'),
  })
  .describe('What an instance may use')

const restartSchema = z
  .strictObject({
    policy: z.enum(['always', 'on-failure', 'never']).default('always').describe('When an instance ends by itself'),
    firstDelay: durationSchema('0ms', '10m').default('200ms').describe('Before the first restart; doubled from one to the next'), // prettier-ignore
    longestDelay: durationSchema('0ms', '1h').default('30s').describe('No pause is longer'),
    crashLoop: z
      .strictObject({
        exits: z.int().min(1).max(100).default(5).describe('So many ends'),
        within: durationSchema('1s', '1h').default('60s').describe('In this time'),
      })
      .prefault({})
      .describe('What counts as a crash loop, which fails a deploy at once'),
  })
  .describe('What happens when an instance ends by itself')

const stopSchema = z
  .strictObject({
    signal: z.enum(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR2']).default('SIGTERM').describe('What it is told'), // prettier-ignore
    kill: durationSchema('0ms', '24h').default('30s').describe('How long it may take before it is killed'),
  })
  .describe('How an instance is ended, once no request is under way on it')

export const processServiceSchema = commonServiceSchema
  .extend({
    command: commandSchema.describe('What an instance is. It listens on $PORT'),
    port: z
      .union([
        z.enum(['allocate', 'none']).describe('A free port in $PORT, a new one for each instance; or none at all'),
        z.int().min(1).max(65_535).describe('This one: only one version at a time can have it'),
      ])
      .optional()
      .describe('"allocate" where there is a route or health by http, otherwise "none"'),
    route: routeSchema.optional(),
    health: healthSchema.optional(),
    environment: environmentSchema.describe('Variables of every instance, beside PORT and HOLDFAST_…'),
    secrets: secretsSchema.describe(
      'Variables whose values are read on the host: {"DATABASE_URL": "env:DATABASE_URL"}',
    ),
    folder: innerPath.default('').describe('Where in the artifact the command runs'),
    user: userName.optional().describe('Who runs it, where the agent is root'),
    dataFolder: z.boolean().default(false).describe('A folder in $HOLDFAST_DATA that all versions on a host share'),
    limits: limitsSchema.prefault({}),
    restart: restartSchema.prefault({}),
    stop: stopSchema.prefault({}),
    zones: z.array(words(100)).min(1).max(20).optional().describe('Only on hosts of these zones'),
  })
  .superRefine(({ route, port, health, queueWorker, keepWarm }, context) => {
    const refuse = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message })
    if (queueWorker && route !== undefined) {
      refuse('queueWorker', 'takes work from a queue, and so no requests: leave out the route, or make it a service of its own') // prettier-ignore
    }
    if (!keepWarm && route === undefined) {
      refuse('keepWarm', 'is for services with a route; without one say queueWorker: true, and only this service is stopped') // prettier-ignore
    }
    if (port === 'none' && route !== undefined) refuse('port', 'a service with a route needs one: "allocate"')
    if (port === 'none' && health?.kind === 'http') refuse('port', 'health by http needs one: "allocate"')
  })
export type ProcessService = z.output<typeof processServiceSchema>
