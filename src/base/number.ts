/** Numerals as JSON spells them, compared exactly: as doubles, 9007199254740993 and 9007199254740992 would be equal. */

/** Negative, zero or positive, as for sorting. Both texts are numerals; exact, however many digits they have. */
export function compareNumerals(a: string, b: string): number {
  const x = Number(a)
  const y = Number(b)
  // Rounding keeps the order, so unequal doubles decide; only equal ones may hide a difference.
  if (x !== y) return x < y ? -1 : 1
  return a === b ? 0 : compareDecimals(readDecimal(a), readDecimal(b))
}

/** One spelling for all numerals of the same value (`1`, `1.0`, `10e-1`), to use as a key. Not itself a numeral. */
export function canonicalNumeral(text: string): string {
  const { negative, digits, scale } = readDecimal(text)
  return digits === '' ? '0' : `${negative ? '-' : ''}${digits}e${scale}`
}

/** `0.digits × 10^scale`, the digits without leading or trailing zeros; no digits at all for zero. */
type Decimal = { readonly negative: boolean; readonly digits: string; readonly scale: number }

function readDecimal(text: string): Decimal {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.')
  const digits = (whole + fraction).replace(/^0+/, '')
  const leadingZeros = whole.length + fraction.length - digits.length
  return {
    negative: mantissa.startsWith('-') && digits !== '',
    digits: trimEnd(digits),
    scale: whole.length - leadingZeros + Number(exponent),
  }
}

/** Without its trailing zeros. A loop, because a regular expression would take quadratic time on a long run of zeros. */
function trimEnd(digits: string): string {
  let end = digits.length
  while (digits[end - 1] === '0') end--
  return digits.slice(0, end)
}

function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.negative !== b.negative) return a.negative ? -1 : 1
  const size = compareSizes(a, b)
  return a.negative ? -size : size
}

function compareSizes(a: Decimal, b: Decimal): number {
  if (a.digits === '' || b.digits === '') return a.digits.length - b.digits.length
  if (a.scale !== b.scale) return a.scale - b.scale
  if (a.digits === b.digits) return 0
  return a.digits < b.digits ? -1 : 1
}
