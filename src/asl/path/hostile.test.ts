/** Paths and documents made to hurt. None may hang, overflow the stack or throw anything but the errors of this folder. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Json, parseJson } from '../../base/index.ts'
import { compilePath, compileReference, PathNotFound, PathSyntaxError } from './index.ts'

const many = 10_000

describe('hostile paths', () => {
  it.each([
    ['brackets within brackets', '$' + '['.repeat(many)],
    ['filters within filters', '$' + '[?(@'.repeat(many)],
    ['closed filters within filters', '$' + '[?(@'.repeat(200) + '.a' + ')]'.repeat(200)],
    ['parentheses', `$[?(${'('.repeat(many)}@.a${')'.repeat(many)})]`],
    ['negations', `$[?(${'!'.repeat(many)}(@.a))]`],
    ['lists within lists', `$[?(@ in ${'['.repeat(many)}${']'.repeat(many)})]`],
    ['objects within objects', `$[?(@ == ${"{'a':".repeat(many)}1${'}'.repeat(many)})]`],
    ['functions within functions', '$.sum($'.repeat(many) + ')'.repeat(many)],
    ['more steps than a document has levels', '$' + '.a'.repeat(many)],
    ['steps of paths in filters', `$[?(${Array.from({ length: 600 }, () => '@.a.b').join(' && ')})]`],
    ['a regular expression that grows', `$[?(@ =~ /${'('.repeat(90)}a${'{100})'.repeat(90)}/)]`],
    ['a regular expression nested deep', `$[?(@ =~ /${'('.repeat(500)}/)]`],
    ['a long name for a variable', `$${'a'.repeat(1_000_000)}`],
    ['an open quote', `$['${'a'.repeat(1_000_000)}`],
    ['a huge index', `$[${'9'.repeat(1_000_000)}]`],
    ['blanks', `$${' '.repeat(1_000_000)}x`],
  ])('%s are refused at once', (_name, text) => {
    expect(() => compilePath(text)).toThrow(PathSyntaxError)
    expect(() => compileReference(text)).toThrow(PathSyntaxError)
  })

  it('that are merely long are read', () => {
    expect(compilePath('$' + '.a'.repeat(1000)).find(nestedObjects(1000))).toBe(0)
    expect(compilePath('$' + '[0]'.repeat(1000)).find(nestedLists(1000))).toEqual([])
    expect(compilePath(`$.${'a'.repeat(1_000_000)}`).find(new Map())).toBeUndefined()
    expect(compilePath(`$[${Array.from({ length: many }, (_, i) => i).join(',')}]`).read([1, 2])).toEqual([1, 2])
  })

  it('that multiply what they visit stop at a limit', () => {
    const apart: Json = [0, 1].map((list) => Array.from({ length: 4000 }, (_, i) => 2 * i + list))
    for (const text of ['$..*..*..*..*', '$..[?($..[?(@.a)])]..[?(@ noneof $..*)]', '$[?(@ == $)]..*']) {
      expect(outcome(() => compilePath(text).read(nestedLists(900)))).toMatch(/^(?:found|limit)$/)
    }
    expect(outcome(() => compilePath('$[?(@ noneof $[1])]').read(apart))).toBe('limit')
    expect(outcome(() => compilePath('$..*..*..*').find(nestedLists(900)))).toBe('limit')
  })

  it('with patterns that hang other engines finish', () => {
    const texts: Json = Array.from({ length: 20 }, () => 'a'.repeat(5000) + '!')
    for (const pattern of ['(a+)+', '(a|a)*', '(.*)*b', '(a*)*$', '(?:a?){500}a{500}']) {
      expect(outcome(() => compilePath(`$[?(@ =~ /${pattern}/)]`).read(texts))).toMatch(/^(?:found|limit)$/)
    }
  })

  it('that run out of work in a filter fail as a whole', () => {
    const long: Json = Array.from({ length: 2000 }, () => 'ab'.repeat(20_000))
    expect(outcome(() => compilePath('$[?(@ =~ /(?:a|b){1000}c*/)]').read(long))).toBe('limit')
  })
})

describe('deep documents', () => {
  it('are walked without the call stack', () => {
    expect(compilePath('$..a.length()').read(nestedObjects(50_000))).toBe(49_999)
    expect(compilePath('$..[0].length()').read(nestedLists(50_000))).toBe(49_999)
  })
})

describe('any text', () => {
  const alphabet = fc.constantFrom(
    ...'$@.[]()*?:,!<>=~&|/\\\'"{} ab01-',
    '$.',
    '[?(',
    ')]',
    "['a']",
    '[0]',
    '..',
    '=~ /',
    '/i',
    ' && ',
    ' in ',
    '@.a',
    'length()',
    '$$',
    'true',
    'null',
    'é',
    '😀',
  )
  const texts = fc.oneof(
    fc.string(),
    fc.array(alphabet, { maxLength: 25 }).map((parts) => `$${parts.join('')}`),
    fc.array(alphabet, { maxLength: 15 }).map((parts) => `$[?(${parts.join('')})]`),
  )
  const document = parseJson('{"a":[{"a":1,"b":"ab"},{"b":[0,1,"a"]},null,"a"],"b":{"a":{"a":[]}},"0":true}')

  it('either is a path or is refused with its place, and a path reads or finds nothing', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const problem = refusal(() => compilePath(text))
        if (problem !== undefined) return problem.offset >= 0 && problem.offset <= text.length
        const path = compilePath(text)
        return outcome(() => path.read(document)) === (path.find(document) === undefined ? 'nothing' : 'found')
      }),
      { numRuns: 3000 },
    )
  })

  it('that is a reference path is a path that finds the same', () => {
    fc.assert(
      fc.property(texts, (text) => {
        if (refusal(() => compileReference(text)) !== undefined) return true
        const reference = compileReference(text)
        const path = compilePath(text)
        return path.definite && path.find(document) === reference.find(document)
      }),
      { numRuns: 2000 },
    )
  })
})

function refusal(act: () => unknown): PathSyntaxError | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    if (error instanceof PathSyntaxError) return error
    throw error
  }
}

function outcome(act: () => unknown): 'found' | 'nothing' | 'limit' {
  try {
    act()
    return 'found'
  } catch (error) {
    if (!(error instanceof PathNotFound)) throw error
    return error.reason === 'limit' ? 'limit' : 'nothing'
  }
}

function nestedObjects(depth: number): Json {
  let document: Json = 0
  for (let i = 0; i < depth; i++) document = new Map([['a', document]])
  return document
}

function nestedLists(depth: number): Json {
  let document: Json = []
  for (let i = 0; i < depth; i++) document = [document]
  return document
}
