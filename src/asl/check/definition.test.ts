import { describe, expect, it } from 'vitest'
import { checkDefinition, variableReferences } from './definition.ts'
import { fakeExpressions } from './expressions.fake.ts'

const check = (text: string, maxBytes?: number) =>
  checkDefinition(text, {
    type: 'STANDARD',
    expressions: fakeExpressions,
    ...(maxBytes === undefined ? {} : { maxBytes }),
  })

const smallest = '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}'

describe('text that is no definition', () => {
  it.each(['', '  \n\t ', '[]', 'null', '"text"', '7'])('says that %j is no JSON object', (text) => {
    expect(check(text)).toEqual([
      { severity: 'ERROR', code: 'SCHEMA_VALIDATION_FAILED', message: 'Definition must be a valid JSON object' },
    ])
  })

  it('shows a word that is no JSON with its place, as AWS does', () => {
    const location = '[Source: (String)"not a definition"; line: 1, column: 4]'
    expect(check('not a definition')).toEqual([
      {
        severity: 'ERROR',
        code: 'INVALID_JSON_DESCRIPTION',
        message: `Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at ${location}`,
        location,
      },
    ])
  })

  it.each([
    ["{'a':1}", 'line: 1, column: 3'],
    ['{"StartAt":"A",\n "States":{"A":{"Type":"Pass",}}}', 'line: 2, column: 32'],
    ['{"StartAt":"A"', 'line: 1, column: 15'],
    [`${smallest} x`, `line: 1, column: ${smallest.length + 3}`],
  ])('points behind what it stumbled over in %j', (text, place) => {
    expect(check(text)[0]?.location).toContain(place)
  })

  it('quotes no more than the beginning of a long text', () => {
    expect(check(`{"Comment":"${'c'.repeat(600)}"`)[0]?.location).toMatch(
      /^\[Source: \(String\)"\{"Comment":"c{488}"\[truncated 113 chars\]; line/,
    )
  })

  it('refuses more bytes than the limit, counting UTF-8', () => {
    const text = smallest.replace('"A":{', '"A":{"Comment":"é",')
    const bytes = text.length + 1
    expect(check(text, bytes)).toEqual([])
    expect(check(text, bytes - 1)).toEqual([
      {
        severity: 'ERROR',
        code: 'SCHEMA_VALIDATION_FAILED',
        message: `The definition is ${bytes} bytes long; at most ${bytes - 1} bytes are accepted`,
        location: '/',
      },
    ])
    expect(check(text, 10)).toHaveLength(1)
  })
})

describe('the variables that states read', () => {
  const references = (definition: unknown) =>
    Object.fromEntries(variableReferences(JSON.stringify(definition), fakeExpressions))

  it('are found in paths, templates, intrinsic calls, rules and catchers, sorted and without `$`', () => {
    expect(
      references({
        StartAt: 'Choose',
        States: {
          Choose: {
            Type: 'Choice',
            Choices: [{ Variable: '$guess.a', StringEqualsPath: '$answer', Next: 'Pick' }],
            Default: 'Pick',
          },
          Pick: {
            Type: 'Pass',
            InputPath: '$in',
            OutputPath: '$out[0]',
            Parameters: { 'b.$': "States.Format('{}{}', $z, $a)", plain: '$no' },
            Next: 'Each',
          },
          Each: {
            Type: 'Map',
            MaxConcurrencyPath: '$width',
            ItemProcessor: { StartAt: 'In', States: { In: { Type: 'Pass', Assign: { 'x.$': '$y' }, End: true } } },
            Next: 'Stop',
          },
          Stop: { Type: 'Fail', ErrorPath: '$e', CausePath: "States.Format('{}', $c)" },
        },
      }),
    ).toEqual({
      Choose: ['answer', 'guess'],
      Pick: ['a', 'in', 'out', 'z'],
      Each: ['width'],
      In: ['y'],
      Stop: ['c', 'e'],
    })
  })

  it('are found in expressions of every field', () => {
    expect(
      references({
        QueryLanguage: 'JSONata',
        StartAt: 'Work',
        States: {
          Work: {
            Type: 'Task',
            Resource: 'arn:aws:lambda:eu-central-1:111111111111:function:f',
            Arguments: { deep: [{ x: '{% $d & $c %}' }] },
            TimeoutSeconds: '{% $t %}',
            Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $b %}', Next: 'Done' }],
            Assign: { a: '{% $a + $states.input.a %}' },
            Next: 'Done',
          },
          Done: { Type: 'Succeed', Output: '{% $states.input %}' },
        },
      }),
    ).toEqual({ Work: ['a', 'b', 'c', 'd', 't'] })
  })

  it('leaves out what is assigned or literal, and the state input and the context', () => {
    const state = {
      Type: 'Pass',
      InputPath: '$.a',
      Parameters: { 'c.$': '$$.State.Name', d: '$d' },
      Assign: { v: 1 },
      End: true,
    }
    expect(references({ StartAt: 'A', States: { A: state } })).toEqual({})
  })

  it.each(['', 'not json', '[]', '{}'])('are none in %j', (text) => {
    expect(variableReferences(text, fakeExpressions).size).toBe(0)
  })
})
