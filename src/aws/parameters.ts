/** Parameters of the optimized integrations: which there are, of which kind. */
import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonText, parseJson } from '../base/index.ts'

export type ParameterKind =
  /** A string. */
  | 'text'
  /** A whole number. */
  | 'integer'
  | 'boolean'
  | 'list'
  | 'object'
  /** A string as it is; anything else as its JSON text. */
  | 'document'
  /** Message attributes: name → {DataType, StringValue | BinaryValue (base64)}. */
  | 'attributes'
  /** Name → list of strings. */
  | 'texts'

export type ParameterEntry = {
  readonly kind: ParameterKind
  readonly required?: true
  /** The only texts that will do. */
  readonly accepted?: readonly string[]
}
export type ParameterTable = Readonly<Record<string, ParameterEntry>>

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

/** The words of a refusal, for what only the command's own schema or a look at the world could tell. */
export function unusable(parameters: JsonText, reason: string): string {
  return `The Parameters '${parameters}' could not be used to start the Task: [${reason}]`
}

function isAbsent(value: Json | undefined): boolean {
  return value === undefined || value === null
}

function fits({ kind, accepted }: ParameterEntry, value: Json): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string' && (accepted === undefined || accepted.includes(value))
    case 'integer':
      return isJsonNumber(value) && Number.isInteger(Number(value))
    case 'boolean':
      return typeof value === 'boolean'
    case 'list':
      return isJsonArray(value)
    case 'object':
      return isJsonObject(value)
    case 'texts':
      return isJsonObject(value) && [...value.values()].every(isTexts)
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

function isTexts(value: Json): boolean {
  return isJsonArray(value) && value.every((item) => typeof item === 'string')
}
