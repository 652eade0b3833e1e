/**
 * Proving an export where nobody has the database: every record is what was hashed, each follows on the one before, and the signed head
 * in it covers them. Whose key signed has to be compared by whoever reads it: an export that somebody made up holds a key, too.
 */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { canonicalJson, type PlainJson } from './canonical.ts'
import { noHash, recordText, type SealedRecord } from './record.ts'
import { hashOf } from './seal.ts'
import { type Statement, statementText } from './statements.ts'
import type { Break, BreakReason } from './verify.ts'

export type ExportVerification = {
  readonly ok: boolean
  /** The first place that does not hold. */
  readonly broken?: Break
  readonly from: number
  readonly to: number
  readonly checkedRecords: number
  /** The last record that the head in it covers; 0 without one. */
  readonly signedThrough: number
  /** First 16 hex digits of the SHA-256 of the key in it: to be compared with the one that is known. */
  readonly keyId: string | undefined
}

type Line = { readonly kind?: unknown; readonly seq?: unknown } & Readonly<Record<string, unknown>>

export function verifyExport(lines: Iterable<string>): ExportVerification {
  const walk = new Walk()
  for (const text of lines) if (text !== '') walk.line(text)
  return walk.report()
}

class Walk {
  #from = 0
  #last = { seq: 0, hash: noHash }
  #checked = 0
  #signedThrough = 0
  #broken: Break | undefined
  #key: { readonly id: string; readonly pem: string } | undefined
  readonly #hashes = new Map<number, string>()

  line(text: string): void {
    const line = parsed(text)
    if (line === undefined) this.#break(this.#last.seq + 1, 'changed', 'the line is no JSON object')
    else if (line.kind === 'key') this.#takeKey(line)
    else if (line.kind === 'head' || line.kind === 'cut') this.#statement(line)
    else this.#record(text, line)
  }

  #record(text: string, line: Line): void {
    const seq = Number(line.seq)
    const expected = this.#from === 0 ? seq : this.#last.seq + 1
    if (this.#from === 0) this.#from = seq
    const record = recordIn(line)
    if (seq !== expected) this.#break(expected, 'missing', `after ${expected - 1} comes ${String(line.seq)}`)
    else if (!isIntact(text, record)) this.#break(seq, 'changed', 'the record is not the one that was sealed')
    else if (seq !== this.#from && record.prevHash !== this.#last.hash)
      this.#break(seq, 'changed', 'it does not follow on the record before')
    else if (seq === 1 && record.prevHash !== noHash) this.#break(seq, 'changed', 'the first record follows on another')
    this.#checked++
    this.#last = { seq, hash: record.hash }
    this.#hashes.set(seq, record.hash)
    if (seq === this.#from) this.#hashes.set(seq - 1, record.prevHash)
  }

  #takeKey({ keyId, publicKey }: Line): void {
    const pem = String(publicKey)
    const id = keyIdOf(pem)
    if (id === undefined || id !== keyId) this.#break(this.#from, 'forged', 'the key in it is not the one it says')
    else this.#key = { id, pem }
  }

  #statement(line: Line): void {
    // Its members are what is signed: whatever else they are, the signature does not fit.
    const statement = line as unknown as Statement
    const { seq, hash, keyId, signature, kind } = statement
    const isSigned =
      this.#key?.id === keyId &&
      verify(null, Buffer.from(statementText(statement)), this.#key.pem, Buffer.from(String(signature), 'base64'))
    if (!isSigned) this.#break(Number(seq), 'forged', `the ${kind} in it is not signed with the key in it`)
    else if (this.#hashes.get(seq) !== hash) this.#break(seq, 'head_differs', `the ${kind} in it gives another hash`)
    else if (kind === 'head') this.#signedThrough = seq
  }

  /** The lowest place is kept. */
  #break(seq: number, reason: BreakReason, detail: string): void {
    if (this.#broken === undefined || seq < this.#broken.seq) this.#broken = { seq, reason, detail }
  }

  report(): ExportVerification {
    return {
      ok: this.#broken === undefined,
      ...(this.#broken === undefined ? {} : { broken: this.#broken }),
      ...{ from: this.#from, to: this.#last.seq, checkedRecords: this.#checked },
      ...{ signedThrough: this.#signedThrough, keyId: this.#key?.id },
    }
  }
}

function parsed(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Line) : undefined
  } catch {
    // Told as a break, with its place.
    return undefined
  }
}

/** The cast: what is no record prints another text than the line, and is found by that. */
function recordIn({ change, ...rest }: Line): SealedRecord {
  const text = change === undefined ? {} : { change: canonicalJson(change as PlainJson) }
  return { ...rest, ...text } as unknown as SealedRecord
}

function isIntact(text: string, record: SealedRecord): boolean {
  try {
    const { hash, ...rest } = record
    return recordText(record) === text && hashOf(record.prevHash, recordText(rest)) === hash
  } catch {
    // It lacks what every record has.
    return false
  }
}

function keyIdOf(pem: string): string | undefined {
  try {
    const der = createPublicKey(pem).export({ type: 'spki', format: 'der' })
    return createHash('sha256').update(der).digest('hex').slice(0, 16)
  } catch {
    // No key: told as forged.
    return undefined
  }
}
