import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runIn, temporaryFolder } from '../test-world.ts'

const charge = 'arn:aws:lambda:us-east-1:000000000000:function:charge'
const machine = {
  StartAt: 'Charge',
  States: {
    Charge: {
      Type: 'Task',
      Resource: charge,
      Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 10, MaxAttempts: 2 }],
      Catch: [{ ErrorEquals: ['Refused'], ResultPath: '$.why', Next: 'Sorry' }],
      ResultPath: '$.receipt',
      Next: 'Settle',
    },
    Settle: { Type: 'Wait', Seconds: 3600, End: true },
    Sorry: { Type: 'Fail', Error: 'NotPaid', CausePath: '$.why.Cause' },
  },
}

const each = (more: object) => ({
  StartAt: 'Each',
  States: {
    Each: {
      Type: 'Map',
      MaxConcurrency: 2,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Charge',
        States: { Charge: { Type: 'Task', Resource: charge, End: true } },
      },
      ...more,
      Next: 'After',
    },
    After: { Type: 'Pass', End: true },
  },
})
const distributed = each({ ToleratedFailureCount: 1, ItemSelector: { 'id.$': '$$.Map.Item.Value' } })
const reading = each({
  ItemReader: {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW', MaxItems: 3 },
    Parameters: { Bucket: 'b', Key: 'k' },
  },
  ItemBatcher: { MaxItemsPerBatch: 2 },
  ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'out', Prefix: 'p' } },
})

