import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { HoldfastError } from '../base/index.ts'
import { failureOf, hostErrorCodes } from './errors.ts'

it('lists every code it throws, and no other', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'errors.ts',
  )
  const source = [
    ...files.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8')),
    'host.internal host.disk_full',
  ]
  const named = new Set(source.flatMap((text) => [...text.matchAll(/host\.[a-z]+_?[a-z_]*/g)].map(([code]) => code)))
  expect(hostErrorCodes.filter((code) => !named.has(code))).toEqual([])
})

it('tells any fault as one that a person can act on', () => {
  const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })
  expect(failureOf(full)).toMatchObject({ code: 'host.disk_full', kind: 'exhausted', retryable: true })
  expect(failureOf(new Error('boom'))).toMatchObject({ code: 'host.internal', retryable: true })
  expect(failureOf('boom')).toMatchObject({ message: 'The agent failed: boom' })
  const known = new HoldfastError('host.port_taken', 'taken', { place: 'port', accepted: 'a', repair: 'b' })
  expect(failureOf(known)).toEqual({
    code: 'host.port_taken',
    message: 'taken',
    kind: 'invalid',
    retryable: false,
    place: 'port',
    accepted: 'a',
    repair: 'b',
  })
})
