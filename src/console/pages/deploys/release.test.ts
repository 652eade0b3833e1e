import { expect, it } from 'vitest'
import { countsBetween, releaseText } from './release.ts'

const release = { project: 'acme/shop', services: { web: { instances: 3, environment: { VERSION: '1' } } } }

it('two releases that were only signed at other times say the same', () => {
  const [a, b] = [
    { ...release, createdAt: '2026-01-01T00:00:00Z' },
    { createdAt: '2026-02-01T00:00:00Z', ...release },
  ]
  expect(releaseText(a)).toBe(releaseText(b))
  expect(countsBetween(a, b)).toEqual({ added: 0, removed: 0, changed: 0 })
})

it('what differs is counted', () => {
  const after = { ...release, services: { web: { instances: 4, environment: {} }, worker: {} } }
  expect(countsBetween(release, after)).toEqual({ added: 1, removed: 1, changed: 1 })
})
