/** Bad input from one end to the other: through the real server into the real engine and out of the real tables. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EndingCase, endingCases, type Ground, lambdaAnswers, prepareGround, refusedCases } from './cases.ts'
import { type Answer, type Ending, type Holdfast, openHoldfast, roleArn } from './holdfast.ts'

let holdfast: Holdfast
let ground: Ground
let harmless: string
beforeAll(async () => {
  holdfast = await openHoldfast(lambdaAnswers)
  ground = await prepareGround(holdfast)
  harmless = await holdfast.machine({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Succeed' } })
})
afterAll(() => holdfast.stop())

const rightEnd = (ends: EndingCase['ends']): Partial<Ending> =>
  ends.status === 'SUCCEEDED' ? ends : { status: ends.status, error: ends.error }

const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1)

/** Ground that is never used: only the names of the cases are wanted before the world is there. */
const refusedNames = refusedCases({ machine: '', token: '' }).map(({ name }, index) => ({ name, index }))

describe('refused with its place, and nothing of it stored:', () => {
  it.each(refusedNames)('$name', async ({ index }) => {
    const refused = refusedCases(ground)[index]
    const before = holdfast.rows()
    const answer = (await refused?.send(holdfast)) ?? { status: 0, text: '' }
    expect(answer.status).toBeOneOf([400, 413, 422])
    for (const words of refused?.says ?? []) expect(answer.text).toContain(words)
    // However much is wrong, the answer stays short enough to be shown: of many findings the first 1,000.
    expect(answer.text.length).toBeLessThan(100_000)
    expect(holdfast.rows()).toEqual(before)
  })
})

describe('accepted, and ends with a clear word:', () => {
  it.each(endingCases)('$name', async ({ states, language, input, ends, slow }) => {
    const machine = await holdfast.machine(states, language === undefined ? {} : { QueryLanguage: language })
    // More than there are workers, so that the last of them is still at it when the first has failed.
    const started = await Promise.all(Array.from({ length: slow ? 4 : 1 }, () => holdfast.start(machine, input)))
    const other = await holdfast.start(harmless)
    expect(await holdfast.end(other)).toMatchObject({ status: 'SUCCEEDED' })

    for (const arn of started) {
      const end = await holdfast.end(arn)
      expect(end).toMatchObject(rightEnd(ends))
      for (const words of ends.status === 'FAILED' ? ends.causeSays : []) expect(end.cause).toContain(words)
    }
    if (slow !== true) return
    const order = holdfast.closed()
    const last = Math.max(...started.map((arn) => order.indexOf(nameOf(arn))))
    expect(order.indexOf(nameOf(other))).toBeLessThan(last)
  })
})

it('a loop of states without end holds up nobody, and can be stopped', async () => {
  const loop = await holdfast.start(
    await holdfast.machine({
      A: { Type: 'Pass', Result: 1, Next: 'B' },
      B: { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: 2, Next: 'C' }], Default: 'A' },
      C: { Type: 'Succeed' },
    }),
  )
  const others = await Promise.all(Array.from({ length: 5 }, () => holdfast.start(harmless)))
  for (const other of others) expect(await holdfast.end(other)).toMatchObject({ status: 'SUCCEEDED' })
  const stop = await holdfast.wire('StopExecution', { executionArn: loop, cause: 'it never ends' })
  expect(stop.status).toBe(200)
  expect(await holdfast.end(loop)).toMatchObject({ status: 'ABORTED', cause: 'it never ends' })
})

describe('a page in a browser', () => {
  /** That it was refused is told there, and nowhere else. */
  const besideTheTrail = () => ({ ...holdfast.rows(), trail: 0 })
  const start = () => ({ stateMachineArn: ground.machine, input: '{}' })
  const send = (path: string, headers: Readonly<Record<string, string>>, body: object): Promise<Answer> =>
    holdfast.raw({ path, headers, body: JSON.stringify(body) })
  const wire = { 'x-amz-target': 'AWSStepFunctions.StartExecution', 'content-type': 'application/x-amz-json-1.0' }
  const own = { 'content-type': 'application/json' }

  it.each([
    ['of another origin', { origin: 'https://evil.example' }],
    ['of another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['without an origin of its own', { origin: 'null' }],
    ['whose name was rebound to this address', { host: 'evil.example' }],
    ['whose name was rebound, and says it is its own origin', { host: 'evil.example', origin: 'http://evil.example' }],
    ['of another site, where browsers send no Origin', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ])('%s starts nothing', async (_page, headers) => {
    const before = besideTheTrail()
    for (const [path, kind, body] of [
      ['/', wire, start()],
      ['/v1/executions', own, { machine: ground.machine }],
      ['/v1/machines', own, { name: 'theirs', definition: '{}', roleArn }],
    ] as const) {
      const answer = await send(path, { ...kind, ...headers }, body)
      expect(answer).toMatchObject({ status: 403 })
    }
    expect(besideTheTrail()).toEqual(before)
  })

  it('of none of these, so a program, starts one', async () => {
    const before = holdfast.rows()
    expect(await send('/', wire, start())).toMatchObject({ status: 200 })
    expect(holdfast.rows()).toMatchObject({ execution: (before['execution'] ?? 0) + 1 })
  })
})
