import { property, assert, constantFrom, record as arbitrary, boolean } from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ProcessFacts } from '../machine/machine.ts'
import { isProven, isSame } from './proof.ts'

const process = (facts: Partial<ProcessFacts> = {}): ProcessFacts => ({
  pid: 7,
  start: '100',
  parent: 5,
  session: 5,
  zombie: false,
  residentBytes: 0,
  ...facts,
})
const owner = { host: 'h', owner: 'web-1' }
const written = { pid: 7, start: '100' }
const shimWritten = { pid: 5, start: '90' }
const shim = {
  found: process({ pid: 5, start: '90', parent: 1, session: 5 }),
  marker: 'h/web-1/t',
  written: shimWritten,
}

describe('a process is proven ours', () => {
  it('by its start time and its marker', () => {
    expect(isProven(written, owner, { found: process(), marker: 'h/web-1/t' })).toBe(true)
    expect(isProven(written, owner, { found: process(), marker: 'h/web-1/of-a-former-run' })).toBe(true)
  })

  it('without an environment by the session of its living shim', () => {
    expect(isProven(written, owner, { found: process(), marker: undefined, shim })).toBe(true)
  })
})

describe('a process is not proven ours', () => {
  it.each([
    ['when it is gone', { found: undefined, marker: undefined }],
    ['when its pid was used again', { found: process({ start: '101' }), marker: 'h/web-1/t' }],
    ['when it is another pid', { found: process({ pid: 8 }), marker: 'h/web-1/t' }],
    ['when it has ended', { found: process({ zombie: true }), marker: 'h/web-1/t' }],
    ['without a marker', { found: process(), marker: undefined }],
    ['with the marker of another host', { found: process(), marker: 'g/web-1/t' }],
    ['with the marker of another instance', { found: process(), marker: 'h/web-2/t' }],
    ['with half a marker', { found: process(), marker: 'h/web-1' }],
    ['with a marker of another, though in our session', { found: process(), marker: 'g/web-1/t', shim }],
    ['in another session', { found: process({ session: 6 }), marker: undefined, shim }],
    ['when the shim is gone', { found: process(), marker: undefined, shim: { ...shim, found: undefined } }],
    [
      'when the shim’s pid was used again',
      { found: process(), marker: undefined, shim: { ...shim, found: process({ pid: 5, start: '91', session: 5 }) } },
    ],
    ['when the shim has no marker', { found: process(), marker: undefined, shim: { ...shim, marker: undefined } }],
    [
      'when the shim leads no session',
      { found: process(), marker: undefined, shim: { ...shim, found: process({ pid: 5, start: '90', session: 4 }) } },
    ],
  ])('%s', (_, evidence) => {
    expect(isProven(written, owner, evidence)).toBe(false)
  })

  it('whatever the machine shows, unless the start time is the one written down', () => {
    const facts = arbitrary({ start: constantFrom('100', '101'), session: constantFrom(5, 6), zombie: boolean() })
    const markers = constantFrom(undefined, 'h/web-1/t', 'h/web-2/t', 'g/web-1/t', '', '//')
    assert(
      property(facts, markers, boolean(), (found, marker, withShim) => {
        const evidence = { found: process(found), marker, ...(withShim && { shim }) }
        const proven = isProven(written, owner, evidence)
        const byMarker = marker === 'h/web-1/t'
        const bySession = marker === undefined && withShim && found.session === 5
        return proven === (found.start === '100' && !found.zombie && (byMarker || bySession))
      }),
    )
  })
})

it('knows the same process by pid and start', () => {
  expect(isSame(process(), written)).toBe(true)
  expect(isSame(process({ start: '1' }), written)).toBe(false)
  expect(isSame(undefined, written)).toBe(false)
})
