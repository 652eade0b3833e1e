import type { Call, Intrinsic } from './call.ts'

const maxCharacters = 10_000

/** `States.Base64Encode('text')`: of its UTF-8 bytes. */
export const base64Encode: Intrinsic = {
  arity: [1, 1],
  apply: (call) => new TextEncoder().encode(call.shortText(0, maxCharacters)).toBase64(),
}

/** `States.Base64Decode('dGV4dA==')`: bytes that are no UTF-8 become replacement characters, as in Java. */
export const base64Decode: Intrinsic = {
  arity: [1, 1],
  apply: (call) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(call)),
}

function bytesOf(call: Call): Uint8Array {
  const text = call.shortText(0, maxCharacters)
  // The platform skips white space; Java's decoder does not.
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw call.refuse('Argument 1 is not Base64')
  try {
    return Uint8Array.fromBase64(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw call.refuse('Argument 1 is not Base64')
    throw error
  }
}
