/** What an application that ends again and again wrote last: once, not once for each run. Pure. */

/**
 * The lines without what repeats at their end. Digits do not count: each run has its own times and numbers. The last
 * repetition is kept, and the rest of one whose beginning was cut off goes with the others.
 */
export function lastWords(text: string): string {
  const ending = text.endsWith('\n') ? '\n' : ''
  const lines = (ending === '' ? text : text.slice(0, -1)).split('\n')
  const plain = lines.map((line) => line.replaceAll(/\d+/g, '0'))
  const length = repeated(plain)
  if (length === undefined) return text
  let before = lines.length - length
  while (before > 0 && plain[before - 1] === plain[before - 1 + length]) before--
  return `${[...lines.slice(0, before), ...lines.slice(-length)].join('\n')}${ending}`
}

/** Length of the shortest block of lines that stands at the end twice; undefined when none does. */
function repeated(lines: readonly string[]): number | undefined {
  for (let length = 1; length * 2 <= lines.length; length++) {
    const isRepeated = lines.slice(-length).every((line, i) => line === lines[lines.length - 2 * length + i])
    if (isRepeated) return length
  }
  return undefined
}
