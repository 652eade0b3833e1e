/** Proving the trail: walks the chain, checks every signature, and names the first place that does not hold. */
import { setImmediate as turn } from 'node:timers/promises'
import type { Reader } from '../store/index.ts'
import { canonicalJson, type PlainJson } from './canonical.ts'
import { rangeInvalid } from './errors.ts'
import type { HeadsFile } from './heads-file.ts'
import type { SigningKey } from './keys.ts'
import { noHash, recordText, type SealedRecord } from './record.ts'
import { sealedOf, type TrailRow } from './rows.ts'
import { chainEnd, hashOf } from './seal.ts'
import { headsAfter, isGenuine, latestStatement, type Statement } from './statements.ts'
import { type Foothold, footholdBefore, pageAfter, type TrailRange } from './walk.ts'

export type BreakReason =
  /** There is no record with this number. */
  | 'missing'
  /** The record is not what was hashed: changed, or moved from another place. */
  | 'changed'
  /** A record stands before the beginning of the chain, where lists would show it and no hash covers it. */
  | 'smuggled'
  /** The hash is not the one that a signed statement gives for this place. */
  | 'head_differs'
  /** The signature of a head or cut is not ours. */
  | 'forged'
  /** Signed heads speak of this record, and the chain ends before it. */
  | 'truncated'

export type Break = { readonly seq: number; readonly reason: BreakReason; readonly detail: string }

export type Verification = {
  readonly ok: boolean
  /** The first place that does not hold. */
  readonly broken?: Break
  readonly from: number
  readonly to: number
  readonly checkedRecords: number
  /** Signed statements about the range, in the database and in the heads file. */
  readonly checkedHeads: number
  /** The last record of the range that a genuine head covers; what comes after is chained but not yet signed. */
  readonly signedThrough: number
  /** Everything up to here was pruned, as a signed cut says. */
  readonly prunedThrough: number
  /** The tail that is committed but not yet sealed: nothing protects it so far. */
  readonly unsealedRecords: number
  readonly oldestUnsealedAt?: number
}

export type VerifyPlace = { readonly read: Reader; readonly key: SigningKey; readonly headsFile: HeadsFile }

const recordPage = 1000
/** A signature takes some 100 µs to check. */
const headPage = 50

/** @throws HoldfastError audit.range */
export async function verifyTrail(place: VerifyPlace, range: TrailRange = {}): Promise<Verification> {
  const from = range.from ?? 1
  const to = range.to ?? Math.max(from, chainEnd(place.read).seq)
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 1 || to < from) throw rangeInvalid(from, to)
  const walk = new Walk(place, { from, to, toIsOwed: range.to !== undefined })
  await walk.records()
  await walk.heads()
  return walk.report()
}

type Bounds = {
  readonly from: number
  readonly to: number
  /** The caller named the end: records up to it must be there. */ readonly toIsOwed: boolean
}

class Walk {
  readonly #place: VerifyPlace
  readonly #bounds: Bounds
  #foothold: Foothold = { seq: 0, hash: noHash }
  #checkedRecords = 0
  #checkedHeads = 0
  #signedThrough = 0
  #broken: Break | undefined

  constructor(place: VerifyPlace, bounds: Bounds) {
    this.#place = place
    this.#bounds = bounds
  }

