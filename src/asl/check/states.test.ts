/** The table of fields per state type, against the table of the language written down a second time. */
import { describe, expect, it } from 'vitest'
import { checkDefinition } from './definition.ts'
import { fakeExpressions } from './expressions.fake.ts'
import { stateShapes } from './states.ts'

/** C: both languages, P: JSONPath, J: JSONata, absent: not on this state. Columns as in `types`. */
const types = ['Task', 'Parallel', 'Map', 'Pass', 'Wait', 'Choice', 'Succeed', 'Fail']
const table: Readonly<Record<string, string>> = {
  Type: 'CCCCCCCC',
  Comment: 'CCCCCCCC',
  QueryLanguage: 'CCCCCCCC',
  Next: 'CCCCC---',
  End: 'CCCCC---',
  InputPath: 'PPPPPPP-',
  OutputPath: 'PPPPPPP-',
  Parameters: 'PPPP----',
  ResultSelector: 'PPP-----',
  ResultPath: 'PPPP----',
  Arguments: 'JJ------',
  Output: 'JJJJJJJ-',
  Assign: 'CCCCCC--',
  Retry: 'CCC-----',
  Catch: 'CCC-----',
  TimeoutSeconds: 'C-------',
  TimeoutSecondsPath: 'P-------',
  HeartbeatSeconds: 'C-------',
  HeartbeatSecondsPath: 'P-------',
  Resource: 'C-------',
  Credentials: 'C-------',
  Branches: '-C------',
  ItemProcessor: '--C-----',
  Iterator: '--C-----',
  ItemsPath: '--P-----',
  Items: '--J-----',
  ItemSelector: '--C-----',
  MaxConcurrency: '--C-----',
  MaxConcurrencyPath: '--P-----',
  ToleratedFailureCount: '--C-----',
  ToleratedFailureCountPath: '--P-----',
  ToleratedFailurePercentage: '--C-----',
  ToleratedFailurePercentagePath: '--P-----',
  ItemReader: '--C-----',
  ItemBatcher: '--C-----',
  ResultWriter: '--C-----',
  Label: '--C-----',
  Result: '---P----',
  Seconds: '----C---',
  SecondsPath: '----P---',
  Timestamp: '----C---',
  TimestampPath: '----P---',
  Choices: '-----C--',
  Default: '-----C--',
  Error: '-------C',
  ErrorPath: '-------P',
  Cause: '-------C',
  CausePath: '-------P',
}

const messagesOf = (state: object, language: string): readonly string[] =>
  checkDefinition(JSON.stringify({ QueryLanguage: language, StartAt: 'S', States: { S: state } }), {
    type: 'STANDARD',
    expressions: fakeExpressions,
  })
    .filter(({ location }) => location === '/States/S')
    .map(({ message }) => message)

describe.each(types)('a %s state', (type) => {
  const column = types.indexOf(type)

  it.each(Object.entries(table))('has the field %s as %s says', (field, languages) => {
    const mark = languages.charAt(column)
    for (const [language, own, other] of [
      ['JSONPath', 'P', 'JSONata'],
      ['JSONata', 'J', 'JSONPath'],
    ] as const) {
      const messages = messagesOf(
        {
          Type: type,
          [field]: field === 'Type' ? type : 'x',
          ...(field === 'QueryLanguage' ? { QueryLanguage: language } : {}),
        },
        language,
      )
      expect(messages.includes(`Field '${field}' is not supported`)).toBe(mark === '-')
      expect(
        messages.includes(
          `The QueryLanguage is set to '${language}', but field '${field}' is only supported for the '${other}' QueryLanguage`,
        ),
      ).toBe(mark !== '-' && mark !== 'C' && mark !== own)
    }
  })

  it('has no other field', () => {
    const known = Object.entries(table).filter(([, languages]) => languages.charAt(column) !== '-')
    const shape = Object.entries(stateShapes).find(([name]) => name === type)?.[1]
    expect([...(shape?.fields.keys() ?? [])].toSorted()).toEqual(known.map(([field]) => field).toSorted())
  })
})
