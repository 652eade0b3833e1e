/** Integers the way Java has them: 64 bits, and a fraction is rounded as `Math.round` does. */
import { type Json, JsonNumber, parseJson } from '../../base/index.ts'
import type { Call } from './call.ts'

const longMin = -(2n ** 63n)
const longMax = 2n ** 63n - 1n

/** Rounds half up, towards positive infinity: 1.5 → 2, -1.5 → -1, -0.5 → 0. */
export function integerArgument(call: Call, at: number): bigint {
  const value = call.number(at)
  const text = value instanceof JsonNumber ? value.text : String(value)
  // Digits beyond 20 cannot fit, and so are never converted, however many there are.
  const whole = /^-?\d{1,20}$/.test(text) ? BigInt(text) : roundedInteger(Number(value))
  if (whole === undefined || whole < longMin || whole > longMax) {
    throw call.refuse(`Argument ${at + 1} must be an integer of at most 64 bits but is ${text.slice(0, 40)}`)
  }
  return whole
}

function roundedInteger(value: number): bigint | undefined {
  return Math.abs(value) < 2 ** 63 ? BigInt(Math.round(value)) : undefined
}

/** An integer as a JSON value with all its digits. */
export function jsonFromInteger(value: bigint): Json {
  return parseJson(value.toString())
}
