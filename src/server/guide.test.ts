import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { actions, laterActions } from './wire/actions.ts'

const guide = readFileSync(join(import.meta.dirname, '../../docs/guide/http-api.md'), 'utf8')

it('the guide names the actions that are answered, and those that are not yet, each where it belongs', () => {
  const [, answered = '', later = ''] = /Answered are([^]*)Not yet([^]*?)UpdateMapRun/.exec(guide) ?? []
  const namesIn = (text: string): string[] => text.match(/\b[A-Z][a-z]+[A-Z]\w+\b/g) ?? []
  expect(namesIn(answered).toSorted()).toEqual(Object.keys(actions).toSorted())
  expect([...namesIn(later.replace('UnknownOperationException', '')), 'UpdateMapRun'].toSorted()).toEqual(
    Object.keys(laterActions).toSorted(),
  )
})
