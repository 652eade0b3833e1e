/**
 * The signed statements once more, as JSON lines outside the database: who rewrites the database cannot take them back.
 * The file is only ever added to; copy it to where the operators of this machine cannot write.
 */
import {
  appendFileSync,
  closeSync,
  createReadStream,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileFaultOf } from '../store/index.ts'
import type { Statement } from './statements.ts'

/** `statement` is undefined for a line that is none: somebody else wrote it. */
export type HeadsLine = { readonly line: number; readonly statement: Statement | undefined }

export interface HeadsFile {
  /** Every line that was there at the call, the key's own left out. */
  lines(): AsyncGenerator<HeadsLine, void, undefined>
  /** The last statements, oldest first, as many as are cheap to read. */
  tail(): readonly Statement[]
  /** Durable when it returns. */
  append(statements: readonly Statement[]): void
}

export type HeadsFileOptions = { readonly path: string; readonly keyId: string; readonly publicPem: string }

const tailBytes = 65_536

export function openHeadsFile({ path, keyId, publicPem }: HeadsFileOptions): HeadsFile {
  const begin = (): void => {
    if (existsSync(path)) dropTornLine(path)
    // Whoever holds the file alone can check the signatures with the key in its first line.
    if (sizeOf(path) === 0) appendLines(path, [{ kind: 'key', keyId, publicKey: publicPem }])
  }
  begin()
  return {
    lines: () => linesOf(path),
    tail: () =>
      lastText(path)
        .split('\n')
        .flatMap((text) => parseLine(text) ?? []),
    append(statements) {
      begin()
      appendLines(path, statements.map(lineOf))
    },
  }
}

function lineOf({ kind, seq, hash, at, keyId, signature }: Statement): Statement {
  return { kind, seq, hash, at, keyId, signature }
}

function appendLines(path: string, lines: readonly object[]): void {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  try {
    appendFileSync(path, text, { mode: 0o600, flush: true })
  } catch (error) {
    throw fileFaultOf(error, dirname(path))
  }
}

const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0)

async function* linesOf(path: string): AsyncGenerator<HeadsLine, void, undefined> {
  // Up to the last whole line of now: one that is being appended, or that a full disk cut off, is not read half.
  const size = existsSync(path) ? wholeLines(path) : 0
  if (size === 0) return
  const input = createReadStream(path, { encoding: 'utf8', end: size - 1 })
  let line = 0
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line++
    if (text !== '' && !text.startsWith('{"kind":"key"')) yield { line, statement: parseLine(text) }
  }
}

/** A crash or a full disk amid an append leaves half a line; its statement is still in the database and is exported again. */
function dropTornLine(path: string): void {
  const whole = wholeLines(path)
  if (whole < sizeOf(path)) truncateSync(path, whole)
}

/** How many bytes the lines with their ends take. */
function wholeLines(path: string): number {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const bytes = readEnd(file, size)
    return size - (bytes.length - (bytes.lastIndexOf(0x0a) + 1))
  } finally {
    closeSync(file)
  }
}

function lastText(path: string): string {
  if (!existsSync(path)) return ''
  const file = openSync(path, 'r')
  try {
    return readEnd(file, fstatSync(file).size).toString('utf8')
  } finally {
    closeSync(file)
  }
}

function readEnd(file: number, size: number): Buffer {
  const bytes = Buffer.alloc(Math.min(size, tailBytes))
  const read = readSync(file, bytes, 0, bytes.length, size - bytes.length)
  return bytes.subarray(0, read)
}

function parseLine(text: string): Statement | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isStatement(value) ? value : undefined
  } catch {
    // No JSON: `verify` reports the line.
    return undefined
  }
}

/** The cast only names the members; each is then tested. */
function isStatement(value: unknown): value is Statement {
  if (typeof value !== 'object' || value === null) return false
  const { kind, seq, at, hash, keyId, signature } = value as Partial<Record<keyof Statement, unknown>>
  return (
    (kind === 'head' || kind === 'cut') &&
    [seq, at].every(Number.isSafeInteger) &&
    [hash, keyId, signature].every((text) => typeof text === 'string')
  )
}
