/** How a token stands, as its reader has to know it: one that ends soon asks to be replaced. Pure. */
import type { Tone } from '../../../base/index.ts'
import type { Token } from '../../api/generated.ts'

export type TokenStanding = { readonly tone: Tone; readonly says: 'good' | 'soon' | 'over' | 'revoked' }

const soonMs = 14 * 86_400_000

export function standingOf({ state, expiresAt }: Pick<Token, 'state' | 'expiresAt'>, now: number): TokenStanding {
  if (state === 'revoked') return { tone: 'halted', says: 'revoked' }
  const end = expiresAt === undefined ? Infinity : Date.parse(expiresAt)
  // It may have ended since the list was read.
  if (state === 'over' || end <= now) return { tone: 'waiting', says: 'over' }
  return end - now < soonMs ? { tone: 'halted', says: 'soon' } : { tone: 'done', says: 'good' }
}

/**
 * Whether it is the one that stands in a file of the data folder. The name alone does not tell: a command line may call itself so, and
 * what it holds is somebody's own; then they have it in their hands as well.
 */
export const isOfFolder = ({ name, actor, oneWith = [] }: Pick<Token, 'name' | 'actor' | 'oneWith'>): boolean =>
  name === 'local' && actor.type === 'user' && oneWith.every(({ id }) => id === 'owner')

/** `Firefox on Linux`, of what a browser calls itself; undefined when it says nothing that people know. */
export function browserOf(userAgent: string | undefined): string | undefined {
  if (userAgent === undefined) return undefined
  // In this order: most name others as well, to be treated like them.
  const browser = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'].find((name) => userAgent.includes(`${name}/`))
  const system = systems.find(([mark]) => userAgent.includes(mark))?.[1]
  const name = browser === undefined ? undefined : (names[browser] ?? browser)
  return name === undefined ? undefined : system === undefined ? name : `${name} · ${system}`
}

const names: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera' }
const systems = [
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Android', 'Android'],
  ['Windows', 'Windows'],
  ['Mac OS', 'macOS'],
  ['Linux', 'Linux'],
] as const