describe('holdfast asl test', () => {
  const home = temporaryFolder()
  writeFileSync(join(home.path, 'pay.asl.json'), JSON.stringify(machine))
  writeFileSync(join(home.path, 'each.asl.json'), JSON.stringify(distributed))
  writeFileSync(join(home.path, 'read.asl.json'), JSON.stringify(reading))
  afterAll(() => home.remove())

  async function test(cases: string, flags: readonly string[] = []) {
    writeFileSync(join(home.path, 'pay.test.yaml'), cases)
    return runIn(home.path, ['asl', 'test', 'pay.test.yaml', ...flags])
  }
  const oneCase = (body: string): string =>
    `machine: pay.asl.json\ncases:\n  - name: it\n${body.replaceAll(/^/gm, '    ')}\n`

  it('passes a case whose path, output, calls and time are as expected', async () => {
    const { exitCode, out } = await test(
      oneCase(`input: { id: 7 }
mocks: { Charge: [{ error: Busy }, { output: rcp-7, after: 5s }] }
expect:
  path: [Charge, Settle]
  calls: { Charge: 2 }
  output: { id: 7, receipt: rcp-7 }
  takes: 1h15s`),
    )
    expect(out).toContain('1 passed, 0 failed')
    expect(exitCode).toBe(0)
  })

  it('passes an expected failure by its error and a part of its cause', async () => {
    const { exitCode } = await test(
      oneCase(`mocks: { Charge: { error: Refused, cause: card 4111 has no money } }
expect: { error: NotPaid, cause: /no money/ }`),
    )
    expect(exitCode).toBe(0)
  })

  it('gives each attempt its own answer, the last one to all further ones', async () => {
    const { exitCode, out } = await test(
      oneCase(`mocks: { Charge: [{ error: Busy }] }
expect: { error: Busy, calls: { Charge: 3 } }`),
    )
    expect(out).toContain('1 passed')
    expect(exitCode).toBe(0)
  })

  it('runs each item of a distributed Map in virtual time, as many at once as it may', async () => {
    const { exitCode, out } = await test(
      oneCase(`input: [1, 2, 3]
mocks: { Charge: [{ when: { id: 2 }, error: Refused, after: 1s }, { output: paid, after: 10s }] }
expect:
  path: [Each, Charge, Charge, Charge, After]
  calls: { Charge: 3 }
  output: [paid, paid]
  takes: 11s`).replace('pay.asl', 'each.asl'),
    )
    expect(out).toContain('1 passed')
    expect(exitCode).toBe(0)
  })

  it('fails a distributed Map of which more items fail than it bears', async () => {
    const { out } = await test(
      oneCase(`input: [1, 2, 3]
mocks: { Charge: { error: Refused } }
expect: { error: States.ExceedToleratedFailureThreshold, calls: { Charge: 2 } }`).replace('pay.asl', 'each.asl'),
    )
    expect(out).toContain('1 passed')
  })

  it('reads what the case says an ItemReader would have read, in batches', async () => {
    const told = oneCase(`items: { Each: [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }] }
mocks: { Charge: { when: { Items: [{ id: 3 }] }, output: last } }
expect: { calls: { Charge: 2 } }`).replace('pay.asl', 'read.asl')
    const { out } = await test(told.replace('{ when', '[{ output: first }, { when').replace('last } }', 'last }] }'))
    expect(out).toContain('1 passed')
    const untold = oneCase(`expect: { error: States.ItemReaderFailed, cause: /what Each would have read/ }`)
    expect((await test(untold.replace('pay.asl', 'read.asl'))).out).toContain('1 passed')
  })

  it('chooses the answer by the input of the call', async () => {
    const mocks = `mocks:
  Charge:
    - { when: { card: gold }, output: vip }
    - { output: plain }`
    const gold = await test(
      oneCase(`input: { card: gold, id: 1 }\n${mocks}\nexpect: { output: { card: gold, id: 1, receipt: vip } }`),
    )
    expect(gold.exitCode).toBe(0)
    const other = await test(
      oneCase(`input: { card: tin }\n${mocks}\nexpect: { output: { card: tin, receipt: plain } }`),
    )
    expect(other.exitCode).toBe(0)
  })

  it('tells each difference with what was expected and what came', async () => {
    const { exitCode, out } = await test(
      oneCase(`mocks: { Charge: { output: 1 } }
expect: { path: [Charge, Sorry], output: { receipt: 2 }, calls: { Charge: 5 }, takes: 1s }`),
    )
    expect(exitCode).toBe(1)
    expect(out).toMatch(/path\n +expected +Charge → Sorry\n +actual +Charge → Settle/)
    expect(out).toMatch(/output\n +expected +\{"receipt":2\}\n +actual +\{"receipt":1\}/)
    expect(out).toMatch(/calls of Charge\n +expected +5\n +actual +1/)
    expect(out).toMatch(/takes\n +expected +1s\n +actual +1h/)
    expect(out).toContain('0 passed, 1 failed')
  })

  it('fails a case that expects success and gets failure, and the other way round', async () => {
    expect((await test(oneCase('mocks: { Charge: { error: Refused, cause: no } }\nexpect: {}'))).exitCode).toBe(1)
    expect((await test(oneCase('mocks: { Charge: { output: 1 } }\nexpect: { error: NotPaid }'))).exitCode).toBe(1)
    expect(
      (await test(oneCase('mocks: { Charge: { error: Refused, cause: no } }\nexpect: { error: Other }'))).exitCode,
    ).toBe(1)
  })

  it('names the task that nobody mocked, with its input', async () => {
    const { exitCode, out } = await test(oneCase('input: { id: 9 }\nexpect: {}'))
    expect(exitCode).toBe(1)
    expect(out).toMatch(/it waits for ever: Charge \(no mock; its input was \{"id":9\}\)/)
  })

  it('runs only the cases that are named', async () => {
    const file = `machine: pay.asl.json
cases:
  - { name: good one, mocks: { Charge: { output: 1 } }, expect: {} }
  - { name: bad one, mocks: { Charge: { output: 1 } }, expect: { error: X } }
`
    expect((await test(file, ['--only', 'good'])).exitCode).toBe(0)
    expect((await test(file, ['--only', 'bad'])).exitCode).toBe(1)
    expect(await test(file, ['--only', 'ugly'])).toMatchObject({ exitCode: 2, err: expect.stringContaining('ugly') })
  })

  it('prints the results as JSON', async () => {
    const { out } = await test(oneCase('mocks: { Charge: { output: 1 } }\nexpect: {}'), ['--json'])
    expect(JSON.parse(out)).toEqual([
      {
        name: 'it',
        passed: true,
        differences: [],
        status: 'SUCCEEDED',
        output: { receipt: 1 },
        path: ['Charge', 'Settle'],
        elapsedMs: 3_600_000,
      },
    ])
  })

  it.each([
    [
      'a misspelt member',
      'machine: pay.asl.json\ncases: [{ name: x, expected: {}, expect: {} }]',
      /cases\.0\.expected: unknown, did you mean "expect"/,
    ],
    ['no cases', 'machine: pay.asl.json\ncases: []', /cases/],
    [
      'an answer that is two things',
      oneCase('mocks: { Charge: { output: 1, error: X } }\nexpect: {}'),
      /exactly one of output, error, silent/,
    ],
    [
      'a wrong duration',
      oneCase('mocks: { Charge: { output: 1, after: soon } }\nexpect: {}'),
      /"soon" is not a duration/,
    ],
    ['no YAML', 'machine: [', /is no YAML/],
  ])('says what is wrong with a file with %s', async (_name, text, words) => {
    const { exitCode, err } = await test(text)
    expect(err).toMatch(words)
    expect(exitCode).toBe(1)
  })

  it('refuses a machine that the checker refuses', async () => {
    writeFileSync(join(home.path, 'wrong.json'), '{"StartAt":"X","States":{}}')
    const { exitCode, err } = await test('machine: wrong.json\ncases: [{ name: x, expect: {} }]')
    expect(exitCode).toBe(1)
    expect(err).toMatch(/✗ wrong\.json: 2 errors\n {2}✗ wrong\.json:1:16 {2}\/States\n/)
  })

  it('takes the absolute path of a machine as it is', async () => {
    const file = join(home.path, 'absolute.json')
    writeFileSync(file, '{"StartAt":"X","States":{"X":{"Type":"Succeed"}}}')
    const { exitCode } = await test(`machine: ${JSON.stringify(file)}\ncases: [{ name: x, expect: {} }]`)
    expect(exitCode).toBe(0)
  })

  it('ends with 2 when there is no such machine', async () => {
    const { exitCode, err } = await test('machine: none.json\ncases: [{ name: x, expect: {} }]')
    expect(exitCode).toBe(2)
    expect(err).toContain('Cannot read none.json')
  })

  it('gives the same result each time, random numbers included', async () => {
    const definition = {
      QueryLanguage: 'JSONata',
      StartAt: 'R',
      States: { R: { Type: 'Pass', Output: '{% [$random(), $uuid(), $now()] %}', End: true } },
    }
    writeFileSync(join(home.path, 'random.json'), JSON.stringify(definition))
    const file = 'machine: random.json\ncases: [{ name: x, expect: {} }]'
    const [first, second] = [await test(file, ['--json']), await test(file, ['--json'])]
    expect(first.out).toBe(second.out)
    expect(JSON.parse(first.out)[0].output[2]).toMatch(/^2026-01-01T00:00:00/)
  })
})
