/** One Holdfast: its objects, built lowest first, started in that order and stopped in the other. */
import {
  type Access,
  actorWith,
  anonymousAdmin,
  authenticate,
  findAwsKey,
  inviteWhoStarted,
  openAccess,
} from '../access/index.ts'
import { openTrail, Refusals, startTrail, type Trail, TrailNews } from '../audit/index.ts'
import { awsConfigFrom } from '../aws/index.ts'
import { type HoldfastError, ulid } from '../base/index.ts'
import { type ConnectionBook, openConnectionBook } from '../connection/index.ts'
import { type Account, awsLimits, embeddedLimits, type Engine } from '../engine/index.ts'
import { type HostRegistry, openHostRegistry } from '../host/index.ts'
import {
  createServer,
  type Health,
  isLoopback,
  type Server,
  type ServerAddress,
  type ServerDependencies,
} from '../server/index.ts'
import { readPrivate, type Store } from '../store/index.ts'
import { deliverAdminFiles } from './admin-files.ts'
import type { Configuration } from './configuration/schema.ts'
import { bindConnectionVerbs } from './connection-verbs.ts'
import { type Connection, removeConnection, writeConnection } from './connection.ts'
import { bindDeployVerbs } from './deploy-verbs.ts'
import { appError } from './errors.ts'
import { consoleFolder } from './console-folder.ts'
import { bindHostVerbs } from './host-verbs.ts'
import { bindIdentityVerbs } from './identity-verbs.ts'
import { accountOf, lostIdentity, tokenKeyOf } from './identity.ts'
import { keptAnswers } from './kept-answers.ts'
import { databaseFile, databaseUrl, databaseWords, hasDatabaseFile, openDatabase } from './open-store.ts'
import type { RuntimeOptions } from './runtime-options.ts'
import { rotateKeys } from './rotate-keys.ts'
import { openSealingKeys, type SealingKeys } from './sealing-keys.ts'
import type { Gate } from '../outbound/index.ts'
import { openControlPlaneGate } from './outbound-gate.ts'
import { proofKeyOf, proofOf } from './server-proof.ts'
import { demandSharedFiles, shareIdentity } from './shared-identity.ts'
import { signInLinkOf } from './sign-in-link.ts'
import { bindPeopleVerbs } from './people-verbs.ts'
import { bindSessionVerbs } from './session-verbs.ts'
import { Shutdown } from './shutdown.ts'
import { type Started, startEngine } from './start-engine.ts'
import type { Telemetry } from '../telemetry/index.ts'
import { elapsed, openTelemetry, type WatchedEngine } from './telemetry.ts'
import { bindTokenVerbs } from './token-verbs.ts'
import { bindVerbs } from './verbs.ts'

export interface Runtime {
  readonly address: ServerAddress
  /** Where the rows are, for people; undefined when that is the data folder. */
  readonly database: string | undefined
  /** File with the admin token; undefined when nobody is asked for one. */
  readonly tokenFile: string | undefined
  /** The console's address with a one-time code for whoever started it; without a code where nobody is asked who they are. */
  signInLink(): Promise<string>
  /** Names of the procedures that the configuration file holds. */
  readonly procedures: readonly string[]
  /** Executions that went on where the last process left them. */
  readonly resumed: number
  /** Stops in good order. The same promise every time. */
  stop(): Promise<void>
  /** Fulfilled when it has stopped, whoever asked for it. */
  readonly stopped: Promise<void>
}

/** @throws HoldfastError whatever keeps it from starting; then nothing is left open */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  refuseExposure(options.configuration)
  const shutdown = new Shutdown(options.logger)
  try {
    return await assemble(options, shutdown)
  } catch (error) {
    await shutdown.run()
    throw error
  }
}

