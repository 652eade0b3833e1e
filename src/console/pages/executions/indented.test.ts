import { expect, it } from 'vitest'
import { indented } from './indented.ts'

it('JSON is laid out in lines, with its numbers and the order of its keys as they are', () => {
  expect(indented('{"b":1.50,"a":[12345678901234567890,{}],"e":[]}')).toBe(
    '{\n  "b": 1.50,\n  "a": [\n    12345678901234567890,\n    {}\n  ],\n  "e": []\n}',
  )
  expect(indented('{"a":')).toBe('{"a":')
})
