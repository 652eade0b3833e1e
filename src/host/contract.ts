/**
 * What a host's agent can be told, as data, and what it answers. Commands are delivered at least once: each carries an
 * idempotency key, and the same key answers the same outcome, also after the agent died in between (what only reads is
 * read again then). Every command is safe to repeat under a new key as well: what is there already is found, not made
 * twice.
 *
 * Times are milliseconds since 1970 UTC, durations milliseconds, sizes bytes unless the name says MiB. Secrets travel as
 * references and are resolved on the host; no outcome, record or log of the agent holds a value.
 */
import { z } from 'zod'
import { HoldfastError } from '../base/index.ts'
import { parseRoutes, type Route } from '../edge/index.ts'
import type { Outcomes } from './outcome.ts'

/** An id that may stand in paths, environment and process lists: no slash, no blank, no leading dot. */
const slug = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,119}$/, '1 to 120 letters, digits, ".", "_", "-", not beginning with a sign')
const projectName = z
  .string()
  .max(120)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]*(\/[a-zA-Z0-9][a-zA-Z0-9._-]*)*$/, 'a name such as org/name')
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits')
const absolutePath = z
  .string()
  .max(4096)
  .regex(/^\/[^\0]*$/, 'an absolute path')
const text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\0]*$/, 'no NUL characters')
const durationMs = (least: number, most: number) => z.number().int().min(least).max(most)
/** The shell that starts an instance would drop other names silently, so they are refused. */
const variableName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and "_", not beginning with a digit')
const ownVariables = 'PORT and names beginning with HOLDFAST_ are set by the host'
const isFree = (name: string): boolean => name !== 'PORT' && !name.startsWith('HOLDFAST_')
const freeVariableName = variableName.refine(isFree, ownVariables)

const environment = z.record(
  freeVariableName,
  z
    .string()
    .max(131_072)
    .regex(/^[^\0]*$/),
)
/** `env:NAME` is read from the agent's own environment, `file:/path` from the host's disk (one trailing newline dropped). */
const secretReference = z.string().regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/[^\0]*)$/, '"env:NAME" or "file:/path"')
const secrets = z.record(freeVariableName, secretReference)

/** A line for `/bin/sh -c` (`$PORT` is expanded), or words that are run as they are. */
const commandLine = z.union([
  text(65_536),
  z
    .array(
      z
        .string()
        .max(65_536)
        .regex(/^[^\0]*$/),
    )
    .min(1)
    .max(1000),
])
/** A path below a working copy that cannot lead out of it. */
const innerPath = z
  .string()
  .max(1000)
  .refine((path) => !path.startsWith('/') && !path.includes('\0') && !path.split('/').includes('..'), 'a path below')
const userName = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}\$?$/, 'the name of a user of the host')

const limits = z.strictObject({
  /** For all processes of the instance together: by control group where the host has them, else by watching (hostFacts says). */
  memoryMiB: z.number().int().min(8).max(16_777_216).optional(),
  openFiles: z.number().int().min(16).max(1_048_576).optional(),
  /** Added to the agent's own priority: with 5 the edge and the agent win against instances that eat the CPU. */
  nice: z.number().int().min(0).max(19).default(5),
  /** The output is rotated when it exceeds this; `logFiles` full ones are kept besides the current one. */
  logBytes: z.number().int().min(4096).max(1_073_741_824).default(10_485_760),
  logFiles: z.number().int().min(1).max(100).default(4),
})

const probing = {
  /** For one probe. */
  timeoutMs: durationMs(10, 300_000).default(5_000),
  /** From the end of one probe to the start of the next. */
  intervalMs: durationMs(10, 300_000).default(250),
  /** So many in a row make it healthy. */
  successes: z.number().int().min(1).max(100).default(3),
}

