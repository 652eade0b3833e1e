/** Parameters of the optimized integrations: which there are, of which kind; read once, told apart from mistakes. */
import {
  isJsonObject,
  type Json,
  type JsonObject,
  type JsonText,
  parseJson,
  plainFromJson,
  printJson,
} from '../base/index.ts'

export type ParameterKind =
  /** A string. */
  | 'text'
  /** A whole number. */
  | 'integer'
  /** A string as it is; anything else as its JSON text. */
  | 'document'
  /** Message attributes: name → {DataType, StringValue | BinaryValue (base64)}. */
  | 'attributes'

export type ParameterEntry = {
  readonly kind: ParameterKind
  readonly required?: true
  /** The only texts that will do. */
  readonly accepted?: readonly string[]
}
export type ParameterTable = Readonly<Record<string, ParameterEntry>>

export type Parameters = {
  text(name: string): string | undefined
  oneOf<Text extends string>(name: string, accepted: readonly Text[]): Text | undefined
  integer(name: string): number | undefined
  /** `document` parameters as the text to send. */
  document(name: string): string | undefined
  attributes(name: string): Readonly<Record<string, MessageAttribute>> | undefined
}

export type MessageAttribute = {
  readonly DataType: string
  readonly StringValue?: string
  readonly BinaryValue?: Uint8Array
}

/** Why the parameters cannot be used, in the words of the service; undefined when they can. Null counts as absent. */
export function refuseParameters(table: ParameterTable, text: JsonText): string | undefined {
  const given = parseJson(text)
  if (!isJsonObject(given)) return "The value of the field 'Parameters' has an invalid format"
  for (const [name, { required }] of Object.entries(table)) {
    if (required && isAbsent(given.get(name))) return `The field '${name}' is required but was missing`
  }
  for (const [name, value] of given) {
    const entry = Object.hasOwn(table, name) ? table[name] : undefined
    if (entry === undefined) return `The field '${name}' is not supported by Step Functions`
    if (!isAbsent(value) && !fits(entry, value)) return `The value of the field '${name}' has an invalid format`
  }
  return undefined
}

/** Parameters that `refuseParameters` let pass. */
export function readParameters(text: JsonText): Parameters {
  const json = parseJson(text)
  const given: JsonObject = isJsonObject(json) ? json : new Map()
  return {
    text: (name) => textOf(given.get(name)),
    oneOf: (name, accepted) => accepted.find((text) => text === given.get(name)),
    integer: (name) => numberOf(given.get(name)),
    document: (name) => documentOf(given.get(name)),
    attributes: (name) => attributesOf(given.get(name)),
  }
}

function isAbsent(value: Json | undefined): boolean {
  return value === undefined || value === null
}

function fits({ kind, accepted }: ParameterEntry, value: Json): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string' && (accepted === undefined || accepted.includes(value))
    case 'integer':
      return Number.isInteger(numberOf(value))
    case 'document':
      return true
    case 'attributes':
      return isJsonObject(value) && [...value.values()].every(isAttribute)
  }
}

function isAttribute(value: Json): boolean {
  if (!isJsonObject(value) || typeof value.get('DataType') !== 'string') return false
  const values = [value.get('StringValue'), value.get('BinaryValue')]
  return values.every((item) => item === undefined || typeof item === 'string')
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numberOf(value: Json | undefined): number | undefined {
  const plain = value === undefined ? undefined : plainFromJson(value)
  return typeof plain === 'number' ? plain : undefined
}

function documentOf(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : printJson(value)
}

function attributesOf(value: Json | undefined): Readonly<Record<string, MessageAttribute>> | undefined {
  if (value === undefined || !isJsonObject(value)) return undefined
  return Object.fromEntries([...value].map(([name, attribute]) => [name, attributeOf(attribute)]))
}

function attributeOf(value: Json): MessageAttribute {
  const given: JsonObject = isJsonObject(value) ? value : new Map()
  const text = textOf(given.get('StringValue'))
  const binary = textOf(given.get('BinaryValue'))
  return {
    DataType: textOf(given.get('DataType')) ?? '',
    ...(text === undefined ? {} : { StringValue: text }),
    ...(binary === undefined ? {} : { BinaryValue: Buffer.from(binary, 'base64') }),
  }
}
