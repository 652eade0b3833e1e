import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { actions } from './wire/actions.ts'

const guide = readFileSync(join(import.meta.dirname, '../../docs/guide/http-api.md'), 'utf8')

it('the guide names the actions that are answered', () => {
  const [, answered = ''] = /Answered are([^]*?)all 37 actions/.exec(guide) ?? []
  const names = answered.match(/\b[A-Z][a-z]+[A-Z]\w+\b/g) ?? []
  expect(names.toSorted()).toEqual(Object.keys(actions).toSorted())
})
