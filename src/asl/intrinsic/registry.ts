/** All intrinsics by name. A new one is a file, its cases and a line here. */
import { array, arrayContains, arrayGetItem, arrayLength, arrayPartition, arrayRange, arrayUnique } from './array.ts'
import { base64Decode, base64Encode } from './base64.ts'
import type { Intrinsic } from './call.ts'
import { format } from './format.ts'
import { hash } from './hash.ts'
import { jsonMerge, jsonToString, stringToJson } from './json.ts'
import { mathAdd, mathRandom } from './math.ts'
import { stringSplit } from './string-split.ts'
import { uuid } from './uuid.ts'

export const intrinsics = {
  'States.Array': array,
  'States.ArrayContains': arrayContains,
  'States.ArrayGetItem': arrayGetItem,
  'States.ArrayLength': arrayLength,
  'States.ArrayPartition': arrayPartition,
  'States.ArrayRange': arrayRange,
  'States.ArrayUnique': arrayUnique,
  'States.Base64Decode': base64Decode,
  'States.Base64Encode': base64Encode,
  'States.Format': format,
  'States.Hash': hash,
  'States.JsonMerge': jsonMerge,
  'States.JsonToString': jsonToString,
  'States.MathAdd': mathAdd,
  'States.MathRandom': mathRandom,
  'States.StringSplit': stringSplit,
  'States.StringToJson': stringToJson,
  'States.UUID': uuid,
} satisfies Record<`States.${string}`, Intrinsic>

export type IntrinsicName = keyof typeof intrinsics

export function isIntrinsic(name: string): name is IntrinsicName {
  return Object.hasOwn(intrinsics, name)
}
