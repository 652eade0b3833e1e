import { describe, expect, it } from 'vitest'
import { run, runState, startedAt } from './driver.fake.ts'

const jsonata = { QueryLanguage: 'JSONata', Type: 'Wait' }
const causeOf = (fields: object, input = '{}', value?: string): string | undefined =>
  runState({ Type: 'Wait', ...fields }, { input, ...(value === undefined ? {} : { expressions: { x: () => value } }) })
    .closed?.cause
const where = "An error occurred while executing the state 'S' (entered at the event id #2). "

describe('a Wait', () => {
  it.each([
    [{ Type: 'Wait', Seconds: 5 }, 5000],
    [{ Type: 'Wait', SecondsPath: '$.n' }, 3000],
    [{ Type: 'Wait', Timestamp: '2026-01-01T00:00:10Z' }, 10_000],
    [{ Type: 'Wait', Timestamp: '2026-01-01T01:00:10.0015+01:00' }, 10_002],
    [{ Type: 'Wait', TimestampPath: '$.t' }, 60_000],
    [{ ...jsonata, Seconds: '{% x %}' }, 7000],
    [{ ...jsonata, Seconds: 2 }, 2000],
    [{ ...jsonata, Timestamp: '{% t %}' }, 20_000],
  ])('%j takes %i ms', (state, ms) => {
    const driver = runState(state, {
      input: '{"n": 3, "t": "2026-01-01T00:01:00Z"}',
      expressions: { x: () => '7.9', t: () => '"2026-01-01T00:00:20Z"' },
    })
    expect(driver.timers).toMatchObject([{ timer: 'wait', at: startedAt + ms, frame: 1, enteredId: 2, attempt: 0 }])
    driver.fire()
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 WaitStateEntered(S) · 3←2 WaitStateExited(S) · 4←3 ExecutionSucceeded',
    )
  })

  it.each([{ Seconds: 0 }, { Timestamp: '2025-12-31T23:59:59Z' }, { Timestamp: '2026-01-01T00:00:00Z' }])(
    'for what is past already goes on in the same step: %j',
    (fields) => {
      expect(runState({ Type: 'Wait', ...fields }).closed?.status).toBe('succeeded')
    },
  )

  it('passes its effective input on, and shows it to Assign', () => {
    const driver = run(
      {
        StartAt: 'W',
        States: {
          W: { Type: 'Wait', Seconds: 1, InputPath: '$.in', OutputPath: '$.a', Assign: { 'v.$': '$.a' }, Next: 'P' },
          P: { Type: 'Pass', Parameters: { 'v.$': '$v', 'all.$': '$' }, End: true },
        },
      },
      { input: '{"in": {"a": 1.0}}' },
    )
    driver.fire()
    expect(driver.output).toBe('{"v":1.0,"all":1.0}')
  })

  it('says what is wrong with its SecondsPath', () => {
    expect(causeOf({ SecondsPath: '$.input.waitSeconds' })).toBe(
      `${where}The SecondsPath parameter does not reference an input value: $.input.waitSeconds`,
    )
    expect(causeOf({ SecondsPath: '$.n' }, '{"n":-1}')).toBe(
      `${where}The SecondsPath parameter references a negative value: $.n == -1`,
    )
    for (const [value, shown] of [
      ['1.5', '1.5'],
      ['"1s"', '1s'],
      ['null', 'null'],
      ['true', 'true'],
      ['[1]', '[1]'],
    ]) {
      expect(causeOf({ SecondsPath: '$.n' }, `{"n":${value}}`)).toBe(
        `${where}The SecondsPath parameter cannot be parsed as a long value: $.n == ${shown}`,
      )
    }
  })

  it('says what is wrong with its TimestampPath', () => {
    expect(causeOf({ TimestampPath: '$.t' }, '{"t":"2016-03-14 01:59:00Z"}')).toBe(
      `${where}The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.t == 2016-03-14 01:59:00Z`,
    )
    expect(causeOf({ TimestampPath: '$.t' })).toBe(
      `${where}The TimestampPath parameter does not reference an input value: $.t`,
    )
  })

  it('refuses values of JSONata that are no time', () => {
    expect(causeOf({ ...jsonata, Seconds: '{% x %}' }, '{}', '-0.5')).toContain('negative value: -1')
    expect(causeOf({ ...jsonata, Seconds: '{% x %}' }, '{}', '"5"')).toContain("Expected 'number', but was 'string'")
    expect(causeOf({ ...jsonata, Timestamp: '{% x %}' }, '{}', '5')).toContain("Expected 'string', but was 'number'")
    expect(causeOf({ ...jsonata, Timestamp: '{% x %}' }, '{}', '"soon"')).toBe(
      `${where}The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: soon`,
    )
  })

  it('lasts at most what fits 31 bits of seconds', () => {
    const days = (n: number): string => `{"n":${n * 86_400}}`
    expect(causeOf({ SecondsPath: '$.n' }, days(24_855))).toBeUndefined()
    expect(causeOf({ SecondsPath: '$.n' }, days(24_856))).toBe(`${where}Wait state delay is too long.`)
    expect(causeOf({ Timestamp: '9999-12-31T23:59:59Z' })).toBe(`${where}Wait state delay is too long.`)
  })

  it('reports an Output that fails behind its Entered event', () => {
    const driver = runState({ ...jsonata, Seconds: 1, Output: '{% x %}' }, { expressions: { x: () => undefined } })
    driver.fire()
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 WaitStateEntered(S) · 3←2 EvaluationFailed{States.QueryEvaluationError} · 4←3 ExecutionFailed{States.QueryEvaluationError}',
    )
  })
})
