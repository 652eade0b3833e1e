/**
 * How the holder of connection.json knows that what answers at its address is the server that wrote it. After a crash the
 * file stays, and another program may have taken the port: it must not be sent the token. The file holds a key that only
 * servers of its folder know; the server answers a challenge with an HMAC under it. The port is part of what is proven, so
 * that a program on the old port cannot have another server answer for it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import type { RandomBytes } from '../base/index.ts'
import { readPrivate, writePrivate } from '../store/index.ts'
import { appError } from './errors.ts'

const keyBytes = 32
const challengeBytes = 24
const proofMs = 5_000

/** The folder's own, made at its first start: a CLI that read the file before a restart still knows the server after it. */
export function proofKeyOf(dataFolder: string, randomBytes: RandomBytes): string {
  const file = join(dataFolder, 'server-proof.key')
  const kept = readPrivate(file)?.toString('utf8').trim()
  if (kept !== undefined && keyForm.test(kept)) return kept
  const key = Buffer.from(randomBytes(keyBytes)).toString('base64url')
  writePrivate(file, `${key}\n`)
  return key
}

const keyForm = /^[\w-]{43}$/

/** What the server answers. */
export function proofOf(key: string, port: number, challenge: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64url'))
    .update(`holdfast server\n${port}\n${challenge}`)
    .digest('base64url')
}

export type Provable = { readonly url: string; readonly key: string }

/**
 * Returns when the server at this address holds this key. Nothing secret is sent.
 * @throws HoldfastError app.server_unproven; what `fetch` throws when nothing answers
 */
export async function proveServer(
  { url, key }: Provable,
  randomBytes: RandomBytes,
  signal: AbortSignal,
): Promise<void> {
  const challenge = Buffer.from(randomBytes(challengeBytes)).toString('base64url')
  const response = await fetch(new URL(`/v1/proof?challenge=${challenge}`, url), {
    signal: AbortSignal.any([signal, AbortSignal.timeout(proofMs)]),
    redirect: 'error',
  })
  const told = answerIn(await response.text())
  if (told !== undefined && isSame(told, proofOf(key, portOf(url), challenge))) return
  throw appError('app.server_unproven', `What answers at ${url} is not the Holdfast that wrote connection.json`, {
    place: url,
    accepted: 'the server of this data folder',
    repair: 'start the server of this data folder again: holdfast up (with the same --data)',
  })
}

/** As the URL of a server names it. */
export const portOf = (url: string): number => Number(new URL(url).port || (url.startsWith('https:') ? 443 : 80))

function answerIn(text: string): string | undefined {
  try {
    return z.object({ proof: z.string() }).safeParse(JSON.parse(text)).data?.proof
  } catch {
    // No JSON: no Holdfast.
    return undefined
  }
}

function isSame(told: string, expected: string): boolean {
  const [a, b] = [Buffer.from(told), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
