/** Which fleet serves a place, and which stands warm beside it. */
import type { Transaction } from '../../store/index.ts'
import type { Place } from '../place.ts'
import type { Queries } from '../sql.ts'

export type Pointer = Place & {
  readonly servingFleet: string | null
  readonly servingRelease: string | null
  readonly warmFleet: string | null
  readonly warmRelease: string | null
  /** Until when it stays warm at least. */
  readonly warmUntil: number | null
}

const columns = `project, config, serving_fleet AS servingFleet, serving_release AS servingRelease,
  warm_fleet AS warmFleet, warm_release AS warmRelease, warm_until AS warmUntil`

export function pointerOf(queries: Queries, { project, config }: Place): Pointer {
  const sql = `SELECT ${columns} FROM deploy_pointer WHERE project = ? AND config = ?`
  return queries.prepare<Pointer>(sql).get(project, config) ?? { project, config, ...nothing }
}

const nothing = { servingFleet: null, servingRelease: null, warmFleet: null, warmRelease: null, warmUntil: null }

export function allPointers(queries: Queries): Pointer[] {
  return queries.prepare<Pointer>(`SELECT ${columns} FROM deploy_pointer ORDER BY project, config`).all()
}

/** Places whose warm fleet has stood its time. */
export function expiredWarm(queries: Queries, now: number): Pointer[] {
  return queries.prepare<Pointer>(`SELECT ${columns} FROM deploy_pointer WHERE warm_until <= ?`).all(now)
}

export function writePointer(tx: Transaction, pointer: Pointer): void {
  tx.prepare(
    `INSERT INTO deploy_pointer (project, config, serving_fleet, serving_release, warm_fleet, warm_release, warm_until)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (project, config) DO UPDATE SET serving_fleet = excluded.serving_fleet,
      serving_release = excluded.serving_release, warm_fleet = excluded.warm_fleet,
      warm_release = excluded.warm_release, warm_until = excluded.warm_until`,
  ).run(
    pointer.project,
    pointer.config,
    pointer.servingFleet,
    pointer.servingRelease,
    pointer.warmFleet,
    pointer.warmRelease,
    pointer.warmUntil,
  )
}

/** Nobody may wake it any more: from this commit on it only waits to be taken down. */
export function forgetWarm(tx: Transaction, place: Place): void {
  writePointer(tx, { ...pointerOf(tx, place), warmFleet: null, warmRelease: null, warmUntil: null })
}
