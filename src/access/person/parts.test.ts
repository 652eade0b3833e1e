import { describe, expect, it } from 'vitest'
import { faultOfPassword, hashPassword, isPassword } from './password.ts'
import { oneMore, waitAfter } from './patience.ts'
import { newTotpSecret, stepOfCode, totpUri } from './totp.ts'

const randomBytes = (length: number): Uint8Array => new Uint8Array(length).fill(3)

describe('a password', () => {
  it('is known again in any spelling of Unicode, and no other is', async () => {
    const kept = await hashPassword('Grüße aus 東京 2026', randomBytes)
    expect(kept).toMatch(/^argon2id\$m=19456,t=2,p=1\$/)
    expect(await isPassword('Grüße aus 東京 2026'.normalize('NFD'), kept)).toBe(true)
    expect(await isPassword('Grüße aus 東京 2027', kept)).toBe(false)
  })

  it('of nobody is never right, not even the empty one', async () => {
    for (const password of ['', 'x', '\0'.repeat(32)]) expect(await isPassword(password, undefined)).toBe(false)
  })

  it('is judged by the parameters it was made with', async () => {
    const kept = await hashPassword('correct horse battery', randomBytes)
    expect(await isPassword('correct horse battery', kept.replace('t=2', 't=1'))).toBe(false)
  })

  it.each([
    ['short', 'at least 12 characters'],
    ['a'.repeat(201), 'at most 200 characters'],
    ['aaaaaaaaaaaaaaa', 'no word or row of signs that is guessed first'],
    ['password12345', 'no word or row of signs that is guessed first'],
    ['123456789012', 'no word or row of signs that is guessed first'],
    ['Mika.Tanaka2026!', 'more than your own name and a few signs'],
  ])('%j is refused: %s', (password, fault) => {
    expect(faultOfPassword(password, { login: 'mika.tanaka@acme.example', name: 'Mika Tanaka' })).toBe(fault)
  })

  it.each(['correct horse battery', '桜が咲いたら電話してね、待ってる', 'q7#Lw9!vBzR2'])('%j is taken', (password) => {
    expect(faultOfPassword(password, { login: 'mika', name: 'Mika' })).toBeUndefined()
  })
})

describe('waiting after failures', () => {
  it('begins with the sixth attempt and doubles up to a quarter of an hour', () => {
    const waits = [0, 4, 5, 6, 7, 20].map((failures) => waitAfter({ failures, last_at: 1000 }, 1000))
    expect(waits).toEqual([0, 0, 30_000, 60_000, 120_000, 900_000])
    expect(waitAfter({ failures: 5, last_at: 1000 }, 31_000)).toBe(0)
  })

  it('is forgotten after a day', () => {
    const past = { failures: 9, last_at: 0 }
    expect(waitAfter(past, 86_400_000)).toBe(0)
    expect([oneMore(past, 86_399_999), oneMore(past, 86_400_000), oneMore(undefined, 5)]).toEqual([10, 1, 1])
  })
})

describe('a code of an authenticator', () => {
  // RFC 6238, appendix B: the secret of the test vectors in base32, and their last six digits.
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

  it.each([
    [59_000, '287082', 1],
    [1_111_111_109_000, '081804', 37_037_036],
    [20_000_000_000_000, '353130', 666_666_666],
  ])('at %d ms is %s', (atMs, code, step) => {
    expect(stepOfCode(secret, code, atMs)).toBe(step)
  })

  it('counts half a minute before and after its time, and no more', () => {
    const steps = [0, 30_000, 59_999, 60_000, 89_999, 90_000].map((atMs) => stepOfCode(secret, '287082', atMs))
    expect(steps).toEqual([1, 1, 1, 1, 1, undefined])
  })

  it.each(['', '28708', '2870821', 'abcdef', ' 287082'])('%j is none', (code) => {
    expect(stepOfCode(secret, code, 59_000)).toBeUndefined()
  })

  it('comes of a secret that authenticators take', () => {
    const made = newTotpSecret(randomBytes)
    expect(made).toMatch(/^[A-Z2-7]{32}$/)
    expect(totpUri(made, 'mika')).toContain(`otpauth://totp/Holdfast:mika?issuer=Holdfast&secret=${made}`)
  })
})
