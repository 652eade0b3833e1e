/** The pieces of a deployment's traffic in the store. */
import type { Transaction } from '../../store/index.ts'
import {
  isTooShort,
  joined,
  mostPieces,
  pieceBetween,
  sampleOf,
  type SideOfPiece,
  type TrafficPiece,
  type TrafficSample,
} from '../evidence/samples.ts'
import { kept, type TrafficReading } from '../evidence/traffic.ts'
import type { Queries } from '../sql.ts'
import { noteChange } from './changes.ts'

type Row = {
  readonly position: number
  readonly beganAt: number
  readonly endedAt: number
  readonly incoming: string | null
  readonly outgoing: string | null
  readonly unplaced: number
  readonly reading: string | null
}

const columns = 'position, began_at AS beganAt, ended_at AS endedAt, incoming, outgoing, unplaced, reading'

/** What was read now, counted from what was read last. In the transaction that keeps what else was seen. */
export function noteSample(tx: Transaction, deployment: string, reading: TrafficReading): void {
  const last = newest(tx, deployment)
  if (last === undefined) return begin(tx, deployment, reading)
  // Two that read at once: the later one has counted both.
  if (last.reading === null || reading.at <= last.endedAt) return
  const fresh = pieceBetween(readingIn(last.reading), reading)
  const before = pieceOf(last)
  const grown = before !== undefined && isTooShort(before) ? joined(before, fresh) : undefined
  const stays = before !== undefined && grown === undefined
  noteChange(tx, deployment)
  if (stays)
    tx.prepare('UPDATE deploy_sample SET reading = NULL WHERE deployment = ? AND position = ?').run(deployment, last.position) // prettier-ignore
  else remove(tx, deployment, last.position)
  write(tx, deployment, { position: stays ? last.position + 1 : last.position, piece: grown ?? fresh, reading })
  if (stays) thin(tx, deployment)
}

function begin(tx: Transaction, deployment: string, reading: TrafficReading): void {
  tx.prepare(
    `INSERT INTO deploy_sample (deployment, position, began_at, ended_at, unplaced, reading) VALUES (?, 1, ?, ?, 0, ?)`,
  ).run(deployment, reading.at, reading.at, JSON.stringify(kept(reading)))
}

type Written = {
  readonly position: number
  readonly piece: TrafficPiece
  readonly reading: TrafficReading | undefined
}

function write(tx: Transaction, deployment: string, { position, piece, reading }: Written): void {
  tx.prepare(
    `INSERT INTO deploy_sample (deployment, position, began_at, ended_at, incoming, outgoing, unplaced, reading)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    deployment,
    position,
    piece.beganAt,
    piece.endedAt,
    JSON.stringify(piece.incoming),
    JSON.stringify(piece.outgoing),
    piece.unplaced,
    reading === undefined ? null : JSON.stringify(kept(reading)),
  )
}

function remove(tx: Transaction, deployment: string, position: number): void {
  tx.prepare('DELETE FROM deploy_sample WHERE deployment = ? AND position = ?').run(deployment, position)
}

/** Two neighbours become one, so that half of them are left. The newest, which goes on, stays as it is. */
function thin(tx: Transaction, deployment: string): void {
  const rows = allOf(tx, deployment)
  if (rows.length <= mostPieces) return
  const older = rows.slice(0, -1)
  for (let at = 0; at + 1 < older.length; at += 2) {
    const [a, b] = [older[at], older[at + 1]]
    const pieces = [a, b].map((row) => (row === undefined ? undefined : pieceOf(row)))
    const [first, second] = pieces
    if (a === undefined || b === undefined || first === undefined || second === undefined) continue
    remove(tx, deployment, a.position)
    remove(tx, deployment, b.position)
    write(tx, deployment, { position: b.position, piece: joined(first, second), reading: undefined })
  }
}

function allOf(queries: Queries, deployment: string): readonly Row[] {
  return queries.prepare<Row>(`SELECT ${columns} FROM deploy_sample WHERE deployment = ? ORDER BY position`).all(deployment) // prettier-ignore
}

function newest(queries: Queries, deployment: string): Row | undefined {
  const sql = `SELECT ${columns} FROM deploy_sample WHERE deployment = ? ORDER BY position DESC LIMIT 1`
  return queries.prepare<Row>(sql).get(deployment)
}

/** In the order of time. */
export function samplesOf(queries: Queries, deployment: string): readonly TrafficSample[] {
  return allOf(queries, deployment).flatMap((row) => sampleIn(row) ?? [])
}

export function newestSampleOf(queries: Queries, deployment: string): TrafficSample | undefined {
  const row = newest(queries, deployment)
  return row === undefined ? undefined : sampleIn(row)
}

function sampleIn(row: Row): TrafficSample | undefined {
  const piece = pieceOf(row)
  return piece === undefined ? undefined : sampleOf(row.position, piece)
}

/** The columns hold what this file wrote. */
function pieceOf({ beganAt, endedAt, incoming, outgoing, unplaced }: Row): TrafficPiece | undefined {
  if (incoming === null || outgoing === null) return undefined
  const side = (text: string): SideOfPiece => JSON.parse(text) as SideOfPiece
  return { beganAt, endedAt, incoming: side(incoming), outgoing: side(outgoing), unplaced }
}

const readingIn = (text: string): TrafficReading => JSON.parse(text) as TrafficReading
