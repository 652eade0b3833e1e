/** RFC 3339 timestamps as ASL wants them: capital T, and Z or an offset. Pure arithmetic, no Date. */

const pattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})$/

/** A point in time, exact to what the text can say. */
type Instant = { readonly seconds: number; readonly nanos: number }

/** Milliseconds since 1970 UTC (with a fraction, where the text is finer), or undefined when it is no such timestamp. */
export function parseTimestamp(text: string): number | undefined {
  const instant = readInstant(text)
  return instant && instant.seconds * 1000 + instant.nanos / 1_000_000
}

/** Nanoseconds since 1970 UTC, for comparing: a double would not tell two of them apart. */
export function timestampNanos(text: string): bigint | undefined {
  const instant = readInstant(text)
  return instant && BigInt(instant.seconds) * 1_000_000_000n + BigInt(instant.nanos)
}

function readInstant(text: string): Instant | undefined {
  const match = pattern.exec(text)
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  if (!isDate(year, month, day) || hour > 23 || minute > 59 || second > 59) return undefined
  const offset = offsetMinutes(match[8] ?? 'Z')
  if (offset === undefined) return undefined
  const seconds = ((daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute - offset) * 60 + second
  return { seconds, nanos: Number((match[7] ?? '').padEnd(9, '0')) }
}

function offsetMinutes(text: string): number | undefined {
  if (text === 'Z') return 0
  const hours = Number(text.slice(1, 3))
  const minutes = Number(text.slice(4, 6))
  // Java knows no offset beyond 18 hours.
  if (minutes > 59 || hours * 60 + minutes > 18 * 60) return undefined
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return day <= ([31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0)
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar; years are counted from March so that leap days come last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

/** `2026-11-20T15:13:47.120Z`, or `…:47Z` when the fraction is zero, as the context object shows times. */
export function printTimestamp(ms: number): string {
  const days = Math.floor(ms / 86_400_000)
  const rest = ms - days * 86_400_000
  const { year, month, day } = civilDate(days)
  const two = (value: number): string => String(value).padStart(2, '0')
  const whole = Math.floor(rest)
  const time = [3_600_000, 60_000, 1000].map((unit, i) => two(Math.floor(whole / unit) % (i === 0 ? 24 : 60))).join(':')
  const fraction = whole % 1000
  const tail = fraction === 0 ? '' : `.${String(fraction).padStart(3, '0')}`
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${time}${tail}Z`
}

function civilDate(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shifted + (shifted < 10 ? 3 : -9)
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
  }
}