  async records(): Promise<void> {
    const { from, to, toIsOwed } = this.#bounds
    const foothold = footholdBefore(this.#place.read, from)
    if (foothold === undefined) {
      this.#break(from - 1, 'missing', 'the record before the range is not there to compare with')
      return
    }
    if (!this.#standOn(foothold)) return
    while (this.#page()) await turn()
    const { seq } = this.#foothold
    if (this.#broken === undefined && toIsOwed && seq < to) this.#break(seq + 1, 'missing', `the chain ends at ${seq}`)
  }

  #standOn(foothold: Foothold): boolean {
    this.#foothold = foothold
    if (foothold.cut !== undefined && !isGenuine(this.#place.key, foothold.cut)) {
      return this.#break(foothold.seq, 'forged', 'the cut that says what was pruned is not signed with our key')
    }
    return foothold.cut === undefined && foothold.seq > 0 ? true : this.#nothingUpTo(foothold.seq)
  }

  /** Behind a cut, and before the first record, there is nothing. */
  #nothingUpTo(beginning: number): boolean {
    const smuggled = this.#place.read.get<{ seq: number }>(
      'SELECT seq FROM trail WHERE seq <= ? ORDER BY seq LIMIT 1',
      beginning,
    )
    if (smuggled === undefined) return true
    return this.#break(smuggled.seq, 'smuggled', `the chain begins after ${beginning}`)
  }

  /** False when the walk is over. */
  #page(): boolean {
    const rows = pageAfter(this.#place.read, this.#foothold.seq, this.#bounds.to, recordPage)
    const first = rows[0]
    if (first === undefined) return false
    if (first.seq !== this.#foothold.seq + 1 && this.#wasPruned()) return true
    return rows.every((row) => this.#record(row)) && rows.length === recordPage
  }

  /** Pruning may have overtaken the walk: then it goes on behind the new cut. */
  #wasPruned(): boolean {
    const foothold = footholdBefore(this.#place.read, this.#foothold.seq + 1)
    return foothold !== undefined && foothold.seq > this.#foothold.seq && this.#standOn(foothold)
  }

  #record(row: TrailRow): boolean {
    const expected = this.#foothold.seq + 1
    if (row.seq !== expected) return this.#break(expected, 'missing', `after ${expected - 1} comes ${row.seq}`)
    if (!isIntact(sealedOf(row, this.#foothold.hash))) {
      return this.#break(row.seq, 'changed', 'the record is not the one that was sealed')
    }
    this.#checkedRecords++
    this.#foothold = { seq: row.seq, hash: row.hash }
    return true
  }

  /** What was signed must be what stands there, in the database and in the file beside it. */
  async heads(): Promise<void> {
    const { read, headsFile } = this.#place
    let after = 0
    for (;;) {
      const page = headsAfter(read, after, headPage)
      for (const head of page) this.#statement(head, `head ${head.id} in the database`)
      after = page.at(-1)?.id ?? after
      if (page.length < headPage) break
      await turn()
    }
    let count = 0
    for await (const { line, statement } of headsFile.lines()) {
      this.#statement(statement, `line ${line} of the heads file`)
      if (++count % headPage === 0) await turn()
    }
  }

  #statement(statement: Statement | undefined, name: string): void {
    if (statement === undefined) {
      this.#break(this.#bounds.from, 'forged', `${name} is no signed statement`)
      return
    }
    const { read, key } = this.#place
    const { seq } = statement
    const end = chainEnd(read).seq
    if (seq <= end && (seq < this.#bounds.from || seq > this.#bounds.to)) return
    if (!isGenuine(key, statement)) {
      this.#break(Math.min(seq, end + 1), 'forged', `${name} is not signed with our key`)
      return
    }
    this.#checkedHeads++
    if (seq > end) this.#break(end + 1, 'truncated', `${name} speaks of record ${seq}`)
    else this.#compare(statement, name)
  }

  #compare({ seq, hash }: Statement, name: string): void {
    const { read } = this.#place
    const stands = read.get<{ hash: string }>('SELECT hash FROM trail WHERE seq = ?', seq)
    if (stands === undefined && seq <= prunedThrough(read)) return
    if (stands?.hash === hash) this.#signedThrough = Math.max(this.#signedThrough, seq)
    else this.#break(seq, stands === undefined ? 'missing' : 'head_differs', `${name} gives another hash`)
  }

  /** The lowest place is kept. Always false, for the callers that answer whether they may go on. */
  #break(seq: number, reason: BreakReason, detail: string): false {
    if (this.#broken === undefined || seq < this.#broken.seq) this.#broken = { seq, reason, detail }
    return false
  }

  report(): Verification {
    const tail = unsealedTail(this.#place.read)
    const { from, to } = this.#bounds
    return {
      ok: this.#broken === undefined,
      ...(this.#broken === undefined ? {} : { broken: this.#broken }),
      from,
      to,
      checkedRecords: this.#checkedRecords,
      checkedHeads: this.#checkedHeads,
      signedThrough: this.#signedThrough,
      prunedThrough: prunedThrough(this.#place.read),
      unsealedRecords: tail.count,
      ...(tail.oldest === null ? {} : { oldestUnsealedAt: tail.oldest }),
    }
  }
}

const prunedThrough = (read: Reader): number => latestStatement(read, 'cut')?.seq ?? 0

/**
 * The hash alone would not do: a text moved over a column's border could print the same record. So the one column that
 * is printed as it stands must be canonical JSON by itself.
 */
function isIntact(record: SealedRecord): boolean {
  const { hash, ...rest } = record
  if (record.change !== undefined && !isCanonical(record.change)) return false
  return hashOf(record.prevHash, recordText(rest)) === hash
}

function isCanonical(text: string): boolean {
  try {
    // Safe to cast: what JSON.parse gives is plain JSON.
    return canonicalJson(JSON.parse(text) as PlainJson) === text
  } catch {
    // Not even JSON: then it is not what we sealed.
    return false
  }
}

function unsealedTail(read: Reader): { readonly count: number; readonly oldest: number | null } {
  const tail = read.get<{ count: number; oldest: number | null }>(
    'SELECT count(*) AS count, min(at) AS oldest FROM trail_unsealed',
  )
  return tail ?? { count: 0, oldest: null }
}