async function assemble(options: RuntimeOptions, shutdown: Shutdown): Promise<Runtime> {
  const { dataFolder, clock, logger, pid, randomBytes } = options
  const startedAt = clock.now()
  const ground = await openGround(options, shutdown)
  const { store, access, tokenFile } = ground
  const hosts = openHostRegistry({ store, access, clock, logger, randomBytes })
  shutdown.add('the registry of hosts', () => hosts.close())
  const watched: WatchedEngine = {}
  const telemetry = openTelemetry(options, store, databaseFile(dataFolder), watched)
  shutdown.add('the telemetry', () => telemetry.close())
  const started = await startEngine(options, { ...ground, hosts, observer: telemetry.observer }, shutdown)
  watched.engine = started.engine

  const proofKey = proofKeyOf(dataFolder, randomBytes)
  const server = buildServer(options, { ...ground, ...started, hosts, telemetry, shutdown, startedAt, proofKey })
  shutdown.add('the server', () => server.close())
  const address = await server.listen()

  ground.told.connection = { url: address.url, ...tokenIn(tokenFile), key: proofKey, pid }
  writeConnection(dataFolder, ground.told.connection)
  const { procedures, resumed } = started
  logger.info('started', { url: address.url, version: options.version, resumed })
  const database = databaseUrl(options) === undefined ? undefined : databaseWords(options)
  return {
    ...{ address, database, tokenFile, procedures, resumed },
    signInLink: async () =>
      tokenFile === undefined ? address.url : signInLinkOf(address.url, (await inviteWhoStarted(access)).code),
    stop: () => shutdown.run(),
    stopped: shutdown.done,
  }
}

type Ground = {
  readonly store: Store
  readonly account: Account
  readonly trail: Trail
  readonly refusals: Refusals
  readonly gate: Gate
  readonly connections: ConnectionBook
  readonly access: Access
  readonly sealingKeys: SealingKeys
  readonly tokenFile: string | undefined
  /** How others find it, once it is told. */
  readonly told: { connection?: Connection }
}

/** What everything else stands on: the store with the trail, and who may come in. */
async function openGround(options: RuntimeOptions, shutdown: Shutdown): Promise<Ground> {
  const { dataFolder, configuration, clock, randomBytes, logger } = options
  const lost = databaseUrl(options) === undefined && hasDatabaseFile(dataFolder) ? lostIdentity(dataFolder) : []
  const { store, folder } = openDatabase(options)
  const told: { connection?: Connection } = {}
  shutdown.add('the store', async () => {
    await store.close()
    folder?.release()
    // Last of all: whoever waits for the file to go may take the data folder at once.
    if (told.connection !== undefined) await removeConnection(dataFolder, told.connection)
  })
  for (const loss of lost) logger.error(loss)
  demandSharedFiles(store, dataFolder)
  const account = accountOf(dataFolder, configuredAccount(configuration), awsConfigFrom(options.environment).region)

  const settings = { keptForMs: configuration.retention.trail }
  const trail = openTrail({ store, clock, logger, randomBytes, folder: dataFolder, settings })
  const folderKey = tokenKeyOf(dataFolder, randomBytes)
  await shareIdentity(store, dataFolder)
  shutdown.add('the trail', startTrail({ trail, store, clock, logger }))
  const refusals = new Refusals({ store, clock, logger })
  shutdown.add('the record of refusals', () => refusals.close())

  const sealingKeys = openSealingKeys(dataFolder, folderKey, randomBytes)
  const { keyring } = sealingKeys
  const connections = openConnectionBook({
    ...{ store, clock, randomBytes, keyring, configured: configuration.connections },
    redact: (secret) => trail.redact(secret),
  })
  const access = openAccess({ store, clock, logger, randomBytes, keyring })
  const tokenFile = configuration.auth === 'none' ? undefined : await deliverAdminFiles(access, dataFolder)
  return {
    ...{
      store,
      account,
      trail,
      refusals,
      gate: openControlPlaneGate(configuration, refusals),
      connections,
      access,
      sealingKeys,
      told,
    },
    tokenFile,
  }
}

type Behind = Ground &
  Started & {
    readonly hosts: HostRegistry
    readonly telemetry: Telemetry
    readonly shutdown: Shutdown
    readonly startedAt: number
    readonly proofKey: string
  }