/** When an instance counts as healthy. */
export const healthSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('http'),
    path: z
      .string()
      .max(2000)
      .regex(/^\/[\x21-\x7e]*$/, 'a path beginning with "/"')
      .default('/'),
    headers: z
      .record(
        z.string().regex(/^[A-Za-z0-9-]{1,100}$/),
        z
          .string()
          .max(4000)
          .regex(/^[\t\x20-\x7e]*$/),
      )
      .default({}),
    /** Lowest and highest status that is healthy. */
    status: z.tuple([z.number().int().min(100).max(599), z.number().int().min(100).max(599)]).default([200, 299]),
    /**
     * The header in which the application may echo HOLDFAST_RELEASE. Another release's id there is never healthy; without
     * an echo the listening socket has to belong to a process of the instance.
     */
    releaseHeader: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,100}$/)
      .default('x-release-id'),
    ...probing,
  }),
  z.strictObject({
    kind: z.literal('command'),
    /** Healthy when it ends with 0. Runs as the instance's user, in its folder, with its environment. */
    command: commandLine,
    ...probing,
  }),
  z.strictObject({
    kind: z.literal('staying-up'),
    /** Healthy when one and the same process has lived so long. */
    forMs: durationMs(100, 3_600_000).default(10_000),
  }),
])
export type HealthSpec = z.infer<typeof healthSchema>

export const artifactSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('folder'),
    path: absolutePath,
    /** Digest of the tree, as an earlier prepareArtifact answered it. */
    sha256: sha256.optional(),
    /** Names that are left out wherever they stand. */
    exclude: z.array(z.string().min(1).max(255)).max(100).default(['.git']),
  }),
  z.strictObject({
    kind: z.literal('archive'),
    /** A `.tar.gz` or `.tgz`. */
    url: z
      .string()
      .max(4000)
      .regex(/^(file:\/\/\/|https:\/\/)/, 'a file:/// or https:// address'),
    /** Digest of the archive's bytes. */
    sha256,
    /** Leading path components to drop: 1 for what `npm pack` makes. */
    strip: z.number().int().min(0).max(10).default(0),
    /** For https; e.g. `authorization` by reference. */
    secretHeaders: z.record(z.string().regex(/^[A-Za-z0-9-]{1,100}$/), secretReference).default({}),
  }),
])
export type ArtifactSource = z.infer<typeof artifactSourceSchema>

const buildSchema = z.strictObject({
  command: commandLine,
  environment: environment.default({}),
  secrets: secrets.default({}),
  timeoutMs: durationMs(100, 86_400_000).default(600_000),
  memoryMiB: z.number().int().min(8).max(16_777_216).optional(),
})
export type BuildStep = z.infer<typeof buildSchema>

const address = { project: projectName, config: slug, release: slug }
const key = { key: z.string().min(1).max(300) }

/**
 * Whose things the command is about (a fleet, or the traffic of a place), and the term of whoever holds them. The host keeps
 * the highest term of each scope on disk before it acts; a lower one is refused with host.term_over, so what was sent before
 * somebody took over does nothing when it arrives late.
 *
 * A repeated key is the same command whatever its term. What succeeded is answered, not done again, even to a term that is
 * over; what failed is tried again as long as the term holds; what is under way goes on under the higher term.
 */
const fence = {
  fence: z.strictObject({ scope: text(300), term: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER) }).optional(),
}
export type Fence = NonNullable<z.infer<(typeof fence)['fence']>>

/**
 * Fetches, verifies and unpacks an artifact into the store and makes the release's working copy of it, with the build step
 * run in it. A working copy belongs to one project, config and release: all its instances share it.
 * Fails with host.artifact_…, host.build_failed, host.disk_full; nothing is left behind then but the build's log.
 */
export const prepareArtifactSchema = z.strictObject({
  kind: z.literal('prepareArtifact'),
  ...key,
  ...fence,
  ...address,
  artifact: artifactSourceSchema,
  build: buildSchema.optional(),
  /** Whom the working copy belongs to and who runs the build, when the agent is root. */
  user: userName.optional(),
})

/**
 * Starts an instance and keeps it running until it is told to stop. Answers when the first process runs, before it is
 * healthy. An instance of this id that runs already with the same specification is answered as it is.
 * Fails with host.instance_exists, host.copy_missing, host.secret_missing, host.user_unknown, host.port_taken, host.ports_exhausted.
 */
