/** A store, its trail and an engine on a data folder, put together by hand so that a test can stand between any two of them. */
import { join } from 'node:path'
import type { Actor } from '../../src/access/index.ts'
import { openTrail, type Trail } from '../../src/audit/index.ts'
import type { Clock, Logger, RandomBytes } from '../../src/base/index.ts'
import {
  createEngine,
  createStateMachine,
  embeddedLimits,
  type Engine,
  type EngineExpressions,
  type NodeOptions,
  type ResourceHandler,
} from '../../src/engine/index.ts'
import { openPostgres, openStore, type Schedule, type Store, type TraceEvent } from '../../src/store/index.ts'
import { accountId, region, roleArn } from './machines.ts'

export const admin: Actor = { type: 'user', id: 'ada', via: 'api', grants: [{ role: 'admin' }] }
export const account = { region, accountId }
/** The same over all lives of a folder: tokens that are out must stay good. */
export const tokenKey: Uint8Array = new Uint8Array(32).fill(7)
export const databaseFile = 'holdfast.sqlite'

export type WorldOptions = {
  readonly folder: string
  readonly clock: Clock
  readonly logger: Logger
  readonly randomBytes: RandomBytes
  readonly expressions: EngineExpressions
  readonly handlers: readonly ResourceHandler[]
  readonly objectStores?: Engine['objectStores']
  readonly schedule?: Schedule
  readonly onTrace?: (event: TraceEvent) => void
  /** On this database instead of the folder's, which has the keys alone; the engine is one node of several then. */
  readonly shared?: { readonly url: string; readonly node: NodeOptions }
  /** Stands between the engine, the trail and their store. */
  readonly between?: (store: Store) => Store
}

export type World = {
  readonly store: Store
  readonly trail: Trail
  readonly engine: Engine
  close(): Promise<void>
}

export function openWorld(options: WorldOptions): World {
  const { folder, clock, logger, randomBytes, expressions, handlers, shared, between } = options
  const store = openStoreOf(options)
  const used = between === undefined ? store : between(store)
  const trail = openTrail({ store: used, clock, logger, randomBytes, folder })
  const engine = createEngine({
    store: used,
    clock,
    logger,
    randomBytes,
    expressions,
    account,
    limits: embeddedLimits,
    handlers,
    tokenKey,
    ...(options.objectStores === undefined ? {} : { objectStores: options.objectStores }),
    ...(shared === undefined ? {} : { node: shared.node }),
  })
  const close = async (): Promise<void> => {
    await engine.close()
    await store.close()
  }
  return { store, trail, engine, close }
}

function openStoreOf({ folder, clock, logger, schedule, onTrace, shared }: WorldOptions): Store {
  const common = {
    ...{ clock, logger },
    ...(schedule === undefined ? {} : { schedule }),
    ...(onTrace === undefined ? {} : { onTrace }),
  }
  return shared === undefined
    ? openStore({ path: join(folder, databaseFile), ...common })
    : openPostgres({ url: shared.url, ...common })
}

export async function installMachine(engine: Engine, name: string, definition: string): Promise<string> {
  const { arn } = await createStateMachine(engine, admin, { name, definition, roleArn })
  return arn
}
