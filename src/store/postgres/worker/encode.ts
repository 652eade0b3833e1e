/** Parameters as PostgreSQL takes them: texts one by one, arrays in its binary form, which needs no escaping. */
import type { SqlValue } from '../../contract.ts'

export type Parameter = string | Buffer | null

export function parameterOf(value: SqlValue): Parameter {
  if (value === null || typeof value === 'string') return value
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return String(value)
}

/** Types of columns that the tables here have → the number of the type in PostgreSQL's catalog. */
const elementTypes = { bigint: 20, text: 25, 'double precision': 701, bytea: 17 } as const
export type ElementType = keyof typeof elementTypes

export const isElementType = (type: string): type is ElementType => type in elementTypes

/** `values[first]`, `values[first + stride]`, …: one column of many rows. */
export function arrayOf(type: ElementType, values: readonly SqlValue[], first: number, stride: number): Buffer {
  const count = Math.ceil((values.length - first) / stride)
  const header = 20
  const buffer = Buffer.allocUnsafe(header + sizeOf(type, values, first, stride))
  let hasNull = 0
  let at = header
  for (let index = first; index < values.length; index += stride) {
    const value = values[index] ?? null
    if (value === null) {
      hasNull = 1
      at = buffer.writeInt32BE(-1, at)
    } else at = writeElement(buffer, at, type, value)
  }
  // Dimensions, whether there are nulls, type of the elements, length and lower bound of the one dimension.
  ;[1, hasNull, elementTypes[type], count, 1].forEach((field, index) => buffer.writeInt32BE(field, index * 4))
  return buffer
}

function sizeOf(type: ElementType, values: readonly SqlValue[], first: number, stride: number): number {
  let size = 0
  for (let index = first; index < values.length; index += stride) {
    const value = values[index] ?? null
    size += 4
    if (value === null) continue
    if (type === 'text') size += Buffer.byteLength(String(value))
    else if (value instanceof Uint8Array) size += value.byteLength
    else size += 8
  }
  return size
}

/** Returns where the next one begins. */
function writeElement(buffer: Buffer, at: number, type: ElementType, value: SqlValue): number {
  const body = at + 4
  const size = writeBody(buffer, body, type, value)
  buffer.writeInt32BE(size, at)
  return body + size
}

function writeBody(buffer: Buffer, at: number, type: ElementType, value: SqlValue): number {
  if (type === 'text') return buffer.write(String(value), at)
  if (value instanceof Uint8Array) {
    buffer.set(value, at)
    return value.byteLength
  }
  if (type === 'bigint') writeInteger(buffer, at, value ?? 0)
  else buffer.writeDoubleBE(Number(value), at)
  return 8
}

const half = 4_294_967_296

/** In two halves: a BigInt for each number of each row would cost more than all the rest. */
function writeInteger(buffer: Buffer, at: number, value: string | number | bigint): void {
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    const high = Math.floor(value / half)
    buffer.writeInt32BE(high, at)
    buffer.writeUInt32BE(value - high * half, at + 4)
  } else buffer.writeBigInt64BE(BigInt(value), at)
}
