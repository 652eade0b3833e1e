import { describe, expect, it } from 'vitest'
import { differencesBetween } from './differences.ts'
import { parseJson, printJson } from './json.ts'
import { pathTo } from './json-path.ts'
import { looksSecret, withoutSecrets } from './secrets.ts'

const between = (before: string, after: string): readonly string[] =>
  differencesBetween(parseJson(before), parseJson(after)).map((one) => {
    const [was, is] = ['before' in one ? printJson(one.before) : '', 'after' in one ? printJson(one.after) : '']
    return `${one.kind} ${one.path} ${was}→${is}`
  })

describe('the difference between two values', () => {
  it('tells what was added, changed and removed, however deep', () => {
    expect(between('{"a":1,"b":{"c":[1,2,3]},"gone":true}', '{"a":1,"b":{"c":[1,9],"new":"x"}}')).toEqual([
      'changed $.b.c[1] 2→9',
      'removed $.b.c[2] 3→',
      'added $.b.new →"x"',
      'removed $.gone true→',
    ])
  })

  it('is none when only the spelling or the order of keys differs', () => {
    expect(between('{"a":1.0,"b":2}', '{"b":2,"a":1}')).toEqual([])
  })

  it('is the whole where one kind became another', () => {
    expect(between('{"a":[1]}', '{"a":{"0":1}}')).toEqual(['changed $.a [1]→{"0":1}'])
    expect(between('null', '[]')).toEqual(['changed $ null→[]'])
  })
})

it('a path is one that a state machine takes', () => {
  expect(pathTo('$', 'order')).toBe('$.order')
  expect(pathTo('$.items', 3)).toBe('$.items[3]')
  expect(pathTo('$', "it's")).toBe("$['it\\'s']")
})

it.each([
  ['password', true],
  ['dbPassword', true],
  ['clientSecret', true],
  ['Authorization', true],
  ['api_key', true],
  ['accessToken', true],
  ['token', true],
  ['pin', true],
  ['spinner', false],
  ['nextToken', false],
  ['secretName', false],
  ['author', false],
  ['passed', false],
] as const)('%s is taken for a secret: %s', (name, expected) => {
  expect(looksSecret(name)).toBe(expected)
})

it('secrets are taken out of a value wherever they stand in it', () => {
  const value = parseJson('{"user":"a","password":"x","deep":[{"apiKey":{"id":1},"n":1.50}]}')
  expect(printJson(withoutSecrets(value))).toBe(
    '{"user":"a","password":"••••••","deep":[{"apiKey":"••••••","n":1.50}]}',
  )
})
