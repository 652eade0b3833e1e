import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { accountOf, lostIdentity, tokenKeyOf } from './identity.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-identity-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const nothing = { region: undefined, id: undefined }
const count = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i)

describe('the account of a data folder', () => {
  it('is chosen at the first start and kept, whatever the environment says later', () => {
    expect(accountOf(folder, nothing, 'eu-west-1')).toEqual({ region: 'eu-west-1', accountId: '000000000000' })
    expect(accountOf(folder, nothing, 'us-west-2')).toEqual({ region: 'eu-west-1', accountId: '000000000000' })
  })

  it('is what the configuration says before anything else', () => {
    const wanted = { region: 'ap-northeast-1', id: '123456789012' }
    expect(accountOf(folder, wanted, 'eu-west-1')).toEqual({ region: 'ap-northeast-1', accountId: '123456789012' })
  })

  it('cannot be changed: its ARNs are out', () => {
    accountOf(folder, nothing, undefined)
    expect(() => accountOf(folder, { region: 'eu-west-1', id: undefined }, undefined)).toThrow(
      /holds ARNs of us-east-1/,
    )
    expect(() => accountOf(folder, { region: 'us-east-1', id: '000000000000' }, undefined)).not.toThrow()
  })

  it('stops the start when its file is damaged', () => {
    writeFileSync(join(folder, 'account.json'), '{"region":5}')
    expect(() => accountOf(folder, nothing, undefined)).toThrow(/does not hold the account/)
  })
})

describe('the key of task tokens', () => {
  it('is made once and only its owner can read it', () => {
    const key = tokenKeyOf(folder, count)
    expect(key).toEqual(count(32))
    expect(statSync(join(folder, 'task-token.key')).mode & 0o777).toBe(0o600)
    expect(Uint8Array.from(tokenKeyOf(folder, () => new Uint8Array(32)))).toEqual(count(32))
  })

  it('stops the start when it is damaged, for a new one would orphan every token', () => {
    writeFileSync(join(folder, 'task-token.key'), 'short')
    expect(() => tokenKeyOf(folder, count)).toThrow(/does not hold a key/)
  })
})

describe('a folder that has lost a part of itself', () => {
  it('says which, and what that means', () => {
    accountOf(folder, nothing, undefined)
    tokenKeyOf(folder, count)
    expect(lostIdentity(folder)).toEqual([])
    rmSync(join(folder, 'task-token.key'))
    expect(lostIdentity(folder)).toEqual([expect.stringMatching(/task-token\.key was missing.*cannot be answered/)])
    rmSync(join(folder, 'account.json'))
    expect(lostIdentity(folder)[0]).toMatch(/account\.json was missing.*ARNs/)
  })
})
