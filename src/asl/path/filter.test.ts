import { describe, expect, it } from 'vitest'
import { parseJson, printJson } from '../../base/index.ts'
import { compilePath, PathSyntaxError } from './index.ts'

const shop = parseJson(`{
  "limit": 10, "names": ["a", "c"], "pattern": "x.*",
  "items": [
    {"id": "a", "price": 8, "tags": ["new", "red"], "big": 9007199254740993, "on": true, "o": {}},
    {"id": "b", "price": 12.0, "tags": [], "big": 9007199254740992, "on": false, "o": {"k": [1, {"z": 2.0}]}},
    {"id": "c", "price": "8", "tags": null, "text": "Two words", "o": {"k": [1, {"z": 2}]}},
    {"id": "d", "price": null, "deep": {"er": [{"x": 1}, {"x": 2}]}}
  ]}`)

const ids = (condition: string) => printJson(compilePath(`$.items[?(${condition})].id`).read(shop))

describe('a filter', () => {
  it.each([
    // existence
    ['@.text', '["c"]'],
    ['@.price', '["a","b","c","d"]'],
    ['!@.text', '["a","b","d"]'],
    ['!(@.text)', '["a","b","d"]'],
    ['! ! (@.text)', '["c"]'],
    ['@.deep.er[0].x', '["d"]'],
    ['@.deep.er[*].x', '["d"]'],
    ['@.deep.er[*].y', '[]'],
    ["@['id','on']", '["a","b"]'],
    ['$.limit', '["a","b","c","d"]'],
    ['$.nothing', '[]'],
    ['@..x', '["a","b","c","d"]'],
    // equality, across text and number
    ['@.price == 8', '["a","c"]'],
    ["@.price == '8'", '["a","c"]'],
    ['8 == @.price', '["a","c"]'],
    ['@.price === 8', '["a"]'],
    ["@.price === '8'", '["c"]'],
    ['@.price !== 8', '["b","c","d"]'],
    ['@.price == 12', '["b"]'],
    ["@.price == '12.0'", '["b"]'],
    ["@.price == '1.2e1'", '["b"]'],
    ["@.price == 'twelve'", '[]'],
    ["'12' == @.price", '[]'],
    ['@.price == null', '["d"]'],
    ['@.price != 8', '["b","d"]'],
    ['@.on == true', '["a"]'],
    ["@.on == 'true'", '[]'],
    ['@.on != false', '["a","c","d"]'],
    ['@.big == 9007199254740993', '["a"]'],
    ['@.nothing == @.nothing', '[]'],
    ['@.nothing != @.nothing', '["a","b","c","d"]'],
    ['@.nothing === @.nothing', '[]'],
    ['@.tags == [\'new\', "red"]', '["a"]'],
    ['@.tags == []', '["b"]'],
    ['@.o == {\'k\': [1, {"z": 2}]}', '["b","c"]'],
    ["@.o == {'k': [1, {'z': 3}]}", '[]'],
    ['@.o == {}', '["a"]'],
    ['@.tags != []', '["a","c","d"]'],
    ['@.tags[*] == []', '["b","c"]'],
    // order
    ['@.price < $.limit', '["a"]'],
    ['@.price <= 12', '["a","b"]'],
    ['@.price > 8', '["b"]'],
    ['@.price >= 8.0', '["a","b"]'],
    ["@.price >= '8'", '["c"]'],
    ["@.id > 'b'", '["c","d"]'],
    ["@.id<'b'", '["a"]'],
    ['@.big > 9007199254740992', '["a"]'],
    ['@.on > false', '[]'],
    ['@.price > -1e0', '["a","b"]'],
    // lists
    ["@.id in ['a', 'd']", '["a","d"]'],
    ["@.id IN ['a', 'd']", '["a","d"]'],
    ['@.id in $.names', '["a","c"]'],
    ['@.price in [8, null]', '["a","c","d"]'],
    ["@.id nin ['a', 'd']", '["b","c"]'],
    ['@.id in @.o', '[]'],
    ['@.id nin @.o', '["a","b","c"]'],
    ['@.id in 5', '[]'],
    ['@.id nin 5', '[]'],
    ['!(@.id in 5)', '[]'],
    ["@.tags contains 'red'", '["a"]'],
    ["@.text contains 'wo'", '["c"]'],
    ['@.price contains 8', '[]'],
    ["@.tags all ['red', 'new']", '["a"]'],
    ["@.tags all ['red', 'old']", '[]'],
    ["@.tags subsetof ['red', 'new', 'old']", '["a","b"]'],
    ["@.tags anyof ['old', 'red']", '["a"]'],
    ["@.tags noneof ['red']", '["b"]'],
    ["@.o anyof ['x']", '[]'],
    // size and emptiness
    ['@.tags size 2', '["a"]'],
    ['@.id size 1', '["a","b","c","d"]'],
    ['@.tags size @.id', '[]'],
    ['@.tags empty true', '["b"]'],
    ['@.tags empty false', '["a"]'],
    ['@.o empty true', '["a"]'],
    ['@.text empty false', '["c"]'],
    ['@.tags empty 1', '[]'],
    ['@.price empty true', '[]'],
    ['@.tags.length() == 2', '["a"]'],
    ['@.tags.length() > 0 && @.on', '["a"]'],
    // regular expressions
    ['@.text =~ /two.*/i', '["c"]'],
    ['@.text =~ /Two/', '[]'],
    ['/[ab]/ =~ @.id', '["a","b"]'],
    ['@.tags =~ /re./', '["a"]'],
    ['@.price =~ /8|12\\.0/', '["a","b","c"]'],
    ['@.on =~ /t.*/', '["a"]'],
    ['@.nothing =~ /.*/', '["a","b","c","d"]'],
    ['@.deep =~ /x*/', '["a","b","c","d"]'],
    ['@.text =~ /Two\\/?.words/ms', '["c"]'],
    // both, either, grouping
    ['@.on || @.text', '["a","b","c"]'],
    ['@.on&&@.price<10||@.text', '["a","c"]'],
    ['@.on && (@.price > 10 || @.text)', '["b"]'],
    ['(@.on) && ((@.price > 10))', '["b"]'],
    ['@.text || @.id in 5', '["c"]'],
    ['@.text && @.id in 5', '[]'],
    // literals
    ['  @.id  ==  "a"  ', '["a"]'],
    [String.raw`@.id != 'it\'s'`, '["a","b","c","d"]'],
    ['@.id == @["id"]', '["a","b","c","d"]'],
    ['@.items[?(@.x)]', '[]'],
    ['@.deep.er[?(@.x == 2)]', '["d"]'],
  ])('%s', (condition, expected) => {
    expect(ids(condition)).toBe(expected)
  })

  it('asks an object as a whole', () => {
    expect(printJson(compilePath('$.o[?(@.a == 1)]').read(parseJson('{"o":{"a":1}}')))).toBe('[{"a":1}]')
    expect(printJson(compilePath('$.o[?(@.a == 2)]').read(parseJson('{"o":{"a":1}}')))).toBe('[]')
  })

  it('finds containers at any depth, but not the scalars of a list', () => {
    expect(printJson(compilePath('$..[?(@.x)]').read(parseJson('[{"x":1,"y":[{"x":2}]},3]')))).toBe(
      '[{"x":1,"y":[{"x":2}]},{"x":2}]',
    )
    expect(printJson(compilePath('$..[?(@ > 1)]').read(parseJson('[1,2,[3]]')))).toBe('[]')
    expect(printJson(compilePath('$..[?(@.length() > 1)]').read(parseJson('[[1,2],[3]]')))).toBe('[[1,2]]')
  })

  it('skips what it cannot be asked of in a list', () => {
    expect(printJson(compilePath('$[*][?(@.x)]').read(parseJson('[1,{"x":2},null]')))).toBe('[{"x":2}]')
  })
})

