import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemRandom } from './system-clock.ts'
import { proofKeyOf, proofOf, proveServer } from './server-proof.ts'

const [key, otherKey] = ['a', 'b'].map((letter) => letter.repeat(43))
const forever = new AbortController().signal

let folder = ''
let server: Server
let asked: (string | undefined)[] = []
/** What is answered to a challenge on a port. */
let prove: (challenge: string, port: number) => string = () => ''
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-proof-'))
  asked = []
  server = createServer((request, response) => {
    asked.push(request.headers.authorization)
    const challenge = new URL(request.url ?? '', 'http://x').searchParams.get('challenge') ?? ''
    response.end(prove(challenge, portOf(server)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

/** Safe: it listens on a port. */
const portOf = (listening: Server): number => (listening.address() as AddressInfo).port
const proven = (): Promise<void> =>
  proveServer({ url: `http://127.0.0.1:${portOf(server)}`, key: key ?? '' }, systemRandom, forever)
const answer = (proof: string): string => JSON.stringify({ proof })

describe('the server behind an address', () => {
  it('is proven by the key that stands in connection.json, and is sent nothing before', async () => {
    prove = (challenge, port) => answer(proofOf(key ?? '', port, challenge))
    await proven()
    expect(asked).toEqual([undefined])
  })

  it.each<readonly [string, typeof prove]>([
    ['has another key', (challenge, port) => answer(proofOf(otherKey ?? '', port, challenge))],
    [
      'hands the question on to the true one on another port',
      (challenge, port) => answer(proofOf(key ?? '', port + 1, challenge)),
    ],
    ['repeats an old answer', (_challenge, port) => answer(proofOf(key ?? '', port, 'an older challenge'))],
    ['speaks something else', () => '<html>'],
    ['says nothing', () => ''],
  ])('is not taken for it when what answers %s', async (_what, answers) => {
    prove = answers
    await expect(proven()).rejects.toMatchObject({ code: 'app.server_unproven', kind: 'unavailable' })
  })

  it('has one key for all its starts, which only its owner can read', () => {
    const made = proofKeyOf(folder, systemRandom)
    expect(proofKeyOf(folder, systemRandom)).toBe(made)
    expect(made).toMatch(/^[\w-]{43}$/)
    expect(statSync(join(folder, 'server-proof.key')).mode & 0o777).toBe(0o600)
  })
})
