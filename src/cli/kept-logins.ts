/** Tokens that `holdfast login` was given, each for the address of one server: in the configuration folder of the person, for them alone. */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { readPrivate, writePrivate } from '../store/index.ts'
import type { World } from './world.ts'

const login = z.object({ token: z.string(), id: z.string(), person: z.string(), expiresAt: z.iso.datetime() })
export type KeptLogin = z.infer<typeof login>

const kept = z.record(z.string(), login)
type Kept = z.infer<typeof kept>

export function loginsFile({ environment, homeFolder }: World): string {
  const { XDG_CONFIG_HOME: configured } = environment
  const folder = configured === undefined || configured === '' ? join(homeFolder, '.config') : configured
  return join(folder, 'holdfast', 'logins.json')
}

/** Those that are over are none. What is no file of ours counts as empty: the next login writes it anew. */
export function readLogins(world: World): Kept {
  const text = readPrivate(loginsFile(world))?.toString('utf8')
  const all = text === undefined ? {} : (kept.safeParse(parsed(text)).data ?? {})
  return Object.fromEntries(Object.entries(all).filter(([, { expiresAt }]) => Date.parse(expiresAt) > world.now()))
}

/** Undefined forgets the one there is. */
export function keepLogin(world: World, url: string, given: KeptLogin | undefined): void {
  const { [keyOf(url)]: _before, ...others } = readLogins(world)
  const all = given === undefined ? others : { ...others, [keyOf(url)]: given }
  const file = loginsFile(world)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writePrivate(file, `${JSON.stringify(all, undefined, 2)}\n`)
}

export const loginAt = (world: World, url: string): KeptLogin | undefined => readLogins(world)[keyOf(url)]

/** The same server, however its address is spelled. */
const keyOf = (url: string): string => new URL(url).href.replace(/\/+$/, '')

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A file that was cut off.
    return undefined
  }
}
