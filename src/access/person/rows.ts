/** People and groups as rows. */
import type { Reader, Transaction } from '../../store/index.ts'
import { type Grant, printGrant } from '../grant.ts'

export type Queries = Pick<Reader, 'prepare'>

export type PersonRow = {
  readonly id: string
  readonly login: string
  readonly name: string
  /** JSON. */
  readonly grants: string
  readonly created_at: number
  readonly disabled_at: number | null
  readonly password_hash: string | null
  readonly sealed_totp: string | null
  readonly totp_step: number | null
  readonly joined_at: number | null
}

/** What people's ids begin with. */
export const personIdPrefix = 'per_'

const columns = 'id, login, name, grants, created_at, disabled_at, password_hash, sealed_totp, totp_step, joined_at'

export function insertPerson(
  tx: Transaction,
  person: Pick<PersonRow, 'id' | 'login' | 'name' | 'grants' | 'created_at'>,
): void {
  const { id, login, name, grants, created_at } = person
  tx.prepare('INSERT INTO access_person (id, login, name, grants, created_at) VALUES (?, ?, ?, ?, ?)').run(
    ...[id, login, name, grants, created_at],
  )
}

export const personById = (queries: Queries, id: string): PersonRow | undefined =>
  queries.prepare<PersonRow>(`SELECT ${columns} FROM access_person WHERE id = ?`).get(id)

export const personByLogin = (queries: Queries, login: string): PersonRow | undefined =>
  queries.prepare<PersonRow>(`SELECT ${columns} FROM access_person WHERE login = ?`).get(login)

export const allPeople = (queries: Queries): readonly PersonRow[] =>
  queries.prepare<PersonRow>(`SELECT ${columns} FROM access_person ORDER BY login`).all()

export type ChangedPerson = Pick<PersonRow, 'name' | 'grants' | 'disabled_at'>

export function changePersonRow(tx: Transaction, id: string, { name, grants, disabled_at }: ChangedPerson): void {
  tx.prepare('UPDATE access_person SET name = ?, grants = ?, disabled_at = ? WHERE id = ?').run(
    name,
    grants,
    disabled_at,
    id,
  )
}

export type Credentials = Pick<PersonRow, 'password_hash' | 'sealed_totp' | 'totp_step' | 'joined_at'>

export function setCredentials(tx: Transaction, id: string, credentials: Credentials): void {
  const { password_hash, sealed_totp, totp_step, joined_at } = credentials
  tx.prepare(
    'UPDATE access_person SET password_hash = ?, sealed_totp = ?, totp_step = ?, joined_at = ? WHERE id = ?',
  ).run(password_hash, sealed_totp, totp_step, joined_at, id)
}

/** False when a code of this period, or a later one, was taken before: the same code opens one session. */
export function spendTotpStep(tx: Transaction, id: string, step: number): boolean {
  const sql = 'UPDATE access_person SET totp_step = ? WHERE id = ? AND (totp_step IS NULL OR totp_step < ?)'
  return tx.prepare(sql).run(step, id, step).changes === 1
}

// ---- groups

export type GroupRow = { readonly name: string; readonly grants: string; readonly created_at: number }

export const groupByName = (queries: Queries, name: string): GroupRow | undefined =>
  queries.prepare<GroupRow>('SELECT name, grants, created_at FROM access_group WHERE name = ?').get(name)

export const allGroups = (queries: Queries): readonly GroupRow[] =>
  queries.prepare<GroupRow>('SELECT name, grants, created_at FROM access_group ORDER BY name').all()

export function putGroup(tx: Transaction, { name, grants, created_at }: GroupRow): void {
  tx.prepare(
    `INSERT INTO access_group (name, grants, created_at) VALUES (?, ?, ?)
      ON CONFLICT (name) DO UPDATE SET grants = excluded.grants`,
  ).run(name, grants, created_at)
}

export function deleteGroup(tx: Transaction, name: string): void {
  tx.prepare('DELETE FROM access_group_member WHERE group_name = ?').run(name)
  tx.prepare('DELETE FROM access_group WHERE name = ?').run(name)
}

export const groupsOf = (queries: Queries, personId: string): readonly string[] =>
  queries
    .prepare<{ group_name: string }>(
      'SELECT group_name FROM access_group_member WHERE person_id = ? ORDER BY group_name',
    )
    .all(personId)
    .map(({ group_name }) => group_name)

export const membersOf = (queries: Queries, group: string): readonly string[] =>
  queries
    .prepare<{ login: string }>(
      `SELECT login FROM access_group_member JOIN access_person ON access_person.id = person_id
        WHERE group_name = ? ORDER BY login`,
    )
    .all(group)
    .map(({ login }) => login)

export function setGroups(tx: Transaction, personId: string, groups: readonly string[]): void {
  tx.prepare('DELETE FROM access_group_member WHERE person_id = ?').run(personId)
  const insert = tx.prepare('INSERT INTO access_group_member (group_name, person_id) VALUES (?, ?)')
  for (const group of new Set(groups)) insert.run(group, personId)
}

/** Their own and those of their groups, each once. */
export function grantsOfPerson(queries: Queries, person: Pick<PersonRow, 'id' | 'grants'>): Grant[] {
  const ofGroups = queries
    .prepare<{ grants: string }>(
      'SELECT grants FROM access_group JOIN access_group_member ON group_name = name WHERE person_id = ? ORDER BY name',
    )
    .all(person.id)
  const all = [person, ...ofGroups].flatMap(({ grants }) => JSON.parse(grants) as Grant[])
  return [...new Map(all.map((grant) => [printGrant(grant), grant])).values()]
}

// ---- recovery codes

export function replaceRecoveryCodes(tx: Transaction, personId: string, hashes: readonly string[]): void {
  tx.prepare('DELETE FROM access_recovery_code WHERE person_id = ?').run(personId)
  const insert = tx.prepare('INSERT INTO access_recovery_code (person_id, code_hash) VALUES (?, ?)')
  for (const hash of hashes) insert.run(personId, hash)
}

/** Of two that bring it at once the condition lets one through. */
export function spendRecoveryCode(tx: Transaction, personId: string, hash: string, nowMs: number): boolean {
  const sql = 'UPDATE access_recovery_code SET spent_at = ? WHERE person_id = ? AND code_hash = ? AND spent_at IS NULL'
  return tx.prepare(sql).run(nowMs, personId, hash).changes === 1
}

export const recoveryCodesLeft = (queries: Queries, personId: string): number =>
  Number(
    queries
      .prepare<{ left: number }>(
        'SELECT count(*) AS left FROM access_recovery_code WHERE person_id = ? AND spent_at IS NULL',
      )
      .get(personId)?.left ?? 0,
  )
