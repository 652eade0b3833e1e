/** The SQL of aliases: names that point at one or two versions of a machine. */
import type { JsonText } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import { tooManyAliases } from '../errors.ts'
import type { Queries } from '../registry.ts'
import type { StoredRoute } from './routing.ts'

export type Alias = {
  readonly name: string
  readonly description: string | null
  readonly routing: JsonText
  readonly createdAt: number
  readonly updatedAt: number
}

/** AWS's quota of one machine. */
const maxAliases = 100

const columns = 'name, description, routing, created_at AS createdAt, updated_at AS updatedAt'

export function findAlias(queries: Queries, machineId: number, name: string): Alias | undefined {
  return queries
    .prepare<Alias>(`SELECT ${columns} FROM machine_alias WHERE machine_id = ? AND name = ?`)
    .get(machineId, name)
}

/** By name, after `after`. */
export function readAliases(queries: Queries, machineId: number, after: string, limit: number): readonly Alias[] {
  return queries
    .prepare<Alias>(`SELECT ${columns} FROM machine_alias WHERE machine_id = ? AND name > ? ORDER BY name LIMIT ?`)
    .all(machineId, after, limit)
}

/** Names of the aliases that point at a version: a machine has few. */
export function aliasesOfVersion(queries: Queries, machineId: number, number: number): readonly string[] {
  return readAliases(queries, machineId, '', maxAliases)
    .filter(({ routing }) => readRouting(routing).some(({ version }) => version === number))
    .map(({ name }) => name)
}

/** @throws HoldfastError alias.too_many */
export function insertAlias(tx: Transaction, machineId: number, alias: Alias): void {
  if (readAliases(tx, machineId, '', maxAliases).length >= maxAliases) throw tooManyAliases(maxAliases)
  tx.prepare(
    `INSERT INTO machine_alias (machine_id, name, description, routing, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  ).run(machineId, alias.name, alias.description, alias.routing, alias.createdAt, alias.updatedAt)
}

export function changeAlias(tx: Transaction, machineId: number, alias: Alias): void {
  tx.prepare(
    'UPDATE machine_alias SET description = ?, routing = ?, updated_at = ? WHERE machine_id = ? AND name = ?',
  ).run(alias.description, alias.routing, alias.updatedAt, machineId, alias.name)
}

/** @returns whether there was one */
export function dropAlias(tx: Transaction, machineId: number, name: string): boolean {
  return tx.prepare('DELETE FROM machine_alias WHERE machine_id = ? AND name = ?').run(machineId, name).changes > 0
}

/** With the machine. */
export function dropAliases(tx: Transaction, machineId: number): void {
  tx.prepare('DELETE FROM machine_alias WHERE machine_id = ?').run(machineId)
}

export const printRouting = (routes: readonly StoredRoute[]): JsonText => JSON.stringify(routes)
/** Written by `printRouting`. */
export const readRouting = (text: JsonText): readonly StoredRoute[] => JSON.parse(text) as readonly StoredRoute[]
