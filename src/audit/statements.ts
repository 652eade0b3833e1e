/** Signed statements about the chain: a head says what the hash was at a place, a cut says what was pruned up to a place. */
import type { Reader, Transaction } from '../store/index.ts'
import type { SigningKey } from './keys.ts'

export type StatementKind = 'head' | 'cut'
export type Statement = {
  readonly kind: StatementKind
  readonly seq: number
  readonly hash: string
  /** Milliseconds since 1970 UTC. */
  readonly at: number
  readonly keyId: string
  /** Base64 Ed25519 over `statementText`. */
  readonly signature: string
}
export type StoredStatement = Statement & { readonly id: number }

type Unsigned = Pick<Statement, 'kind' | 'seq' | 'hash' | 'at'>

/** The RFC 8785 text that is signed. */
export function statementText({ kind, seq, hash, at, keyId }: Unsigned & { readonly keyId: string }): string {
  return JSON.stringify({ at, hash, keyId, kind, seq })
}

export function signStatement(key: SigningKey, unsigned: Unsigned): Statement {
  const statement = { ...unsigned, keyId: key.id }
  return { ...statement, signature: key.sign(statementText(statement)) }
}

export function isGenuine(key: SigningKey, statement: Statement): boolean {
  return statement.keyId === key.id && key.verify(statementText(statement), statement.signature)
}

const columns = 'id, kind, seq, hash, at, key_id AS keyId, signature'

export function insertStatement(tx: Transaction, statement: Statement): void {
  const { kind, seq, hash, at, keyId, signature } = statement
  tx.prepare('INSERT INTO trail_statements (kind, seq, hash, at, key_id, signature) VALUES (?, ?, ?, ?, ?, ?)').run(
    kind,
    seq,
    hash,
    at,
    keyId,
    signature,
  )
}

export function latestStatement(read: Pick<Reader, 'prepare'>, kind: StatementKind): StoredStatement | undefined {
  return read
    .prepare<StoredStatement>(
      `SELECT ${columns} FROM trail_statements WHERE kind = ? ORDER BY seq DESC, id DESC LIMIT 1`,
    )
    .get(kind)
}

export type SigningState = {
  /** The last place that is sealed, and the last that is signed. */
  readonly sealed: number
  readonly signed: number
  /** When the last head was signed. */
  readonly headAt: number | undefined
}

/** In one question: it is asked after every sealing. */
export function signingState(read: Pick<Reader, 'prepare'>): SigningState {
  type Row = { readonly [K in 'sealed' | 'head' | 'cut' | 'headAt']: number | null }
  const row = read
    .prepare<Row>(
      `SELECT (SELECT MAX(seq) FROM trail) AS sealed,
        (SELECT MAX(seq) FROM trail_statements WHERE kind = 'head') AS head,
        (SELECT MAX(seq) FROM trail_statements WHERE kind = 'cut') AS cut,
        (SELECT at FROM trail_statements WHERE kind = 'head' ORDER BY seq DESC, id DESC LIMIT 1) AS headAt`,
    )
    .get()
  const cut = row?.cut ?? 0
  return {
    sealed: Math.max(row?.sealed ?? 0, cut),
    signed: Math.max(row?.head ?? 0, cut),
    headAt: row?.headAt ?? undefined,
  }
}

/** Heads in the order they were signed, `limit` at a time. */
export function headsAfter(read: Reader, id: number, limit: number): StoredStatement[] {
  return read.all<StoredStatement>(
    `SELECT ${columns} FROM trail_statements WHERE kind = 'head' AND id > ? ORDER BY id LIMIT ?`,
    id,
    limit,
  )
}

export function statementsAfter(read: Reader, id: number): StoredStatement[] {
  return read.all<StoredStatement>(`SELECT ${columns} FROM trail_statements WHERE id > ? ORDER BY id`, id)
}

/** What proves the records from `first` to `last`: the cut that stands before them, and the last head among them. */
export function statementsWithin(read: Reader, first: number, last: number): StoredStatement[] {
  const one = (kind: StatementKind, from: number, to: number): StoredStatement[] =>
    read.all<StoredStatement>(
      `SELECT ${columns} FROM trail_statements WHERE kind = ? AND seq >= ? AND seq <= ? ORDER BY seq DESC, id DESC LIMIT 1`,
      kind,
      from,
      to,
    )
  return first === 0 ? [] : [...one('cut', first - 1, first - 1), ...one('head', first, last)]
}

export function statementBySignature(read: Reader, signature: string): StoredStatement | undefined {
  return read.get<StoredStatement>(`SELECT ${columns} FROM trail_statements WHERE signature = ?`, signature)
}
