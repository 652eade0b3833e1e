/**
 * Whether a mocked result is one that the API could answer with. Pure; the models beside this file say what AWS's APIs answer
 * (`scripts/api-models.ts` writes them), in this notation: `s1..64` text of 1 to 64 characters, `n128..` a number of 128 or more,
 * `b` a boolean, `=Name` one of an enum, `#Name` a structure, `[…` a list of, `{…` an object of, `?` anything; a member whose name
 * ends in `!` is required.
 */
import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject } from '../../base/index.ts'

export type ApiModel = {
  /** Operation → the structure it answers with. */
  readonly operations: Readonly<Record<string, string>>
  readonly structures: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly enums: Readonly<Record<string, readonly string[]>>
}

export type Strictness = 'STRICT' | 'PRESENT'

/** The first fault in AWS's words. Members that the model does not know are no fault: AWS takes them. */
export function answerFault(
  model: ApiModel,
  operation: string,
  answer: Json,
  strictness: Strictness,
): string | undefined {
  const structure = Object.hasOwn(model.operations, operation) ? model.operations[operation] : undefined
  if (structure === undefined) return undefined
  if (!isJsonObject(answer)) return 'Mock result must be a JSON object'
  return new Checker(model, strictness).structure(structure, answer)
}

class Checker {
  readonly #model: ApiModel
  readonly #strictness: Strictness

  constructor(model: ApiModel, strictness: Strictness) {
    this.#model = model
    this.#strictness = strictness
  }

  structure(name: string, value: JsonObject): string | undefined {
    const members = Object.entries(this.#model.structures[name] ?? {})
    for (const [member, type] of members) {
      const field = member.replace('!', '')
      const given = value.get(field)
      const fault = given === undefined ? this.#absent(member, field) : this.#value(field, type, given)
      if (fault !== undefined) return fault
    }
    return undefined
  }

  #absent(member: string, field: string): string | undefined {
    return member.endsWith('!') && this.#strictness === 'STRICT' ? `Required field '${field}' is missing` : undefined
  }

  #value(field: string, type: string, value: Json): string | undefined {
    const rest = type.slice(1)
    switch (type.charAt(0)) {
      case 's':
        return typeof value === 'string' ? lengthFault(field, rest, value.length) : mustBe(field, 'a string')
      case 'n':
        return isJsonNumber(value) ? rangeFault(field, rest, Number(value)) : mustBe(field, 'a number')
      case 'b':
        return typeof value === 'boolean' ? undefined : mustBe(field, 'a boolean')
      case '=':
        return this.#choice(field, rest, value)
      case '#':
        return isJsonObject(value) ? this.structure(rest, value) : mustBe(field, 'an object')
      case '[':
        return isJsonArray(value) ? this.#each(field, rest, value) : mustBe(field, 'an array')
      case '{':
        return isJsonObject(value) ? this.#each(field, rest, [...value.values()]) : mustBe(field, 'an object')
      default:
        return undefined
    }
  }

  #choice(field: string, name: string, value: Json): string | undefined {
    if (typeof value !== 'string') return mustBe(field, 'a string')
    return (this.#model.enums[name] ?? [value]).includes(value)
      ? undefined
      : `Field '${field}' is not an expected value`
  }

  #each(field: string, type: string, values: readonly Json[]): string | undefined {
    for (const value of values) {
      const fault = this.#value(field, type, value)
      if (fault !== undefined) return fault
    }
    return undefined
  }
}

const mustBe = (field: string, kind: string): string => `Field '${field}' must be ${kind}`

function lengthFault(field: string, bounds: string, length: number): string | undefined {
  const { min, max } = boundsOf(bounds)
  if (length < min) return `Field '${field}' is smaller than the minimum length`
  return length > max ? `Field '${field}' exceeds the maximum length` : undefined
}

function rangeFault(field: string, bounds: string, value: number): string | undefined {
  const { min, max } = boundsOf(bounds)
  if (value < min) return `Field '${field}' is less than the minimum value`
  return value > max ? `Field '${field}' exceeds the maximum value` : undefined
}

function boundsOf(text: string): { readonly min: number; readonly max: number } {
  const [min = '', max = ''] = text.split('..')
  return { min: min === '' ? -Infinity : Number(min), max: max === '' ? Infinity : Number(max) }
}
