import { expect, it } from 'vitest'
import { subjectWords } from './words-of.ts'

it.each([
  ['machine', 'arn:aws:states:us-east-1:000000000000:stateMachine:smoke', 'machine smoke'],
  ['execution', 'arn:aws:states:us-east-1:000000000000:execution:smoke:run-1', 'execution smoke:run-1'],
  ['token', 'tok_01M8QHPEN4W18SZAP0Z34N557K', 'token tok_01M8QHPEN4W18SZAP0Z34N557K'],
])('of a %s %s the reader sees %s', (type, id, words) => {
  expect(subjectWords({ type, id })).toBe(words)
})
