import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { identityErrorCodes } from './errors.ts'

it('lists every code it throws, and no other', () => {
  const source = readFileSync(join(import.meta.dirname, 'errors.ts'), 'utf8')
  const thrown = [...source.matchAll(/new HoldfastError\(\s*'([^']+)'/g)].map((match) => match[1])
  expect(thrown.toSorted()).toEqual([...identityErrorCodes])
})
