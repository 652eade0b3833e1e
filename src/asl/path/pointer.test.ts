import { expect, it } from 'vitest'
import { parseJson, printJson } from '../../base/index.ts'
import { atPointer, pointerSegments } from './pointer.ts'

const document = parseJson('{"a":{"b/c":[1.0,{"~":"x"}]},"":0}')

it.each([
  ['', '{"a":{"b/c":[1.0,{"~":"x"}]},"":0}'],
  ['/', '{"a":{"b/c":[1.0,{"~":"x"}]},"":0}'],
  ['/a/b~1c', '[1.0,{"~":"x"}]'],
  ['/a/b~1c/0', '1.0'],
  ['/a/b~1c/1/~0', '"x"'],
])('the pointer %j leads to %s', (pointer, text) => {
  const found = atPointer(document, pointerSegments(pointer) ?? ['no pointer'])
  expect(found === undefined ? undefined : printJson(found)).toBe(text)
})

it.each(['/b', '/a/b', '/a/b~1c/2', '/a/b~1c/01', '/a/b~1c/-', '/a/b~1c/0/x'])('nothing stands at %j', (pointer) => {
  expect(atPointer(document, pointerSegments(pointer) ?? [])).toBeUndefined()
})

it('what does not begin with a slash is no pointer', () => {
  expect(pointerSegments('a/b')).toBeUndefined()
})