describe('conditions that are none', () => {
  it.each([
    ['', 'Expected a path (@… or $…) or a value'],
    ['@.a ==', 'Expected a path (@… or $…) or a value'],
    ['@.a = 1', 'Filter operator = is not supported! Accepted are =='],
    ['@.a like 1', 'Filter operator like is not supported!'],
    ['@.a constructor 1', 'Filter operator constructor is not supported!'],
    ["'a'", 'Expected a path or a comparison'],
    ['!@.a == 1', 'A negated comparison needs parentheses'],
    ['@.a && ', 'Expected a path'],
    ['@.a == tru', 'Expected a path'],
    ['@.a == 01', 'Expected a path'],
    ["@.a == 'x", "Missing closing '"],
    ['@.a in [1', "Expected ',' or ']' after an entry"],
    ['@.a in [1,]', 'Expected a text, a number'],
    ['@.a == {a: 1}', 'Expected a quoted name'],
    ["@.a == {'a' 1}", "Expected ':' between a name and its value"],
    ['@.a =~ 5', '=~ needs a regular expression'],
    ['/a/ =~ /b/', '=~ needs a regular expression'],
    ['@.a == /b/', 'A regular expression needs the operator =~'],
    ['@.a =~ /b', 'The regular expression is not closed'],
    ['@.a =~ /(/', 'The regular expression cannot be used'],
    [String.raw`@.a =~ /(a)\1/`, 'The regular expression cannot be used'],
    ['@.a =~ /a(?=b)/', 'The regular expression cannot be used'],
    [`@.a =~ /${'a'.repeat(1001)}/`, 'A regular expression can have at most 1000 characters'],
    ['@.a b', 'Filter operator b is not supported!'],
    ['@.a == 1 2', "Expected ')' after a condition"],
    ['(@.a', "Expected ')' after a condition"],
  ])('[?(%s)]', (condition, message) => {
    const text = `$[?(${condition})]`
    expect(() => compilePath(text)).toThrow(PathSyntaxError)
    expect(() => compilePath(text)).toThrow(message)
  })

  it('and the brackets around them', () => {
    expect(() => compilePath('$[?]')).toThrow("Expected '(' after '?'")
    expect(() => compilePath('$[?@.a]')).toThrow("Expected '(' after '?'")
    expect(() => compilePath('$[?(@.a) && (@.b)]')).toThrow("Expected ']' after a step")
  })
})
