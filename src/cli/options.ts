/** Values of options, checked where they are read. What is thrown says what is accepted. */
import { InvalidArgumentError } from 'commander'

/** For commander: a whole number of at least `least`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw new InvalidArgumentError(`a whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}`)
  }
}

/** For commander: one of these words, in any case. */
export function oneOf<Word extends string>(words: readonly Word[]) {
  return (text: string): Word => {
    const found = words.find((word) => word.toLowerCase() === text.toLowerCase())
    if (found !== undefined) return found
    throw new InvalidArgumentError(words.join(', ').toLowerCase())
  }
}

/** For commander: `NAME=VALUE`, as often as it is given. */
export function keyValue(text: string, before?: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('NAME=VALUE')
  return new Map([...(before ?? []), [text.slice(0, at), text.slice(at + 1)]])
}

/** For commander: the name of a project. What is no name of one is told here, before a server is asked. */
export function projectName(text: string): string {
  if (/^[^/\s]+\/[^/\s]+$/.test(text)) return text
  throw new InvalidArgumentError('org/name, such as acme/shop; holdfast status lists them')
}