export const startInstanceSchema = z.strictObject({
  kind: z.literal('startInstance'),
  ...key,
  ...fence,
  ...address,
  service: slug,
  /** Unique on the host for good: a name per release and number, such as `shop-web-r42-1`. */
  instance: slug,
  command: commandLine,
  /** Answered by prepareArtifact. Without one the instance runs in an empty folder of its own. */
  workingCopy: slug.optional(),
  /** Where in the working copy it runs. */
  folder: innerPath.default(''),
  /**
   * `allocate`: a port that nobody had within the quarantine, in `$PORT`; the same over restarts of the instance. A number:
   * this one, or host.port_taken. `none`: the service listens on nothing.
   */
  port: z.union([z.enum(['allocate', 'none']), z.number().int().min(1).max(65_535)]).default('allocate'),
  environment: environment.default({}),
  secrets: secrets.default({}),
  /** Who runs it, when the agent is root; otherwise only the agent's own user is accepted. */
  user: userName.optional(),
  /** A folder in `$HOLDFAST_DATA` that all versions of the service share and that is never pruned. */
  dataFolder: z.boolean().default(false),
  limits: limits.prefault({}),
  health: healthSchema.default({ kind: 'staying-up', forMs: 10_000 }),
  restart: z
    .strictObject({
      policy: z.enum(['always', 'on-failure', 'never']).default('always'),
      firstDelayMs: durationMs(0, 600_000).default(200),
      longestDelayMs: durationMs(0, 3_600_000).default(30_000),
      /** So many exits within the time are a crash loop: it is told at once, and restarts go on at the longest delay. */
      crashLoop: z
        .strictObject({ exits: z.number().int().min(1).max(100), withinMs: durationMs(1000, 3_600_000) })
        .default({
          exits: 5,
          withinMs: 60_000,
        }),
    })
    .prefault({}),
  stop: z
    .strictObject({
      signal: z.enum(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR2']).default('SIGTERM'),
      /** From the signal to SIGKILL: how long the application may drain. */
      killMs: durationMs(0, 86_400_000).default(30_000),
    })
    .prefault({}),
})
export type InstanceSpec = Omit<z.infer<typeof startInstanceSchema>, 'kind' | 'key' | 'fence'>

/**
 * Signals the main process, then what it leaves behind, and kills what is there after `killMs`. Answers when no process of
 * the instance is left. An instance that is unknown or stopped already is a success: `wasRunning` is false.
 *
 * One that this host's routes still give traffic is refused with host.instance_serving: shift first, then stop. One that the
 * edge still drains gets its signal when nothing is under way on it any more, at the latest when its route's drain is over.
 */
export const stopInstanceSchema = z.strictObject({
  kind: z.literal('stopInstance'),
  ...key,
  ...fence,
  instance: slug,
  /** Instead of the specification's. */
  killMs: durationMs(0, 86_400_000).optional(),
  /** Forget it as well: record and folder. Its port stays in quarantine, and the end of its output can be read for a day or so. */
  remove: z.boolean().default(false),
  /** Whatever the edge sends it: requests may fail. For a person who has to get rid of it now. */
  force: z.boolean().default(false),
  /**
   * Its process ends as ever, but it is still wanted: the next agent of this host starts it again, on the same port. For
   * whoever stops a machine. A later stop without it is for good.
   */
  park: z.boolean().default(false),
})

/**
 * Removes a working copy by its id, or all of a release when the id was never answered. One that an instance uses, stopped
 * ones included, is kept, and told. One that is not there is a success. Its artifact stays until pruneArtifacts.
 */
export const removeCopySchema = z
  .strictObject({
    kind: z.literal('removeCopy'),
    ...key,
    ...fence,
    workingCopy: slug.optional(),
    of: z.strictObject(address).optional(),
  })
  .refine(({ workingCopy, of }) => (workingCopy === undefined) !== (of === undefined), {
    path: ['workingCopy'],
    message: 'either "workingCopy" or "of"',
  })

/**
 * Runs a command in a working copy and answers when it has ended, however it ended: an exit code that is not 0 is an outcome,
 * not a failure. At `timeoutMs` it and all it started are killed. The working copy is not removed meanwhile.
 *
 * At most once for a key, as far as that can be known: that it is begun is on the disk before it is. An agent that died in the
 * middle leaves it unfinished (what is left of it is killed by the next one), and its key fails with host.command_lost from then
 * on, for nobody knows how far it came. With `repeatable` it is run again from the beginning instead.
 * Fails with host.copy_missing, host.secret_missing, host.user_unknown, host.command_failed when it cannot be started.
 */
export const runCommandSchema = z.strictObject({
  kind: z.literal('runCommand'),
  ...key,
  ...fence,
  /** Answered by prepareArtifact. */
  workingCopy: slug,
  /** Where in the working copy it runs. */
  folder: innerPath.default(''),
  command: commandLine,
  environment: environment.default({}),
  secrets: secrets.default({}),
  /** Whose data folder it finds in `$HOLDFAST_DATA`. */
  service: slug.optional(),
  /** Who runs it, when the agent is root; otherwise only the agent's own user is accepted. */
  user: userName.optional(),
  timeoutMs: durationMs(100, 86_400_000).default(600_000),
  memoryMiB: z.number().int().min(8).max(16_777_216).optional(),
  /** It may be run twice: an interrupted one is begun again. */
  repeatable: z.boolean().default(false),
  /** So many of its last lines are answered. */
  lines: z.number().int().min(1).max(1000).default(50),
})

/** Read by the edge's own reader, so that what the host keeps is never refused by the edge. */
const routes = z
  .array(z.custom<Route>())
  .max(1000)
  .superRefine((value, context) => {
    try {
      parseRoutes({ version: 1, routes: value })
    } catch (fault) {
      if (!(fault instanceof HoldfastError)) throw fault
      const path = (fault.place ?? '').split('/').slice(2)
      context.addIssue({ code: 'custom', path, message: `${fault.message} (accepted: ${fault.accepted})` })
    }
  })

/**
 * The whole truth about the routes of one place; `[]` removes them. Answers when the edge has them in force everywhere. They
 * are kept on disk and pushed again to an edge that comes back without them. Waits for nothing else: no probe, build or stop.
 *
 * Route ids need to be unique in the place only. A target that is an instance of this host has the instance's id as its id, and
 * its release and port: the host says itself whether it is `attested`, and knows when it is drained. For other targets
 * `attested` is passed on as it came, or as it last came for the same target when it comes without.
 *
 * With `awaitHealthyMs` it answers once the edge has seen every target healthy that is active or warm, or fails with
 * host.targets_unhealthy; the routes stay in force then.
 * Fails with host.route_taken before anything is changed, when another place has one of the addresses; host.edge_missing;
 * edge.… when the edge does not take them in time (they are kept and pushed as soon as it does).
 */
export const setRoutesSchema = z.strictObject({
  kind: z.literal('setRoutes'),
  ...key,
  ...fence,
  project: projectName,
  config: slug,
  routes,
  awaitHealthyMs: durationMs(0, 86_400_000).optional(),
})

/** What the edge says of the routes of one place, or of all. An edge that is away is told, not an error. */
export const edgeStatusSchema = z.strictObject({
  kind: z.literal('edgeStatus'),
  ...key,
  project: projectName.optional(),
  config: slug.optional(),
  /** Only windows of the traffic that had not ended then. Absent: none, for they are most of an answer. */
  windowsSince: z.int().nonnegative().optional(),
})

/**
 * Probes until the health specification's successes in a row are there, the time is over, or it is certain that it will not
 * become healthy (crash loop, stopped, wrong release, foreign socket on its port).
 * Answers `healthy: false` with a reason; fails only when there is no such instance (host.instance_missing).
 */
export const checkHealthSchema = z.strictObject({
  kind: z.literal('checkHealth'),
  ...key,
  instance: slug,
  /** 0 probes once. */
  withinMs: durationMs(0, 86_400_000).default(30_000),
  /** Instead of the specification's. */
  successes: z.number().int().min(1).max(100).optional(),
})

/** Fails with host.instance_missing. */
export const instanceStatusSchema = z.strictObject({ kind: z.literal('instanceStatus'), ...key, instance: slug })

/** Every instance the host knows, stopped ones too, that fits all the members given. */
export const listInstancesSchema = z.strictObject({
  kind: z.literal('listInstances'),
  ...key,
  project: projectName.optional(),
  config: slug.optional(),
  release: slug.optional(),
  service: slug.optional(),
  /** With `memoryBytes` and `processes` of each: all processes of the machine are gone through for that, once. */
  memory: z.boolean().default(false),
})

/**
 * Whose output `logs` can show, of all the members given. With `removed` also of instances that were removed within the last
 * day or so (a setting of the host), and of builds.
 */
export const listOutputsSchema = z.strictObject({
  kind: z.literal('listOutputs'),
  ...key,
  project: projectName.optional(),
  config: slug.optional(),
  release: slug.optional(),
  service: slug.optional(),
  removed: z.boolean().default(false),
})

/**
 * Removes working copies and artifacts but those of the releases named, those of any instance the host knows, and the
 * newest `keep` releases of each project and config.
 */
export const pruneArtifactsSchema = z.strictObject({
  kind: z.literal('pruneArtifacts'),
  ...key,
  project: projectName.optional(),
  config: slug.optional(),
  releases: z.array(slug).max(10_000).default([]),
  keep: z.number().int().min(0).max(1000).default(5),
})

/**
 * Output of an instance (both streams in the order of writing), also of one that was removed (its end, for a day or so), or of a
 * working copy's build. Values of its secrets are masked.
 */
export const logsSchema = z.strictObject({
  kind: z.literal('logs'),
  ...key,
  of: z.union([z.strictObject({ instance: slug }), z.strictObject({ workingCopy: slug })]),
  /** Where the former answer ended. Without it: the last `lines`. */
  after: z.number().int().min(0).optional(),
  lines: z.number().int().min(1).max(10_000).default(200),
  /** With `after`: wait so long for something new before answering nothing. */
  waitMs: durationMs(0, 60_000).default(0),
})

/** Refuses an artifact on this host's disk that holds what is Holdfast's own. Looks, and reads no content. */
export const checkArtifactSchema = z.strictObject({
  kind: z.literal('checkArtifact'),
  ...key,
  artifact: artifactSourceSchema,
})

export const hostFactsSchema = z.strictObject({ kind: z.literal('hostFacts'), ...key })

export const commandSchema = z.discriminatedUnion('kind', [
  prepareArtifactSchema,
  startInstanceSchema,
  stopInstanceSchema,
  checkHealthSchema,
  instanceStatusSchema,
  listInstancesSchema,
  listOutputsSchema,
  pruneArtifactsSchema,
  logsSchema,
  hostFactsSchema,
  checkArtifactSchema,
  removeCopySchema,
  setRoutesSchema,
  edgeStatusSchema,
  runCommandSchema,
])
/** As the agent works with it: every default filled in. */
export type Command = z.output<typeof commandSchema>
/** As it is sent: members with a default may be missing. */
export type CommandInput = z.input<typeof commandSchema>
export type CommandKind = Command['kind']
export type CommandOf<K extends CommandKind> = Extract<Command, { readonly kind: K }>

/** A HoldfastError on its way through JSON. */
export type Failure = {
  /** `host.…` as errors.ts lists them. */
  readonly code: string
  readonly message: string
  readonly kind: string
  readonly retryable: boolean
  readonly place?: string
  readonly accepted?: string
  readonly repair?: string
}

export type Outcome<K extends CommandKind = CommandKind> =
  | { readonly key: string; readonly ok: true; readonly result: Outcomes[K] }
  | { readonly key: string; readonly ok: false; readonly failure: Failure }

/** Where an agent's commands come from and its outcomes go: the control plane over HTTP, the same process, or a test. */
export interface CommandSource {
  /**
   * The next commands, as soon as there are any; an empty list when the source has nothing for now and wants to be asked
   * again. They are unparsed: the agent parses them, and answers what it cannot parse with host.command_invalid. Rejects
   * when the source cannot be reached: the agent goes on supervising and asks again later.
   */
  next(signal: AbortSignal): Promise<readonly unknown[]>
  /** Hands an outcome over. When it rejects, the agent tries again; the source may see an outcome more than once. */
  report(outcome: Outcome): Promise<void>
}

/** The same agent called directly, for a control plane in one process with it and for tests. */
export interface HostCommands {
  /** Never rejects: what goes wrong is a Failure. `command` is parsed. */
  run<K extends CommandKind>(command: Extract<CommandInput, { readonly kind: K }>): Promise<Outcome<K>>
}
