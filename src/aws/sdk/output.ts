/** The output of an SDK command → the result of a task: Step Functions' spelling, JSON's kinds of values. */
import type { NormalizedSchema } from '@smithy/core/schema'
import { type Json, JsonNumber, type JsonObject, jsonFromPlain } from '../../base/index.ts'
import { binaryFields, capitalised } from './input.ts'

/** More than any payload may have; beyond it a body is not even read. */
export const maxBodyBytes = 16 * 1024 * 1024

export class BodyTooLarge extends Error {
  constructor() {
    super(`a body of more than ${maxBodyBytes} bytes`)
    this.name = 'BodyTooLarge'
  }
}

/**
 * Reads streams to their end.
 *
 * @param schema absent for a client that was built without: then members keep their spelling
 * @throws BodyTooLarge; and what a stream that breaks off throws
 */
export async function sdkResult(
  output: Readonly<Record<string, unknown>>,
  schema: NormalizedSchema | undefined,
): Promise<JsonObject> {
  const members: [string, Json][] = []
  for (const [name, value] of Object.entries(output)) {
    if (name === '$metadata' || value === undefined || value === null) continue
    const read = isStream(value) ? await readStream(value) : value
    members.push([capitalised(name), convert(read, memberOf(schema, name), name)])
  }
  return new Map(members.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}

function convert(value: unknown, schema: NormalizedSchema | undefined, field: string): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      // JSON has no names for these; Java prints them so.
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return new JsonNumber(String(value))
    default:
      return typeof value === 'object' && value !== null ? convertObject(value, schema, field) : null
  }
}

function convertObject(value: object, schema: NormalizedSchema | undefined, field: string): Json {
  if (value instanceof Date) return instantText(value)
  if (value instanceof Uint8Array) return binaryFields.has(field) ? base64(value) : blobText(value)
  if (Array.isArray(value) || value instanceof Set) {
    const item = schema?.isListSchema() ? schema.getValueSchema() : undefined
    return [...value].map((one) => convert(one, item, field))
  }
  if (isBigNumeral(value)) return new JsonNumber(value.string)
  if (schema?.isDocumentSchema()) return jsonFromPlain(value)
  return members(value, schema)
}

/** A structure's members are spelled as Step Functions does; a map's keys are somebody's own. */
function members(value: object, schema: NormalizedSchema | undefined): JsonObject {
  const isStructure = schema?.isStructSchema() === true || schema?.isUnionSchema() === true
  const entries = Object.entries(value).filter((entry) => entry[1] !== undefined)
  return new Map(
    entries.map(([name, item]) => {
      if (isStructure) return [capitalised(name), convert(item, memberOf(schema, name), name)]
      return [name, convert(item, schema?.isMapSchema() ? schema.getValueSchema() : undefined, name)]
    }),
  )
}

function memberOf(schema: NormalizedSchema | undefined, name: string): NormalizedSchema | undefined {
  if (schema === undefined || !schema.isStructSchema()) return undefined
  // Asking for a member that the schema lacks would throw; a newer service may answer with more than the client knows.
  return [...schema.structIterator()].find(([member]) => member === name)?.[1]
}

/** As Java prints an instant: no fraction where there is none. */
function instantText(date: Date): string {
  return Number.isNaN(date.getTime()) ? String(date) : date.toISOString().replace('.000Z', 'Z')
}

/** Text where it is text, for most blobs are documents; base64 where it is not. */
export function blobText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    // Only bytes that are no UTF-8 make it throw.
    return base64(bytes)
  }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** The SDK's NumericValue: a number beyond doubles, as its text. */
const isBigNumeral = (value: object): value is { readonly string: string } =>
  'string' in value && 'type' in value && value.type === 'bigDecimal' && typeof value.string === 'string'

type ByteStream = AsyncIterable<Uint8Array> & { destroy?(): void }

const isStream = (value: unknown): value is ByteStream =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'pipe' in value

async function readStream(stream: ByteStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > maxBodyBytes) {
      stream.destroy?.()
      throw new BodyTooLarge()
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
