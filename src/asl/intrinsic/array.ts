import {
  canonicalNumeral,
  equalJson,
  isJsonArray,
  isJsonNumber,
  isJsonObject,
  type Json,
  JsonNumber,
} from '../../base/index.ts'
import type { Intrinsic } from './call.ts'
import { integerArgument, jsonFromInteger } from './integer.ts'

const maxRange = 1000n

/** `States.Array(1, 'a', $.b)`: the arguments as a list. */
export const array: Intrinsic = {
  arity: [0, Number.POSITIVE_INFINITY],
  apply: (call) => call.values,
}

/** `States.ArrayPartition($.list, 4)`: chunks of that size, the last one shorter. */
export const arrayPartition: Intrinsic = {
  arity: [2, 2],
  apply(call) {
    const list = call.list(0)
    const size = integerArgument(call, 1)
    if (size <= 0n) throw call.refuse('The chunk size must be greater than zero')
    // A chunk is never longer than the list, so the step is a safe number whatever the argument.
    const step = Math.min(Number(size), Math.max(list.length, 1))
    const chunks: Json[] = []
    for (let from = 0; from < list.length; from += step) chunks.push(list.slice(from, from + step))
    return chunks
  },
}

/** `States.ArrayContains($.list, 5)`: by value, in depth. */
export const arrayContains: Intrinsic = {
  arity: [2, 2],
  apply(call) {
    const wanted = call.any(1)
    return call.list(0).some((item) => equalJson(item, wanted))
  },
}

/** `States.ArrayRange(1, 9, 2)`: both ends included. */
export const arrayRange: Intrinsic = {
  arity: [3, 3],
  apply(call) {
    const [first, last, step] = [integerArgument(call, 0), integerArgument(call, 1), integerArgument(call, 2)]
    if (step === 0n) throw call.refuse('The step must not be zero')
    const count = (last - first) / step + 1n
    if (count > maxRange) throw call.refuse(`The range has more than ${maxRange} elements`)
    const forward = step > 0n ? first <= last : first >= last
    const length = forward ? Number(count) : 0
    return Array.from({ length }, (_, i) => jsonFromInteger(first + BigInt(i) * step))
  },
}

/** `States.ArrayGetItem($.list, 0)`. */
export const arrayGetItem: Intrinsic = {
  arity: [2, 2],
  apply(call) {
    const list = call.list(0)
    const index = integerArgument(call, 1)
    const item = index < 0n ? undefined : list[Number(index)]
    if (item === undefined) throw call.refuse(`The index ${index} is not in an array of ${list.length}`)
    return item
  },
}

/** `States.ArrayLength($.list)`. */
export const arrayLength: Intrinsic = {
  arity: [1, 1],
  apply: (call) => call.list(0).length,
}

/** `States.ArrayUnique($.list)`: the first of equal items stays. */
export const arrayUnique: Intrinsic = {
  arity: [1, 1],
  apply(call) {
    const unique = new Map<string, Json>()
    for (const item of call.list(0)) {
      const key = identity(item)
      if (!unique.has(key)) unique.set(key, item)
    }
    return [...unique.values()]
  },
}

/** Equal for equal values and only for them: comparing each with each would take quadratic time. */
function identity(value: Json): string {
  if (value === null) return 'null'
  if (isJsonNumber(value)) return canonicalNumeral(value instanceof JsonNumber ? value.text : String(value))
  if (isJsonArray(value)) return `[${value.map(identity).join()}]`
  if (isJsonObject(value)) {
    const keys = [...value.keys()].toSorted()
    return `{${keys.map((key) => `${JSON.stringify(key)}:${identity(value.get(key) ?? null)}`).join()}}`
  }
  return JSON.stringify(value)
}
