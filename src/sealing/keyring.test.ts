import { describe, expect, it } from 'vitest'
import { openKeyring, type SealingKey } from './index.ts'

let chance = 0
const randomBytes = (length: number): Uint8Array => new Uint8Array(length).fill(++chance)
const key = (id: string): SealingKey => ({ id, key: randomBytes(32) })
const ringOf = (...keys: SealingKey[]) => openKeyring({ keys: () => keys, randomBytes })

describe('a sealed secret', () => {
  it('is opened for what it was sealed for, and as nothing else', () => {
    const ring = ringOf(key('a'))
    const sealed = ring.seal('connection', 'billing', 's3cret')
    expect(sealed).toMatch(/^a:/)
    expect(sealed).not.toContain(Buffer.from('s3cret').toString('base64').slice(0, 6))
    expect(ring.unseal('connection', 'billing', sealed)).toBe('s3cret')
    expect(() => ring.unseal('connection', 'mail', sealed)).toThrow('unable to authenticate')
    expect(() => ring.unseal('totp', 'billing', sealed)).toThrow('unable to authenticate')
  })

  it('is not opened when a single character of it was changed', () => {
    const ring = ringOf(key('a'))
    const sealed = ring.seal('connection', 'billing', 's3cret')
    for (let at = 2; at < sealed.length; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1)
      // The last characters of base64 may hold bits that stand for nothing.
      if (Buffer.from(changed.slice(2), 'base64').equals(Buffer.from(sealed.slice(2), 'base64'))) continue
      expect(() => ring.unseal('connection', 'billing', changed)).toThrow(/authenticat/)
    }
  })

  it('of an older key is still opened, is known as old, and is lost with its key', () => {
    const [old, fresh] = [key('a'), key('b')]
    const sealed = ringOf(old).seal('connection', 'billing', 's3cret')
    const both = ringOf(fresh, old)
    expect(both.unseal('connection', 'billing', sealed)).toBe('s3cret')
    expect(both.isOld(sealed)).toBe(true)
    expect(both.isOld(both.seal('connection', 'billing', 's3cret'))).toBe(false)
    expect(() => ringOf(fresh).unseal('connection', 'billing', sealed)).toThrow('the key a')
  })
})
