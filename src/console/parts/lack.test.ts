import { expect, it } from 'vitest'
import type { Role } from '../api/may.ts'
import { lackWords } from './lack.ts'

const t = (key: string, values: object = {}): string => `${key} ${JSON.stringify(values)}`
const said = (language: 'en' | 'ja', ...roles: readonly Role[]): string =>
  lackWords({ roles, place: undefined, isBound: false }, { t, language })

it('roles are named as each language lists them, with air around the Japanese or', () => {
  expect(said('en', 'deployer', 'admin')).toContain('"deployer or admin"')
  expect(said('ja', 'deployer', 'admin')).toContain('"deployer または admin"')
  expect(said('ja', 'deployer', 'responder', 'admin')).toContain('"deployer、responder、または admin"')
})
