import { describe, expect, it } from 'vitest'
import { canonicalJson, type PlainJson } from './canonical.ts'
import { noHash, recordText, type SealedRecord } from './record.ts'

const least: SealedRecord = {
  seq: 1,
  at: 1_700_000_000_000,
  actor: { type: 'user', id: 'ada "the first" \u0001', via: 'ui' },
  action: 'execution.start',
  subject: { type: 'execution', id: 'arn:…:π' },
  prevHash: noHash,
  hash: 'ab'.repeat(32),
}
const most: SealedRecord = {
  ...least,
  change: '{"a":1}',
  execution: 'arn:e',
  eventId: 7,
  cause: { type: 'human', id: 'ada' },
  drill: 'drl_1',
  clockRegress: true,
}

describe('the text of a record', () => {
  it('is the canonical JSON of all its members, present or not', () => {
    for (const { change, ...record } of [least, most]) {
      const value = { ...record, change: change === undefined ? undefined : (JSON.parse(change) as PlainJson) }
      expect(recordText({ ...record, ...(change === undefined ? {} : { change }) })).toBe(canonicalJson(value))
    }
  })

  it('leaves the hash out for hashing', () => {
    const { hash, ...rest } = most
    expect(hash).toHaveLength(64)
    expect(recordText(rest)).not.toContain('"hash"')
  })
})
