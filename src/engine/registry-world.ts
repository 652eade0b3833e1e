/** A registry in memory, for tests: time stands still, chance counts, and expressions are all right. */
import type { Actor } from '../access/index.ts'
import type { ExpressionChecker } from '../asl/index.ts'
import { silentLogger, VirtualClock } from '../base/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { findCurrentHead, finishDeletion } from './machine/queries.ts'
import type { Registry } from './registry.ts'

export const admin: Actor = { type: 'user', id: 'ada', via: 'api', grants: [{ role: 'admin' }] }
export const nobody: Actor = { type: 'user', id: 'eve', via: 'api' }

export const roleArn = 'arn:aws:iam::123456789012:role/run'
export const arnOf = (name: string): string => `arn:aws:states:eu-central-1:123456789012:stateMachine:${name}`
export const activityArnOf = (name: string): string => `arn:aws:states:eu-central-1:123456789012:activity:${name}`

/** A machine of one Pass state that returns `result`. */
export const definitionOf = (result: string): string =>
  JSON.stringify({ StartAt: 'Only', States: { Only: { Type: 'Pass', Result: result, End: true } } })

/** The real one stands behind the port and is tested on its own; this one reads `$name` and refuses `broken`. */
const expressions: ExpressionChecker = {
  check: (source) =>
    source.includes('broken') ? [{ code: 'INVALID_JSONATA_EXPRESSION', message: 'It is broken' }] : [],
  variables: (source) => [...source.matchAll(/\$(\w+)/g)].map((match) => match[1] ?? '').toSorted(),
}

export type RegistryWorld = Registry & { readonly clock: VirtualClock; readonly store: Store }

export function openRegistry(limits: Partial<Registry['limits']> = {}): RegistryWorld {
  const clock = new VirtualClock()
  let chance = 0
  return {
    store: openStore({ path: ':memory:', clock, logger: silentLogger }),
    clock,
    randomBytes: (length) => new Uint8Array(length).fill(++chance),
    expressions,
    account: { region: 'eu-central-1', accountId: '123456789012' },
    limits: { definitionBytes: 1_048_576, ...limits },
  }
}

type TrailRow = { readonly action: string; readonly subject_id: string; readonly change: string | null }

/** What the trail was told, in order. */
export function trailOf({ store }: Registry): { action: string; subject: string; change: unknown }[] {
  return store.read
    .all<TrailRow>('SELECT action, subject_id, change FROM trail_unsealed ORDER BY position')
    .map((row) => ({
      action: row.action,
      subject: row.subject_id,
      change: row.change === null ? undefined : (JSON.parse(row.change) as unknown),
    }))
}

let executions = 0

/** An execution of the machine that runs, as the engine keeps it. @returns its id */
export async function insertRunning({ store }: Registry, arn: string): Promise<number> {
  const name = `run-${++executions}`
  return store.write((tx) => {
    const head = findCurrentHead(tx, arn)
    if (head === undefined) throw new Error(`no machine ${arn}`)
    const insert = tx.prepare(
      `INSERT INTO execution (machine_id, revision_id, machine_name, name, status, started_at, input, busy)
        VALUES (?, ?, ?, ?, 0, 0, '{}', 0)`,
    )
    return insert.run(head.machineId, head.revisionId, head.machineName, name).lastInsertRowid
  })
}

/** Closes it, as the engine does: in one transaction with the end of its machine's deletion. @returns whether that went */
export async function closeRunning({ store }: Registry, executionId: number): Promise<boolean> {
  return store.write((tx) => {
    tx.prepare('UPDATE execution SET status = 1 WHERE id = ?').run(executionId)
    const row = tx.prepare<{ id: number }>('SELECT machine_id AS id FROM execution WHERE id = ?').get(executionId)
    return finishDeletion(tx, row?.id ?? 0)
  })
}
