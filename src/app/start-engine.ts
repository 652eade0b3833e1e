/** The engine with everything that runs on it: the deployments, a user's procedures, AWS. Opened and started in that order. */
import { apiMockCheck } from '../aws/index.ts'
import {
  deployProcedures,
  type Deploys,
  hookProcedures,
  openDeploys,
  startJanitor,
  type JanitorOptions,
  watchElsewhere,
} from '../deploy/index.ts'
import {
  type Account,
  awsLimits,
  createEngine,
  embeddedLimits,
  type Engine,
  type EngineObserver,
  procedureHandler,
  procedureSummary,
  type ProcedureSummary,
  workerHandler,
} from '../engine/index.ts'
import type { Connections } from '../connection/index.ts'
import type { Hosts } from '../host/index.ts'
import type { Gate } from '../outbound/index.ts'
import { createExpressions } from '../jsonata/index.ts'
import { NamedLease, type Store } from '../store/index.ts'
import { builtInDeployers } from './deployers.ts'
import { appError } from './errors.ts'
import { openHistoryLog } from './history-log.ts'
import { tokenKeyOf } from './identity.ts'
import { installProcedures } from './install-procedures.ts'
import { hintsOver } from './node-hints.ts'
import type { RuntimeOptions } from './runtime-options.ts'
import { nodeNameOf } from './shared-identity.ts'
import type { Shutdown } from './shutdown.ts'
import { openServices } from './services.ts'
import { smokeRequest } from './smoke-request.ts'
import type { InputRules } from './verbs.ts'

/** What it stands on. */
export type Ground = {
  readonly store: Store
  readonly account: Account
  readonly hosts: Hosts
  readonly connections: Connections
  readonly gate: Gate
  readonly observer?: EngineObserver
}

export type Started = {
  readonly engine: Engine
  readonly deploys: Deploys
  readonly inputs: InputRules
  /** Names of a user's procedures. */
  readonly procedures: readonly string[]
  /** Executions that went on where the last process left them. */
  readonly resumed: number
}

/**
 * The machines of the procedures are there before anything goes on that may start one as a hook, and what was under way goes
 * on before the janitor looks for what nobody carries on.
 */
export async function startEngine(options: RuntimeOptions, ground: Ground, shutdown: Shutdown): Promise<Started> {
  const { clock, logger, randomBytes } = options
  const { store, account, hosts } = ground
  const deploys = openDeploys({
    ...{ store, clock, logger, randomBytes },
    deployers: { ...builtInDeployers({ hosts, clock }), ...options.deployers },
    engine: () => engine,
    hooks: () => hooks,
  })
  const deployers = deployProcedures(deploys)
  const theirs = await openUserProcedures(options, ground, shutdown)
  refuseTakenNames(deployers, theirs.summaries)
  // A user's own migration comes before ours.
  const hooks = hookProcedures({ deploys, hosts, fetch: smokeRequest }).filter(
    ({ name }) => !theirs.summaries.some((own) => own.name === name),
  )
  const ours = [...deployers, ...hooks]

  const ourHandler = procedureHandler(ours, { account, clock, log: logger })
  const engine = buildEngine(options, ground, { shutdown, handlers: [ourHandler, ...theirs.handlers] })
  shutdown.add('the engine', () => engine.close())
  const definitions = ours.map((one) => procedureSummary(one, account))
  await installProcedures(engine, [...definitions, ...theirs.summaries])
  const { executions } = await engine.recover()
  const { dialect } = store
  // The only process that may have the file looks after everything itself.
  const turn = dialect === 'sqlite' ? undefined : janitorTurn(options, store)
  shutdown.add('the janitor of deployments', startJanitor(deploys, turn))
  if (turn !== undefined) shutdown.add('the look at what other nodes deploy', watchElsewhere(deploys))
  const procedures = theirs.summaries.map(({ name }) => name)
  const schemas = new Map([...definitions, ...theirs.summaries].map(({ name, inputSchema }) => [name, inputSchema]))
  const inputs = { check: theirs.checkInput, schemaOf: (name: string) => schemas.get(name) }
  return { engine, deploys, inputs, procedures, resumed: executions }
}

/** Longer than two looks, so that it stays with the node that has it. */
const janitorLeaseMs = 15_000

function janitorTurn({ dataFolder, clock, randomBytes }: RuntimeOptions, store: Store): JanitorOptions {
  const holder = nodeNameOf(dataFolder, randomBytes)
  const lease = new NamedLease({ store, clock, name: 'janitor of deployments', holder, leaseMs: janitorLeaseMs })
  return { mayLook: () => lease.isMine(store) }
}

type Handlers = Parameters<typeof createEngine>[0]['handlers']
type UserProcedures = {
  readonly handlers: Handlers
  readonly summaries: readonly ProcedureSummary[]
  readonly checkInput: InputRules['check']
}

/** Those of the configuration file: code of somebody else's, so it runs in workers. */
async function openUserProcedures(
  { configurationFile, clock, logger, environment }: RuntimeOptions,
  { account }: Ground,
  shutdown: Shutdown,
): Promise<UserProcedures> {
  if (configurationFile === undefined) return { handlers: [], summaries: [], checkInput: async () => {} }
  const worker = workerHandler(configurationFile, { account, clock, log: logger, environment })
  shutdown.add('the procedures', () => worker.close())
  const summaries = await worker.load()
  const names = new Set(summaries.map(({ name }) => name))
  return {
    handlers: [worker],
    summaries,
    checkInput: async (name, input) => {
      if (names.has(name)) await worker.checkInput(name, input)
    },
  }
}

function buildEngine(
  options: RuntimeOptions,
  { store, account, connections, gate, observer }: Ground,
  { shutdown, handlers }: { readonly shutdown: Shutdown; readonly handlers: Handlers },
): Engine {
  const { configuration, dataFolder, clock, randomBytes, logger } = options
  const expressions = createExpressions()
  shutdown.add('the expressions', () => expressions.close())
  const services = openServices(options, { connections, gate }, shutdown)
  return createEngine({
    ...{ store, clock, logger, randomBytes, expressions, account },
    ...(observer === undefined ? {} : { observer }),
    limits: {
      ...(configuration.limits === 'aws' ? awsLimits : embeddedLimits),
      expressExecutions: configuration.express.maxRunning,
    },
    handlers: [...handlers, ...services.handlers],
    objectStores: services.objectStores,
    mockCheck: apiMockCheck(),
    tokenKey: tokenKeyOf(dataFolder, randomBytes),
    retention: { executionsKeptMs: configuration.retention.executions },
    historyLog: openHistoryLog({
      dataFolder,
      clock,
      keptForMs: configuration.retention.logs,
      onFailure: (error) => logger.error('histories cannot be logged', { error }),
    }),
    // Others may have the same database open.
    ...(store.dialect === 'sqlite'
      ? {}
      : { node: { name: nodeNameOf(dataFolder, randomBytes), hints: hintsOver(store.signals) } }),
  })
}

/** Otherwise a user's machine would take the place of the one that deploys. @throws HoldfastError app.procedure_refused */
function refuseTakenNames(ours: readonly { readonly name: string }[], theirs: readonly { readonly name: string }[]) {
  const taken = theirs.find(({ name }) => ours.some((own) => own.name === name))
  if (taken === undefined) return
  throw appError('app.procedure_refused', `"${taken.name}" is the name of a procedure of Holdfast's own`, {
    place: taken.name,
    repair: 'give the procedure another name',
  })
}
