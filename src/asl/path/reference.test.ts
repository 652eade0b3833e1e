import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equalJson, type Json, parseJson, printJson } from '../../base/index.ts'
import {
  compilePath,
  compileReference,
  isReferencePath,
  PathNotFound,
  PathSyntaxError,
  ReferenceMismatch,
} from './index.ts'

const put = (document: string, path: string, value: string): string =>
  printJson(compileReference(path).put(parseJson(document), parseJson(value)))

describe('writing to a reference path', () => {
  it.each([
    ['{"a":1}', '$', '2', '2'],
    ['{"a":1}', '$.b', '2', '{"a":1,"b":2}'],
    ['{"a":1,"b":0}', '$.a', '{"x":1.0}', '{"a":{"x":1.0},"b":0}'],
    ['{}', '$.a.b.c', '1', '{"a":{"b":{"c":1}}}'],
    ['{"a":{"x":1}}', '$.a.b', 'null', '{"a":{"x":1,"b":null}}'],
    ['{"a":[1,{"b":2},3]}', '$.a[1].c', '4', '{"a":[1,{"b":2,"c":4},3]}'],
    ['{"a":[1,2]}', '$.a[0]', '9', '{"a":[9,2]}'],
    ['{"a":[1,2]}', '$.a[-1]', '9', '{"a":[1,9]}'],
    ['[[1],[2]]', '$[1][0]', '9', '[[1],[9]]'],
    ['{"a b":1}', "$['a b']", '2', '{"a b":2}'],
    ['{}', String.raw`$.a\.b`, '1', '{"a.b":1}'],
    ['{"10":1,"2":2}', '$.2', '3', '{"10":1,"2":3}'],
    ['{}', '$.__proto__.x', '1', '{"__proto__":{"x":1}}'],
  ])('%s at %s', (document, path, value, expected) => {
    expect(put(document, path, value)).toBe(expected)
  })

  it.each([
    ['"text"', '$.a'],
    ['null', '$.a'],
    ['[1]', '$.a'],
    ['{"a":1}', '$.a.b'],
    ['{"a":null}', '$.a.b'],
    ['{"a":[1]}', '$.a.b'],
    ['{"a":{}}', '$.a[0]'],
    ['{}', '$.a[0]'],
    ['{"a":[1]}', '$.a[1]'],
    ['{"a":[1]}', '$.a[-2]'],
    ['{"a":[]}', '$.a[0].b'],
    ['{"a":[1]}', '$.a[0].b'],
  ])('%s cannot take %s', (document, path) => {
    const write = () => put(document, path, '1')
    expect(write).toThrow(ReferenceMismatch)
    expect(write).toThrow(`Unable to apply ReferencePath ${path} to input ${printJson(parseJson(document))}`)
  })

  it('leaves the document as it was and shares what it did not touch', () => {
    const document = parseJson('{"a":{"b":1},"c":[1,2]}')
    const before = printJson(document)
    const changed = compileReference('$.a.b').put(document, 2)
    expect(printJson(document)).toBe(before)
    expect(printJson(changed)).toBe('{"a":{"b":2},"c":[1,2]}')
    expect(compilePath('$.c').read(changed)).toBe(compilePath('$.c').read(document))
  })

  it('reads what it wrote, and nothing beside it changes', () => {
    const names = fc.constantFrom('a', 'b', 'c d', '', '__proto__', "it's", 'x.y')
    fc.assert(
      fc.property(documents(), fc.array(names, { maxLength: 4 }), fc.jsonValue(), (document, path, plain) => {
        const value = parseJson(JSON.stringify(plain))
        const text = `$${path.map((name) => `['${name.replaceAll("'", String.raw`\'`)}']`).join('')}`
        const reference = compileReference(text)
        const before = printJson(document)
        const written = writeOrRefuse(reference, document, value)
        expect(printJson(document)).toBe(before)
        fc.pre(written !== undefined)
        expect(equalJson(reference.read(written), value)).toBe(true)
        expect(printJson(reference.put(written, value))).toBe(printJson(written))
      }),
    )
  })
})

function writeOrRefuse(
  reference: { put(document: Json, value: Json): Json },
  document: Json,
  value: Json,
): Json | undefined {
  try {
    return reference.put(document, value)
  } catch (error) {
    if (error instanceof ReferenceMismatch) return undefined
    throw error
  }
}

function documents(): fc.Arbitrary<Json> {
  const key = fc.constantFrom('a', 'b', 'c d', '', '__proto__', "it's", 'x.y')
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.integer(),
      fc.constant(null),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.array(fc.tuple(key, tie('tree')), { maxLength: 4 }).map((entries) => new Map(entries)),
    ),
  }))
  return tree
}

describe('reading a reference path', () => {
  it('finds the value or says where it is missing', () => {
    const reference = compileReference('$.a.b[0]')
    expect(reference.read(parseJson('{"a":{"b":[5]}}'))).toBe(5)
    expect(reference.find(parseJson('{"a":{"b":[]}}'))).toBeUndefined()
    expect(() => reference.read(parseJson('{}'))).toThrow(PathNotFound)
    expect(() => reference.read(parseJson('{}'))).toThrow("Missing property in path $['a']")
    expect(compileReference('$$.Task.Token').source).toEqual({ kind: 'context' })
    expect(compileReference('$items').whole).toBe(true)
  })
})

describe('what a reference path is', () => {
  it.each([
    '$',
    '$.a',
    "$['a'][0]",
    '$["a"].b',
    '$$.Map.Item.Value',
    '$list[3].x',
    String.raw`$.foo\@bar.baz\[\[.\?pretty`,
    '$.&Ж中.x',
    '$.a[-1]',
    "$['a:b*?']",
  ])('%s is one', (text) => {
    expect(isReferencePath(text)).toBe(true)
  })

  it.each([
    '',
    'a',
    '$.a[*]',
    '$.*',
    '$..a',
    '$.a[0,1]',
    '$.a[0:1]',
    '$.a[?(@.b)]',
    "$['a','b']",
    '$.a.length()',
    '$.a@b',
    '$.a,b',
    '$.a:b',
    '$.a?b',
    '$.a*',
    '$.a b',
    '$.',
  ])('%j is none', (text) => {
    expect(isReferencePath(text)).toBe(false)
    expect(() => compileReference(text)).toThrow(PathSyntaxError)
  })
})
