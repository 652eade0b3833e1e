/** Passwords: Argon2id. What is kept says with which parameters it was made, so that they can be raised. */
import { argon2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { RandomBytes } from '../../base/index.ts'

/** KiB of memory, passes, lanes. */
export type PasswordCost = { readonly m: number; readonly t: number; readonly p: number }

/** The first choice of OWASP's password storage cheat sheet (2026). */
export const usualCost: PasswordCost = { m: 19_456, t: 2, p: 1 }
const tagBytes = 32
const saltBytes = 16
export const shortestPassword = 12
export const longestPassword = 200

const hashing = promisify(argon2)

const derive = async (password: string, salt: Uint8Array, { m, t, p }: PasswordCost): Promise<Uint8Array> =>
  hashing('argon2id', {
    // One text in two spellings of Unicode is one password.
    message: Buffer.from(password.normalize('NFKC')),
    ...{ nonce: salt, memory: m, passes: t, parallelism: p, tagLength: tagBytes },
  })

export async function hashPassword(
  password: string,
  randomBytes: RandomBytes,
  cost: PasswordCost = usualCost,
): Promise<string> {
  const salt = randomBytes(saltBytes)
  const tag = await derive(password, salt, cost)
  const { m, t, p } = cost
  return `argon2id$m=${m},t=${t},p=${p}$${base64(salt)}$${base64(tag)}`
}

/** What a password is held against that is nobody's, so that a name nobody has takes as long as any other. */
const nobodys = ({ m, t, p }: PasswordCost): string =>
  `argon2id$m=${m},t=${t},p=${p}$${base64(new Uint8Array(saltBytes))}$${base64(new Uint8Array(tagBytes))}`

/** `kept` undefined: false, after as long. */
export async function isPassword(
  password: string,
  kept: string | undefined,
  cost: PasswordCost = usualCost,
): Promise<boolean> {
  const [, m, t, p, salt = '', tag = ''] =
    /^argon2id\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(kept ?? nobodys(cost)) ?? []
  const made = await derive(password, Buffer.from(salt, 'base64'), { m: Number(m), t: Number(t), p: Number(p) })
  return timingSafeEqual(made, Buffer.from(tag, 'base64')) && kept !== undefined
}

/** What is first tried by whoever guesses; the rest is left to length. */
const guessed =
  /^(?:(.)\1*|(?:password|passwort|letmein|qwerty|welcome|changeme|holdfast|administrator)[\d\p{P}\p{S}\s]*|[\d\p{P}\p{S}\s]+)$/iu

/** What is wrong with a new password, or undefined. */
export function faultOfPassword(
  password: string,
  { login, name }: { readonly login: string; readonly name: string },
): string | undefined {
  const length = [...password].length
  if (length < shortestPassword) return `at least ${shortestPassword} characters`
  if (length > longestPassword) return `at most ${longestPassword} characters`
  if (guessed.test(password)) return 'no word or row of signs that is guessed first'
  const plain = password.toLowerCase()
  const told = [login, ...login.split(/[@._+-]/), ...name.toLowerCase().split(/\s+/)].filter((word) => word.length >= 4)
  const rest = told.reduce((text, word) => text.replaceAll(word, ''), plain)
  return [...rest].length < shortestPassword - 4 ? 'more than your own name and a few signs' : undefined
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '')
}
