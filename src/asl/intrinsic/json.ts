import {
  isJsonArray,
  isJsonObject,
  type Json,
  JsonNumber,
  JsonSyntaxError,
  parseJson,
  printJson,
} from '../../base/index.ts'
import type { Call, Intrinsic } from './call.ts'

/** `States.StringToJson($.text)`: nothing but blanks is null. */
export const stringToJson: Intrinsic = {
  arity: [1, 1],
  apply(call) {
    const text = call.text(0)
    return text.trim() === '' ? null : withoutNegativeZero(parse(call, text))
  },
}

function parse(call: Call, text: string): Json {
  try {
    return parseJson(text)
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw call.refuse(error.message)
    throw error
  }
}

/** Java's integers have no negative zero: recorded, `-0` becomes `0`. */
function withoutNegativeZero(value: Json): Json {
  if (value instanceof JsonNumber) return value.text === '-0' ? 0 : value
  if (value === null || typeof value !== 'object') return value
  if (isJsonArray(value)) return value.map(withoutNegativeZero)
  return isJsonObject(value)
    ? new Map(Array.from(value, ([key, member]) => [key, withoutNegativeZero(member)] as const))
    : value
}

/** `States.JsonToString($.value)`: compact, numbers and order of keys as they came. */
export const jsonToString: Intrinsic = {
  arity: [1, 1],
  apply: (call) => printJson(call.any(0)),
}

/** `States.JsonMerge($.a, $.b, false)`: members of the second win; only shallow, so the third must be false. */
export const jsonMerge: Intrinsic = {
  arity: [3, 3],
  apply(call) {
    const [first, second] = [call.object(0), call.object(1)]
    if (call.boolean(2)) throw call.refuse('Deep merging is not supported; argument 3 must be false')
    return new Map([...first, ...second])
  },
}
