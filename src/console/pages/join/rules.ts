/** What can be said of a new password while it is typed; the server knows more. Pure. */
import type { WordKey } from '../../words/index.tsx'

export const shortest = 12

export type Rule = { readonly words: WordKey; readonly isMet: boolean }

export function rulesFor(password: string, { login, name }: { readonly login: string; readonly name: string }) {
  const own = [login, ...login.split(/[@._+-]/), ...name.toLowerCase().split(/\s+/)].filter((word) => word.length >= 4)
  const rest = own.reduce((text, word) => text.replaceAll(word, ''), password.toLowerCase())
  const signs = new Set(password.toLowerCase())
  return [
    { words: 'join.rule_long', isMet: [...password].length >= shortest },
    { words: 'join.rule_own', isMet: password !== '' && [...rest].length >= shortest - 4 },
    { words: 'join.rule_guessed', isMet: signs.size >= 5 && /\p{L}/u.test(password) },
  ] as const satisfies readonly Rule[]
}
