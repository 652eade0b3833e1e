import { describe, expect, it } from 'vitest'
import { type Json, parseJson, printJson } from '../../base/index.ts'
import { compilePath, isPath, PathNotFound, PathSyntaxError } from './index.ts'

const order = parseJson(
  '{"id":7,"total":12.50,"big":12345678901234567890,"lines":[{"sku":"a","n":2},{"sku":"b","n":0.0}],"note":null,"who":{"name":"Ann"}}',
)

describe('a path', () => {
  it.each([
    ['$', printJson(order)],
    ['$.id', '7'],
    ['$.who.name', '"Ann"'],
    ["$['who']['name']", '"Ann"'],
    ['$["who"].name', '"Ann"'],
    ["$.['who'].name", '"Ann"'],
    ["$[ 'who' ][ 'name' ]", '"Ann"'],
    ['$.lines[1].sku', '"b"'],
    ['$.lines[-2].sku', '"a"'],
    ['$.lines[ 0 ].sku', '"a"'],
    ['$.note', 'null'],
    ['  $.id  ', '7'],
  ])('%s reads %s', (text, expected) => {
    expect(printJson(compilePath(text).read(order))).toBe(expected)
  })

  it('keeps the spelling of numbers it finds', () => {
    expect(printJson(compilePath('$.total').read(order))).toBe('12.50')
    expect(printJson(compilePath('$.big').read(order))).toBe('12345678901234567890')
    expect(printJson(compilePath('$.lines[*].n').read(order))).toBe('[2,0.0]')
  })

  it('finds the very value of the document, not a copy', () => {
    const lines = compilePath('$.lines').read(order)
    expect(compilePath('$..lines').read(order)).toEqual([lines])
    expect(compilePath('$.lines').read(order)).toBe(lines)
  })

  it('says what its first sign stands for', () => {
    expect(compilePath('$.a').source).toEqual({ kind: 'input' })
    expect(compilePath('$$.Execution.Id').source).toEqual({ kind: 'context' })
    expect(compilePath('$name.a[0]').source).toEqual({ kind: 'variable', name: 'name' })
    expect(compilePath('$größe1').source).toEqual({ kind: 'variable', name: 'größe1' })
    expect(compilePath('$_x[0]').source).toEqual({ kind: 'variable', name: '_x' })
  })

  it('knows whether it is all of its document and whether it gives one value', () => {
    expect(['$', '$$', '$v', '$.a', '$[*]'].map((text) => compilePath(text).whole)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
    expect(
      ['$', '$.a[0]', '$[*]', '$.a[0,1]', '$..a', "$['a','b']", "$['a','b'].c"].map(
        (text) => compilePath(text).definite,
      ),
    ).toEqual([true, true, false, false, false, true, false])
  })

  it('reads the steps after $$ and $name against the document it is handed', () => {
    expect(compilePath('$$.who.name').read(order)).toBe('Ann')
    expect(compilePath('$order.lines[0].n').read(order)).toBe(2)
  })

  it('sees own keys only', () => {
    for (const name of ['__proto__', 'constructor', 'size', 'get', 'length']) {
      expect(compilePath(`$.${name}`).find(order)).toBeUndefined()
      expect(compilePath(`$.lines.${name}`).find(order)).toBeUndefined()
    }
    expect(compilePath('$.__proto__').read(parseJson('{"__proto__":1}'))).toBe(1)
  })

  it('takes a dot after a backslash as part of the name', () => {
    const document = parseJson('{"a.b":{"c d":1,"x[0]":2}}')
    expect(compilePath('$.a\\.b.c\\ d').read(document)).toBe(1)
    expect(compilePath('$.a\\.b.x\\[0]').read(document)).toBe(2)
  })
})

describe('quoted names', () => {
  it.each([
    [String.raw`$['it\'s']`, "it's"],
    [String.raw`$["say \"hi\""]`, 'say "hi"'],
    [String.raw`$['back\\slash']`, String.raw`back\slash`],
    [String.raw`$['line\nbreak']`, 'line\nbreak'],
    [String.raw`$['\u00e9']`, 'é'],
    [String.raw`$['a]b']`, 'a]b'],
    [String.raw`$['']`, ''],
  ])('%s', (text, key) => {
    expect(compilePath(text).read(new Map([[key, 1]]))).toBe(1)
  })

  it('keep the backslash before the other kind of quote, as AWS does', () => {
    const document = parseJson(String.raw`{"Test\\\"\"Name\"":"Value\"\\"}`)
    expect(compilePath(String.raw`$['Test\""Name"']`).read(document)).toBe('Value"\\')
  })
})

describe('a path that finds nothing', () => {
  it.each([
    ['$.X', 'missing', "No results for path: $['X']"],
    ['$.who.X', 'missing', "No results for path: $['who']['X']"],
    ['$["X"]', 'missing', 'No results for path: $["X"]'],
    ['$.no.such.path', 'missing', "Missing property in path $['no']"],
    ['$.who.no.such', 'missing', "Missing property in path $['who']['no']"],
    ['$["no"].such', 'missing', "Missing property in path $['no']"],
    ['$.lines[0].no.such', 'missing', "Missing property in path $['lines'][0]['no']"],
    ['$.no[*]', 'missing', "Missing property in path $['no']"],
    ['$.lines[2]', 'index', "No results for path: $['lines'][2]"],
    ['$.lines[-3]', 'index', "No results for path: $['lines'][-3]"],
    ['$.lines[2].sku', 'index', "No results for path: $['lines'][2]['sku']"],
    ['$.note[0]', 'type', "The path $['note'] is null"],
    ['$.id[0]', 'type', 'Filter: [0] can only be applied to arrays. Current context is: 7'],
    ['$.who[0].x', 'type', "Filter: [0]['x'] can only be applied to arrays. Current context is: {name=Ann}"],
    ['$.id[?(@.x)]', 'type', 'Filter: [?] can not be applied to primitives. Current context is: 7'],
    ['$.who.sum()', 'function', 'Aggregation function attempted to calculate value using empty array'],
  ])('%s: %s', (text, reason, message) => {
    const failure = caught(() => compilePath(text).read(order))
    expect(failure).toMatchObject({ reason, message, path: text, code: 'path.not_found' })
  })

  it.each([
    ['$.id.x', "found 'java.lang.Integer'"],
    ['$.total.x', "found 'java.lang.Double'"],
    ['$.big.x', "found 'java.math.BigInteger'"],
    ['$.lines.sku', "found 'java.util.ArrayList'"],
    ['$.who.name.x', "found 'java.lang.String'"],
    ['$.note.x', "found 'null'"],
  ])('%s says that it met no object: %s', (text, words) => {
    const failure = caught(() => compilePath(text).read(order))
    expect(failure).toMatchObject({ reason: 'type' })
    expect(String(failure)).toContain(words)
    expect(String(failure)).toContain("Expected to find an object with property ['")
  })

  it('is an empty list when it could have given several', () => {
    for (const text of [
      '$.lines[*].X',
      '$..X',
      '$.lines[5:]',
      '$.lines[0,1].X.Y',
      '$.id[*]',
      '$.id.*',
      "$['id','who'].X",
    ]) {
      expect(compilePath(text).read(order)).toEqual([])
    }
  })
})

describe('lists', () => {
  const read = (text: string, document: Json = parseJson('[0,1,2,3,4]')) => printJson(compilePath(text).read(document))

  it('slices as Jayway does, without resolving two negative ends', () => {
    expect(read('$[1:3]')).toBe('[1,2]')
    expect(read('$[:-2]')).toBe('[0,1,2]')
    expect(read('$[-2:]')).toBe('[3,4]')
    expect(read('$[-9:]')).toBe('[0,1,2,3,4]')
    expect(read('$[9:]')).toBe('[]')
    expect(read('$[1:-1]')).toBe('[]')
    expect(read('$[-2:1]')).toBe('[3,4,0]')
    expect(read('$[-3:-1]')).toBe('[2,3]')
    expect(read('$[0:9:2]')).toBe('[0,1,2,3,4]')
    expect(read('$[-2000000000:2000000000]')).toBe('[0,1,2,3,4,0,1,2,3,4]')
  })

  it('takes several indexes in the order they are written, without those that are not there', () => {
    expect(read('$[3, 0,7,-1]')).toBe('[3,0,4]')
  })

  it('descends parents first', () => {
    const tree = parseJson('{"n":1,"l":[{"n":2,"l":[{"n":3}]},{"n":4}],"r":{"n":5}}')
    expect(read('$..n', tree)).toBe('[1,2,3,4,5]')
    expect(read('$..l[0].n', tree)).toBe('[2,3]')
    expect(read("$..['n','r']", tree)).toBe('[{"n":1,"r":{"n":5}}]')
    expect(read('$.l..n', tree)).toBe('[2,3,4]')
    expect(read('$..[1].n', tree)).toBe('[4]')
    expect(read('$..*', parseJson('{"a":[1,{"b":2}]}'))).toBe('[[1,{"b":2}],1,{"b":2},2]')
    expect(read('$..[*]', parseJson('[[1],2]'))).toBe('[[1],2,1]')
    expect(read("$..['n','x'].y", parseJson('{"n":{"y":1},"k":[{"x":{"y":2}}]}'))).toBe('[1,2]')
    expect(read('$..[0:1]', parseJson('[[1,2],[3]]'))).toBe('[[1,2],1,3]')
  })
})

describe('functions at the end of a path', () => {
  const numbers = parseJson(
    '{"n":[1,2.5,"x",-4],"one":["only"],"words":["a","b",1],"o":{"a":1,"b":2},"e":[],"s":"text","d":{"n":[10]}}',
  )
  it.each([
    ['$.n.sum()', '-0.5'],
    ['$.n.avg()', '-0.16666666666666666'],
    ['$.n.min()', '-4.0'],
    ['$.n.max()', '2.5'],
    ['$.n.stddev()', '2.778888666755511'],
    ['$.n.sum(10, $.d.n, "x")', '19.5'],
    ['$.n.length()', '4'],
    ['$.o.size()', '2'],
    ['$.s.length()', 'null'],
    ['$.s.keys()', 'null'],
    ['$.o.keys()', '["a","b"]'],
    ['$.words.concat("-", $.s, [1, null])', '"ab-text1"'],
    ['$.one.append("x", $.o.a)', '["only","x",1]'],
    ['$.o.append(1)', '{"a":1,"b":2}'],
    ['$.n.first()', '1'],
    ['$.one.last()', '"only"'],
    ['$.n.index(-1)', '-4'],
    ['$.length($.n)', '4'],
    ['$..n.length()', '5'],
    ['$..a.sum()', '1.0'],
    ['$..n.first()', '[1,2.5,"x",-4]'],
    ['$.d..length()', '[]'],
    ['$.*.length()', '[4,1,3,2,0,null,1]'],
  ])('%s is %s', (text, expected) => {
    expect(printJson(compilePath(text).read(numbers))).toBe(expected)
  })

  it.each([
    '$.e.sum()',
    '$.e.first()',
    '$.n.index(9)',
    '$.n.index("x")',
    '$.o.last()',
    '$.n.sum($.missing)',
    '$..x.max()',
  ])('%s has no answer', (text) => {
    expect(caught(() => compilePath(text).read(numbers))).toMatchObject({ reason: 'function' })
  })

  it('prints computed doubles as Java does', () => {
    expect(printJson(compilePath('$.sum()').read(parseJson('[1e7]')))).toBe('1.0E7')
    expect(printJson(compilePath('$.sum()').read(parseJson('[0.0001]')))).toBe('1.0E-4')
    expect(printJson(compilePath('$.sum()').read(parseJson('[-0.0]')))).toBe('0.0')
    expect(printJson(compilePath('$.sum()').read(parseJson('[1e308,1e308]')))).toBe('"Infinity"')
  })
})

describe('texts that are no path', () => {
  it.each([
    ['', 0, "A path must start with '$'"],
    ['a.b', 0, "A path must start with '$'"],
    ['@.a', 0, "A path must start with '$'"],
    ['$.', 2, 'Expected a name after the dot'],
    ['$..', 3, 'Expected a name after the dot'],
    ['$.a.', 4, 'Expected a name after the dot'],
    ['$...a', 3, 'Expected a name after the dot'],
    ['$.a b', 3, "Use bracket notation ['my property'] if the property contains blanks"],
    ['$ .a', 2, "Illegal character '.', expected '.' or '['"],
    ['$-a', 1, "Illegal character '-', expected '.' or '['"],
    ['$[', 2, "Expected a quoted name, an index, '*' or '?'"],
    ['$[]', 2, "Expected a quoted name, an index, '*' or '?'"],
    ['$[a]', 2, "Expected a quoted name, an index, '*' or '?'"],
    ["$['a'", 5, "Expected ']' after a step"],
    ["$['a", 2, "Missing closing '"],
    ["$['a',]", 6, "Expected a name in '"],
    ['$[\'a\',"b"]', 6, "Expected a name in '"],
    [String.raw`$['\u12']`, 5, 'Expected four hexadecimal digits after \\u'],
    ['$[1', 3, "Expected ']' after a step"],
    ['$[1-2]', 1, "'1-2' is not an array index"],
    ['$[1,]', 1, "'' is not an array index"],
    ['$[:]', 1, 'A slice needs a start or an end'],
    ['$[::2]', 1, 'A slice needs a start or an end'],
    ['$[99999999999]', 1, "'99999999999' is not an array index"],
    ['$[2147483648]', 1, "'2147483648' is not an array index"],
    ['$[*', 3, "Expected ']' after a step"],
    ['$.a[0]b', 6, "Illegal character 'b', expected '.' or '['"],
    ['$.a\\', 4, 'Nothing follows the backslash'],
    ['$.a.nope()', 4, 'Function with name: nope does not exist'],
    ['$.a.sum(', 8, 'Expected a path or a value'],
    ['$.a.sum(1', 9, "Expected ')' after the parameters"],
    ['$.a.sum(x)', 8, 'Expected a path or a value'],
    ['$.a.keys()[0]', 10, "Illegal character '[', expected '.' or '['"],
    [`$${'v'.repeat(81)}`, 0, 'A variable name can have at most 80 characters'],
  ])('%j is refused at %i', (text, offset, message) => {
    const failure = caught(() => compilePath(text))
    expect(failure).toBeInstanceOf(PathSyntaxError)
    expect(failure).toMatchObject({ code: 'path.syntax', offset, place: `character ${offset + 1}` })
    expect(String(failure)).toContain(message)
    expect(isPath(text)).toBe(false)
  })

  it('and one that is', () => {
    expect(isPath('$.a[?(@.b)]')).toBe(true)
  })
})

function caught(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    if (error instanceof PathNotFound || error instanceof PathSyntaxError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
