/** How Java prints values: Step Functions is written in Java, and it shows in `States.Format` and in error messages. */
import { isJsonArray, isJsonNumber, isJsonObject, type Json, JsonNumber } from '../../base/index.ts'

/** `toString()` of the value as parsed by Java: `{a=1, b=[x, null]}`, `1.0`, `null`. */
export function javaText(value: Json): string {
  if (value === null) return 'null'
  if (isJsonNumber(value)) return javaNumeral(value)
  if (isJsonArray(value)) return `[${value.map(javaText).join(', ')}]`
  if (isJsonObject(value)) return `{${[...value].map(([key, member]) => `${key}=${javaText(member)}`).join(', ')}}`
  return String(value)
}

/** Integers keep all their digits; a numeral with a fraction or an exponent is a double. */
function javaNumeral(value: number | JsonNumber): string {
  const text = value instanceof JsonNumber ? value.text : String(value)
  if (!isInteger(text)) return javaDouble(Number(text))
  return text === '-0' ? '0' : text
}

const isInteger = (numeral: string): boolean => /^-?\d+$/.test(numeral)

/** `Double.toString`: always a fraction digit, and scientific outside 0.001 … 10,000,000. */
export function javaDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value)
    return text.includes('.') ? text : `${text}.0`
  }
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`
}

/** A computed double as a JSON value that prints as Java's does (`17.0`); what JSON has no number for is text. */
export function jsonFromDouble(value: number): Json {
  const text = javaDouble(value)
  if (!Number.isFinite(value)) return text
  return String(value) === text ? value : new JsonNumber(text)
}

/** The class of the parsed value, as error messages name it. */
export function javaClass(value: Json): string {
  if (value === null) return 'null'
  if (isJsonArray(value)) return 'java.util.ArrayList'
  if (isJsonObject(value)) return 'java.util.LinkedHashMap'
  if (isJsonNumber(value)) return javaNumberClass(value)
  return typeof value === 'string' ? 'java.lang.String' : 'java.lang.Boolean'
}

function javaNumberClass(value: number | JsonNumber): string {
  if (!isInteger(value instanceof JsonNumber ? value.text : String(value))) return 'java.lang.Double'
  const size = Math.abs(Number(value))
  if (size < 2 ** 31) return 'java.lang.Integer'
  return size < 2 ** 63 ? 'java.lang.Long' : 'java.math.BigInteger'
}
