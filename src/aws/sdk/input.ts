/** Parameters of a task → the input of an SDK command, by the command's own schema. */
import type { NormalizedSchema } from '@smithy/core/schema'
import {
  isJsonArray,
  isJsonNumber,
  isJsonObject,
  type Json,
  type JsonObject,
  plainFromJson,
  printJson,
} from '../../base/index.ts'

/** Parameters that the command cannot take; the message goes into "could not be used to start the Task: […]". */
export class ParameterFault extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'ParameterFault'
  }
}

/**
 * @param schema of the input; absent for a client that was built without, whose parameters pass as they are
 * @param tokenFor fills a member that the service reads as an idempotency token
 * @throws ParameterFault
 */
export function sdkInput(
  parameters: Json,
  schema: NormalizedSchema | undefined,
  tokenFor: (member: string) => string,
): Record<string, unknown> {
  if (!isJsonObject(parameters)) throw new ParameterFault("The value of the field 'Parameters' has an invalid format")
  if (schema === undefined) return Object(plainFromJson(parameters)) as Record<string, unknown>
  const input = structure(parameters, schema)
  for (const [name, member] of membersOf(schema)) {
    if (member.isIdempotencyToken() && input[name] === undefined) input[name] = tokenFor(name)
  }
  return input
}

function structure(value: JsonObject, schema: NormalizedSchema): Record<string, unknown> {
  const members = membersOf(schema)
  const filled: Record<string, unknown> = {}
  for (const [field, item] of value) {
    const found = members.find(([name]) => name === field) ?? members.find(([name]) => capitalised(name) === field)
    if (found === undefined) throw new ParameterFault(`The field '${field}' is not supported by Step Functions`)
    if (item !== null) filled[found[0]] = convert(item, found[1], field)
  }
  return filled
}

const membersOf = (schema: NormalizedSchema): readonly (readonly [string, NormalizedSchema])[] =>
  schema.isStructSchema() ? [...schema.structIterator()] : []

/** Step Functions writes every member with a capital; some services' models do not. */
export const capitalised = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1)

function convert(value: Json, schema: NormalizedSchema, field: string): unknown {
  if (value === null) return null
  if (schema.isStructSchema() || schema.isUnionSchema()) {
    return isJsonObject(value) ? structure(value, schema) : misfit(field)
  }
  if (schema.isListSchema()) {
    return isJsonArray(value) ? value.map((item) => convert(item, schema.getValueSchema(), field)) : misfit(field)
  }
  if (schema.isMapSchema()) {
    if (!isJsonObject(value)) return misfit(field)
    return Object.fromEntries([...value].map(([key, item]) => [key, convert(item, schema.getValueSchema(), key)]))
  }
  if (schema.isDocumentSchema()) return plainFromJson(value)
  return scalar(value, schema, field)
}

function scalar(value: Json, schema: NormalizedSchema, field: string): unknown {
  if (schema.isBlobSchema()) return bytesOf(value, field)
  // What is no string is sent as its JSON text: a message, a detail, a policy.
  if (schema.isStringSchema()) return typeof value === 'string' ? value : printJson(value)
  if (schema.isTimestampSchema()) return instantOf(value, field)
  if (schema.isBooleanSchema()) return typeof value === 'boolean' ? value : misfit(field)
  return isJsonNumber(value) ? numberOf(value, schema) : misfit(field)
}

function numberOf(value: Extract<Json, number> | Json, schema: NormalizedSchema): number | bigint {
  const text = printJson(value)
  return schema.isBigIntegerSchema() && /^-?\d+$/.test(text) ? BigInt(text) : Number(text)
}

/** What is binary by its nature is base64, as in its own service; any other blob is a document: its text. */
function bytesOf(value: Json, field: string): Uint8Array {
  if (binaryFields.has(field)) return Buffer.from(typeof value === 'string' ? value : misfit(field), 'base64')
  return Buffer.from(typeof value === 'string' ? value : printJson(value))
}

/** The same both ways, so that what one call answers the next can take: what is encrypted can be decrypted. */
export const binaryFields: ReadonlySet<string> = new Set([
  // Values of attributes, in DynamoDB and in messages.
  ...['B', 'BS', 'BinaryValue'],
  // What KMS makes and takes.
  ...['CiphertextBlob', 'PrivateKeyCiphertextBlob', 'CiphertextForRecipient', 'AttestationDocument'],
  ...['Signature', 'Mac', 'PublicKey', 'SharedSecret', 'ImportToken', 'EncryptedKeyMaterial'],
  'SecretBinary',
])

function instantOf(value: Json, field: string): Date {
  const ms = typeof value === 'string' ? Date.parse(value) : isJsonNumber(value) ? Number(value) * 1000 : Number.NaN
  return Number.isNaN(ms) ? misfit(field) : new Date(ms)
}

function misfit(field: string): never {
  throw new ParameterFault(`The value of the field '${field}' has an invalid format`)
}
