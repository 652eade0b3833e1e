/** What a diagnosis or an error says to do, as words and as what can be copied. Pure. */

export type RepairParts = { readonly words: string; readonly command: string | undefined }

const ending = /^(?:(.*\S): )?((?:holdfast|npm|bin\/holdfast|aws) [^;:]+)$/s

/** `mend it, then: holdfast deploy FILE` ends with a command; what holds several, or goes on after it, is words. */
export function repairIn(text: string): RepairParts {
  const [, words = '', command] = ending.exec(text) ?? []
  return command === undefined ? { words: text, command } : { words, command }
}
