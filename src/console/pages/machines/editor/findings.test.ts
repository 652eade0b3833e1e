import { describe, expect, it } from 'vitest'
import { checkDefinition } from '../../../../asl/index.ts'
import { findingsOf } from './findings.ts'
import { formatted, legible, syntaxFinding } from './syntax.ts'
import { fixed } from './fixed.ts'

const expressions = { check: () => [], variables: () => [] }
const found = (text: string) => findingsOf(text, checkDefinition(text, { type: 'STANDARD', expressions }))

/** The text after the fix of that name. */
function mended(text: string, kind: string): unknown {
  const fix = found(text)
    .flatMap(({ fixes }) => fixes)
    .find((one) => one.kind === kind)
  if (fix === undefined) throw new Error(`no fix ${kind}: ${JSON.stringify(found(text))}`)
  const after = fixed(text, fix)
  expect(found(after)).toEqual([])
  return JSON.parse(after)
}

describe('what the checker finds, in the text', () => {
  it('stands where it is', () => {
    const text = '{\n  "StartAt": "A",\n  "States": {\n    "A": { "Type": "Pass", "Next": "B" }\n  }\n}'
    const [first] = found(text)
    expect(first).toMatchObject({ severity: 'error', code: 'MISSING_TRANSITION_TARGET', place: '/States/A/Next' })
    expect(text.slice(first?.from, first?.to)).toBe('"Next": "B"')
  })

  it('is the first line of an object, and no more', () => {
    const text = '{\n  "StartAt": "A",\n  "States": {\n    "A": {\n      "Type": "Pass"\n    }\n  }\n}'
    const [first] = found(text)
    expect(text.slice(first?.from, first?.to)).toBe('"A": {')
  })

  it('of a text that is no JSON is one, at its place', () => {
    expect(syntaxFinding('{"a":1,}')).toMatchObject({ from: 7, place: '1:8', code: 'INVALID_JSON_DESCRIPTION' })
    expect(syntaxFinding('')).toMatchObject({ from: 0, to: 0 })
    expect(syntaxFinding('{}')).toBeUndefined()
  })
})

describe('a repair that the checker knows', () => {
  it('renames a field to the nearest that there is', () => {
    const text = '{"StartAt":"A","States":{"A":{"Type":"Pass","Nxet":"B","Next":"B"},"B":{"Type":"Succeed"}}}'
    expect(
      found(text)
        .flatMap(({ fixes }) => fixes)
        .map(({ kind, by }) => `${kind} ${by}`),
    ).toEqual(['rename Next', 'remove Nxet'])
    expect(mended(text, 'remove')).toMatchObject({ States: { A: { Type: 'Pass', Next: 'B' } } })
    const misspelt =
      '{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:000000000000:function:f","TimoutSeconds":3,"End":true}}}'
    expect(mended(misspelt, 'rename')).toMatchObject({ States: { A: { TimeoutSeconds: 3 } } })
  })

  it('takes the last member out with the comma before it', () => {
    const text = '{"StartAt":"A","States":{"A":{"Type":"Succeed","Zzzzzz":1}}}'
    expect(mended(text, 'remove')).toEqual({ StartAt: 'A', States: { A: { Type: 'Succeed' } } })
  })

  it('leads to the nearest state', () => {
    const text = '{"StartAt":"Pya","States":{"Pay":{"Type":"Pass","End":true}}}'
    expect(mended(text, 'replace')).toMatchObject({ StartAt: 'Pay' })
  })

  it('gives the nearest type', () => {
    expect(mended('{"StartAt":"A","States":{"A":{"Type":"Suceed"}}}', 'replace')).toMatchObject({
      States: { A: { Type: 'Succeed' } },
    })
  })

  it('ends a state that leads nowhere', () => {
    expect(mended('{"StartAt":"A","States":{"A":{"Type":"Pass"}}}', 'end')).toMatchObject({
      States: { A: { End: true } },
    })
  })
})

describe('a text that is formatted', () => {
  it('keeps the spelling of numbers and the order of members', () => {
    expect(formatted('{"b":1.0,"a":[1,2],"c":{}}')).toBe('{\n  "b": 1.0,\n  "a": [1, 2],\n  "c": {}\n}')
  })

  it('is left as it is where somebody has laid it out, or where it is no JSON', () => {
    expect(legible('{\n "a":1}')).toBe('{\n "a":1}')
    expect(legible('{"a":1}')).toBe('{\n  "a": 1\n}')
    expect(legible('{"a"')).toBe('{"a"')
  })
})