function buildServer(options: RuntimeOptions, behind: Behind): Server {
  const { version, configuration, clock, logger, randomBytes } = options
  const { store, account, trail, access, tokenFile, engine, hosts, shutdown, startedAt, proofKey } = behind
  const server = createServer(
    {
      verbs: bindVerbs(engine, behind.inputs),
      deploys: bindDeployVerbs(behind.deploys, hosts),
      hosts: bindHostVerbs(hosts),
      connections: bindConnectionVerbs(behind.connections),
      trail,
      news: new TrailNews({ store, trail, clock }),
      sessions: bindSessionVerbs(access, tokenFile !== undefined),
      people: bindPeopleVerbs(access),
      tokens: bindTokenVerbs(access),
      identity: bindIdentityVerbs(options, behind),
      consoleFolder,
      answers: keptAnswers(store, () => clock.now()),
      platform: {
        version,
        startedAt,
        account,
        health: () => healthOf(engine.writer.fault ?? store.fault, shutdown),
        prove: (challenge) => proofOf(proofKey, server.address?.port ?? 0, challenge),
        stop: () => void shutdown.run(),
        rotateKeys: (actor) => rotateKeys({ store, clock, keys: behind.sealingKeys }, actor),
      },
      // Also where nobody has to say who they are, a host's agent is that agent and no more.
      authenticate: (token) =>
        tokenFile === undefined
          ? ((token === undefined ? undefined : actorWith(access, token, 'api')) ?? anonymousAdmin('api'))
          : authenticate(access, token, 'api'),
      ...(tokenFile === undefined ? {} : { findAwsKey: (id: string) => findAwsKey(access, id, 'api') }),
      noteRefusal: (refusal) => behind.refusals.note(refusal),
      metrics: behind.telemetry.metrics,
      clock,
      elapsed,
      logger,
      newRequestId: () => ulid(clock.now(), randomBytes),
    } satisfies ServerDependencies,
    serverOptions(configuration, engine),
  )
  return server
}

function serverOptions({ server, limits }: Configuration, engine: Engine) {
  const { grace, ...rest } = server
  return {
    ...rest,
    graceMs: grace,
    payloadLimit: engine.limits.payloadBytes,
    definitionLimit: limits === 'aws' ? awsLimits.definitionBytes : embeddedLimits.definitionBytes,
  }
}

/** Nobody is asked who they are: then only this machine may come in. */
function refuseExposure({ auth, server }: Configuration): void {
  if (isLoopback(server.host)) return
  if (auth !== 'none') return refusePlainHttp(server)
  throw appError('app.auth_none_exposed', `Without authentication Holdfast does not listen on ${server.host}`, {
    place: 'auth',
    accepted: 'auth none on 127.0.0.1, localhost or ::1; auth token anywhere',
    repair: 'leave out --auth none, or leave out --host',
  })
}

/** Tokens and passwords would go over the network for all to read. */
function refusePlainHttp({ host, insecureHttp, trustedProxies }: Configuration['server']): void {
  if (insecureHttp || trustedProxies.length > 0) return
  throw appError('app.plain_http_exposed', `Without TLS Holdfast does not listen on ${host}`, {
    place: 'server.host',
    accepted: 'loopback; or server.trustedProxies with the addresses of the proxies that end TLS in front of it',
    repair:
      'put a proxy with TLS in front of 127.0.0.1, or say --insecure-http where the network is encrypted by itself',
  })
}

const configuredAccount = ({ account }: Configuration) => ({ region: account.region, id: account.id })

function tokenIn(file: string | undefined): { readonly token?: string } {
  const token = file === undefined ? undefined : readPrivate(file)?.toString('utf8').trim()
  return token === undefined ? {} : { token }
}

function healthOf(fault: HoldfastError | undefined, shutdown: Shutdown): Health {
  if (shutdown.begun) return { status: 'closing', reason: 'it is stopping' }
  if (fault === undefined) return { status: 'ready' }
  return { status: 'full', reason: [fault.message, fault.repair].filter((part) => part !== undefined).join('; ') }
}
