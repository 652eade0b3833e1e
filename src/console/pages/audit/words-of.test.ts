import { expect, it } from 'vitest'
import { subjectInShort, subjectWords } from './words-of.ts'

it.each([
  ['machine', 'arn:aws:states:us-east-1:000000000000:stateMachine:smoke', 'smoke', 'smoke'],
  ['execution', 'arn:aws:states:us-east-1:000000000000:execution:smoke:run-1', 'smoke:run-1', 'smoke:run-1'],
  ['token', 'tok_01M8QHPEN4W18SZAP0Z34N557K', 'tok_01M8QHPEN4W18SZAP0Z34N557K', 'tok_…N557K'],
  ['place', 'acme/site/production', 'acme/site/production', 'acme/site/production'],
])('of a %s %s the reader sees %s, and %s where there is little room', (type, id, words, short) => {
  expect(subjectWords({ type, id })).toBe(`${type} ${words}`)
  expect(subjectInShort({ type, id })).toBe(short)
})
