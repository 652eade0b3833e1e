import { describe, expect, it } from 'vitest'
import { asVersion206 } from './dialect.ts'
import { createExpressions } from './index.ts'

describe('operators that came after 2.0.6', () => {
  it.each([
    ['$a ?? 1', '$a ? ? 1'],
    ['$a ?: 1', '$a ? : 1'],
    ['$a ??? 1', '$a ? ? ? 1'],
    ['$a / 2 ?? 3 / 4', '$a / 2 ? ? 3 / 4'],
    ['$f(1) / 2 ?: /re??/', '$f(1) / 2 ? : /re??/'],
    ['a.and / 2 ?? 1', 'a.and / 2 ? ? 1'],
    ['* / 2 ?? 1', '* / 2 ? ? 1'],
    ['"a\\"" ?? \'b\\\'\'', '"a\\"" ? ? \'b\\\'\''],
  ])('%s is read as %s', (source, read) => expect(asVersion206(source)).toBe(read))

  it.each([
    '"a ?? b" & \'c ?: d\'',
    '$match($x, /a??b/)',
    '$match($x, /(?:a|b)/i)',
    '$x and /a??/',
    '$match($x, /[/]??\\/??/m)',
    '`a ?? b`',
    '/* a ?? b */ 1',
    '$a ? 1 : 2',
  ])('%s stays as it is', (source) => expect(asVersion206(source)).toBe(source))

  it('may stand in a signature, where they are none', () => {
    expect(asVersion206('function($x)<s?:n>{1}')).toBe('function($x)<s? :n>{1}')
    const expressions = createExpressions()
    expect(expressions.check('function($x)<s?:n>{1}', { result: false, errorOutput: false })).toEqual([])
  })

  it('are refused with the words of 2.0.6', () => {
    const expressions = createExpressions()
    const place = { result: false, errorOutput: false }
    expect(expressions.check('$a ?? 1', place)).toEqual([
      { code: 'INVALID_JSONATA_EXPRESSION', message: 'The symbol "?" cannot be used as a unary operator' },
    ])
    expect(expressions.check('$a ?: 1', place)).toEqual([
      { code: 'INVALID_JSONATA_EXPRESSION', message: 'The symbol ":" cannot be used as a unary operator' },
    ])
  })

  it.each(['"', "'", '`', '/', '/*', '\\', '"\\', '/[', '/\\'].map((end) => `$a ?? ${end}`))(
    '%s, cut off in the middle, is still read to its end',
    (source) => expect(asVersion206(source).replaceAll(' ', '')).toBe(source.replaceAll(' ', '')),
  )
})
