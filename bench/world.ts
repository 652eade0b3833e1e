/** What a workload runs on: a store and an engine on a folder of its own, with the machine's clock. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Actor } from '../src/access/index.ts'
import { systemClock, systemRandom } from '../src/app/system-clock.ts'
import { openTrail, startTrail } from '../src/audit/index.ts'
import { silentLogger } from '../src/base/index.ts'
import {
  createEngine,
  createStateMachine,
  definitionOf,
  embeddedLimits,
  type Engine,
  type EngineObserver,
  type NodeOptions,
  type Procedure,
  procedureHandler,
} from '../src/engine/index.ts'
import { createExpressions } from '../src/jsonata/index.ts'
import { openStore, type Store } from '../src/store/index.ts'
import { createTelemetry } from '../src/telemetry/index.ts'

export const admin: Actor = { type: 'user', id: 'bench', via: 'api', grants: [{ role: 'admin' }] }
const account = { region: 'us-east-1', accountId: '123456789012' }
const roleArn = 'arn:aws:iam::123456789012:role/bench'

export type World = {
  readonly store: Store
  readonly engine: Engine
  /**
   * Resolves when the execution has ended, without a look at the store. Ask in the turn in which its start is told, and only
   * of one that makes a call: its end is then another commit.
   */
  ending(executionArn: string): Promise<void>
  close(): Promise<void>
}

/** A new folder below the temp folder, or one that is given (and then kept). */
export function newFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** A database that others use too, and which of them this is; the folder has the keys alone then. */
export type SharedPlace = { readonly store: Store; readonly node: NodeOptions }

/** The file of a world that shares it with nobody. */
export const openFile = (folder: string): Store =>
  openStore({ path: join(folder, 'holdfast.db'), clock: systemClock, logger: silentLogger })

export function openWorld(
  folder: string,
  procedures: readonly Procedure[],
  { store = openFile(folder), node }: Partial<SharedPlace> = {},
): World {
  const trail = openTrail({ store, clock: systemClock, logger: silentLogger, randomBytes: systemRandom, folder })
  const stopSealing = startTrail({ trail, store, clock: systemClock, logger: silentLogger })
  const expressions = createExpressions()
  const telemetry = createTelemetry({
    ...{ store, clock: systemClock, logger: silentLogger, randomBytes: systemRandom, fetch, version: 'bench' },
    elapsed: () => performance.now(),
    slowMs: 100,
    tracing: undefined,
    keptMs: 0,
    storeBytes: () => undefined,
    engine: () => ({ queued: 0, calls: 0, express: 0 }),
  })
  const awaited = new Map<string, () => void>()
  const observer: EngineObserver = {
    ...telemetry.observer,
    committed(facts) {
      telemetry.observer.committed(facts)
      for (const { arn } of facts.closed) awaited.get(arn)?.()
    },
  }
  const engine = createEngine({
    store,
    clock: systemClock,
    logger: silentLogger,
    randomBytes: systemRandom,
    expressions,
    account,
    limits: embeddedLimits,
    handlers: [procedureHandler(procedures, { account, clock: systemClock, log: silentLogger })],
    tokenKey: new Uint8Array(32).fill(7),
    // Counted as in production.
    observer,
    ...(node === undefined ? {} : { node }),
  })
  return {
    store,
    engine,
    ending: (arn) =>
      new Promise((resolve) => {
        awaited.set(arn, () => {
          awaited.delete(arn)
          resolve()
        })
      }),
    async close() {
      await engine.close()
      await expressions.close()
      await stopSealing()
      await store.close()
    },
  }
}

/** Creates the procedure's state machine. Returns its ARN. */
export async function install({ engine }: World, procedure: Procedure): Promise<string> {
  const definition = definitionOf(procedure, account)
  return (await createStateMachine(engine, admin, { name: procedure.name, definition, roleArn })).arn
}

/** Resolves when the execution has ended. */
export function ended({ engine, store }: World, executionArn: string): Promise<void> {
  const [machineName = '', name = ''] = executionArn.split(':').slice(-2)
  const row = store.read.get<{ id: number; status: number }>(
    'SELECT id, status FROM execution WHERE machine_name = ? AND name = ?',
    machineName,
    name,
  )
  if (row === undefined || row.status !== 0) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  const leave = engine.watchers.add(row.id, (news) => {
    if (news !== 'closed') return
    leave()
    resolve()
  })
  return promise
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
