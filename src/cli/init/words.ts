/** A command line as words, where it is one command and nothing that only a shell understands. */

/** Undefined: pipes, several commands, redirections. The words keep their quotes, so that they can be joined again. */
export function wordsOf(line: string): readonly string[] | undefined {
  const bare = line.replaceAll(/'[^']*'/g, '').replaceAll(/"[^"]*"/g, (quoted) => quoted.replaceAll(/[^`]/g, ''))
  if (/[;&|<>(){}`\\\n\r#!'"]/.test(bare)) return undefined
  return line.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? []
}

export type Assignment = { readonly name: string; readonly value: string }

/** `NAME=value` words at the front, and what follows them. */
export function splitAssignments(words: readonly string[]): {
  readonly assignments: readonly Assignment[]
  readonly rest: readonly string[]
} {
  const end = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word))
  const count = end === -1 ? words.length : end
  const assignments = words.slice(0, count).map((word) => ({
    name: word.slice(0, word.indexOf('=')),
    value: word.slice(word.indexOf('=') + 1).replaceAll(/^(['"])(.*)\1$/g, '$2'),
  }))
  return { assignments, rest: words.slice(count) }
}

type Spelling = { readonly flag: string; readonly aliases?: readonly string[] }

export const hasFlag = (words: readonly string[], { flag, aliases = [] }: Spelling): boolean =>
  words.some((word) => [flag, ...aliases].some((name) => word === name || word.startsWith(`${name}=`)))

/** Without the flag and its value: `--port 3000`, `--port=3000`, `-p3000`. */
export function withoutFlag(words: readonly string[], { flag, aliases = [] }: Spelling): readonly string[] {
  const names = [flag, ...aliases]
  return words.filter((word, at) => {
    const before = words[at - 1] ?? ''
    const isValue = names.includes(before) && !word.startsWith('-')
    const isFlag = names.some((name) => word === name || word.startsWith(`${name}=`) || isGlued(word, name))
    return !isValue && !isFlag
  })
}

/** `-p3000`. */
const isGlued = (word: string, name: string): boolean =>
  /^-[A-Za-z]$/.test(name) && word.startsWith(name) && /^\d+$/.test(word.slice(2))
