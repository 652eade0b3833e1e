import { printJson } from '../../base/index.ts'
import type { HashAlgorithm } from '../ports.ts'
import type { Call, Intrinsic } from './call.ts'

const maxCharacters = 10_000
const algorithms = ['MD5', 'SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'] as const satisfies readonly HashAlgorithm[]

/** `States.Hash($.data, 'SHA-256')`: lower-case hexadecimal; what is no text is hashed as its JSON. */
export const hash: Intrinsic = {
  arity: [2, 2],
  apply(call, chance) {
    const value = call.any(0)
    const text = typeof value === 'string' ? value : printJson(value)
    if (text.length > maxCharacters) {
      throw call.refuse(`Argument 1 has ${text.length} characters; at most ${maxCharacters} are allowed`)
    }
    return chance.hash(algorithmOf(call), text)
  },
}

function algorithmOf(call: Call): HashAlgorithm {
  const name = call.text(1)
  const algorithm = algorithms.find((known) => known === name)
  if (algorithm === undefined) {
    throw call.refuse(`The algorithm '${name.slice(0, 40)}' is not supported; accepted are ${algorithms.join(', ')}`)
  }
  return algorithm
}
