import { describe, expect, it } from 'vitest'
import { sourcePlaceOf } from './source-place.ts'

const text = `{
  "StartAt": "First",
  "States": {
    "First": {
      "Type": "Task", "Retry": [{ "ErrorEquals": ["A"] }, { "MaxAttempt": 3 }],
      "Next": "No/where"
    },
    "a/b": { "Type": "Pass", "Comment": "a \\"quoted\\" }" , "End": true },
    "a": { "b": 1 }
  }
}
`

describe('a place of the checker in the text', () => {
  it.each([
    ['the definition', '/', 1, 1],
    ['a member', '/StartAt', 2, 3],
    ['a member inside', '/States/First/Next', 6, 7],
    ['an item', '/States/First/Retry[1]', 5, 59],
    ['a member of an item', '/States/First/Retry[1]/MaxAttempt', 5, 61],
    ['a name with a slash, though another reading fits its beginning', '/States/a/b/End', 8, 60],
    ['the innermost that is there, when the rest is not', '/States/First/Catch[0]', 4, 5],
    ['the innermost that is there, when an item is not', '/States/First/Retry[7]', 5, 23],
    ['the definition, when nothing of it is there', '/Nothing', 1, 1],
  ])('%s', (_name, location, line, column) => {
    expect(sourcePlaceOf(text, location)).toEqual({ line, column })
  })

  it('is found in a document of one line, and in one that is very deep', () => {
    expect(sourcePlaceOf('{"a":[1,{"b":2}]}', '/a[1]/b')).toEqual({ line: 1, column: 10 })
    const deep = `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)},"y":1}`
    expect(sourcePlaceOf(deep, '/y')).toEqual({ line: 1, column: 200_007 })
  })
})
