/**
 * Every action of the Step Functions wire API, with bodies made from the very tables that it is served from: right, nearly right and
 * hostile ones, on a whole Holdfast. The server never fails, what it refuses says which field, and what it has taken can be read
 * again by every way there is.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ActionName, actions } from '../../src/server/wire/actions.ts'
import type { Member, Shape } from '../../src/server/wire/shape.ts'
import { type Answer, type Holdfast, openHoldfast } from './holdfast.ts'

/** The same bodies each time, unless told; of each action so many. */
const seed = Number(process.env['FUZZ_SEED'] ?? 20261130)
const times = Number(process.env['FUZZ_TIMES'] ?? 4)

let holdfast: Holdfast
beforeAll(async () => {
  holdfast = await openHoldfast()
})
afterAll(async () => {
  await holdfast.stop()
  holdfast.remove()
})

const send = (action: string, body: unknown): Promise<Answer> =>
  holdfast.call('POST /', {
    headers: {
      authorization: `Bearer ${holdfast.adminToken}`,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AWSStepFunctions.${action}`,
    },
    body: JSON.stringify(body),
  })

const definition = JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } })
const waiting = JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 3600, End: true } } })
const roleArn = 'arn:aws:iam::000000000000:role/fuzz'

/** Names and ARNs of what is there: without them nothing gets beyond the first look. */
async function ground(): Promise<readonly string[]> {
  const made: string[] = []
  for (const [name, type] of [
    ['standard', 'STANDARD'],
    ['express', 'EXPRESS'],
  ]) {
    const { body } = await send('CreateStateMachine', { name, definition, roleArn, type, publish: true })
    made.push(String(body['stateMachineArn']), String(body['stateMachineVersionArn']))
  }
  const slow = await send('CreateStateMachine', { name: 'slow', definition: waiting, roleArn })
  const started = await send('StartExecution', { stateMachineArn: slow.body['stateMachineArn'], name: 'one' })
  return [...made, String(slow.body['stateMachineArn']), String(started.body['executionArn'])]
}

const hostileTexts = [
  ...['', ' ', '\u0000', '\u001b[31m', '\ud800', '‮', '𝒳'.repeat(40), "'; DROP TABLE execution; --", '{% $x %}', '$$.x'],
  ...['../../etc/passwd', 'arn:aws:states:::', `arn:aws:states:us-east-1:000000000000:stateMachine:${'x'.repeat(300)}`],
  ...['__proto__', 'constructor', '%00', 'null', 'NaN', '1e400', 'x'.repeat(5000), '<script>alert(1)</script>'],
]

function valueOf(member: Member, known: readonly string[]): fc.Arbitrary<unknown> {
  switch (member.kind) {
    case 'text':
      return fc.oneof(
        { arbitrary: fc.constantFrom(...(member.oneOf ?? known)), weight: 6 },
        { arbitrary: fc.constantFrom(definition, waiting, '{"a":[1.0]}', roleArn, 'live', 'one'), weight: 4 },
        { arbitrary: fc.constantFrom(...hostileTexts), weight: 2 },
        { arbitrary: fc.string({ unit: 'binary', maxLength: 100 }), weight: 1 },
      )
    case 'integer':
      return fc.oneof(fc.integer({ min: 0, max: 100 }), fc.maxSafeInteger(), fc.constantFrom(-1, 2 ** 53, 1e308))
    case 'float':
      return fc.oneof(fc.integer({ min: 0, max: 100 }), fc.double({ noNaN: true, noDefaultInfinity: true }))
    case 'boolean':
      return fc.boolean()
    case 'list':
      return fc.array(valueOf(member.of, known), { maxLength: 3 })
    case 'structure':
      return bodyOf(member.members, known)
  }
}

/** Mostly every required member, and some of the others; now and then one of a wrong type. */
function bodyOf(shape: Shape, known: readonly string[]): fc.Arbitrary<object> {
  const wrong = fc.constantFrom<unknown>(null, 0, true, 'x', [], {}, [null], { __proto__: 1 }, [[[[]]]])
  const members = Object.entries(shape).map(([name, member]) => {
    const value = fc.oneof({ arbitrary: valueOf(member, known), weight: 12 }, { arbitrary: wrong, weight: 1 })
    return [name, fc.option(value, { nil: undefined, freq: member.required === true ? 30 : 1 })] as const
  })
  return fc.record({ ...Object.fromEntries(members), unknownMember: fc.option(fc.anything(), { nil: undefined }) })
}

/** It waits for a minute for what nobody gives. */
const polling: readonly ActionName[] = ['GetActivityTask']

const refusedWell = ({ status, body }: Answer): boolean =>
  (status === 400 || status === 413) && /#\w+$/.test(String(body['__type'])) && String(body['message']).length > 5

it('never fails on any body, says what is wrong, and can read all that it took', { timeout: 120_000 }, async () => {
  const counts = { taken: 0, refused: 0 }
  const failures: unknown[] = []
  let known = await ground()
  for (const [name, { shape }] of Object.entries(actions)) {
    if (polling.some((one) => one === name)) continue
    const bodies = fc.sample(bodyOf(shape, known), { seed, numRuns: times })
    const answers = await Promise.all(bodies.map((body) => send(name, body)))
    for (const [at, answer] of answers.entries()) {
      if (answer.status === 200) counts.taken++
      else if (refusedWell(answer)) counts.refused++
      else failures.push([name, bodies[at], answer.status, answer.text.slice(0, 500)])
    }
    // What was deleted is made again.
    if (/^(Delete|Update|Stop)/.test(name)) known = await ground()
  }
  expect(failures).toEqual([])
  // Both sides were reached, or the fuzz is none.
  expect(counts.taken).toBeGreaterThan(times)
  expect(counts.refused).toBeGreaterThan(times)
  await readEverything()
})

/** Of each kind so many by themselves as well: lists read every row, and each page of details costs a moment. */
const looked = 20

/** Page by page, by both APIs: a row that cannot be read fails its page. */
async function readEverything(): Promise<void> {
  const machines = await all('/v1/machines')
  expect(machines.length).toBeGreaterThan(2)
  for (const path of ['/v1/executions', '/v1/activities', '/v1/trail']) await all(path)
  for (const { arn } of machines.slice(0, looked)) {
    const one = encodeURIComponent(String(arn))
    for (const path of ['', '/versions', '/aliases', '/revisions']) await read(`/v1/machines/${one}${path}`)
    expect((await send('DescribeStateMachine', { stateMachineArn: arn })).status).toBe(200)
    expect((await send('ListTagsForResource', { resourceArn: arn })).status).toBe(200)
  }
  for (const { arn } of (await all('/v1/executions')).slice(0, looked)) {
    const one = encodeURIComponent(String(arn))
    for (const path of ['', '/history']) await read(`/v1/executions/${one}${path}`)
    expect((await send('GetExecutionHistory', { executionArn: arn })).status).toBe(200)
  }
  const verified = await read('/v1/trail/verify')
  expect(verified).toMatchObject({ ok: true })
}

async function read(path: string): Promise<Readonly<Record<string, unknown>>> {
  const answer = await holdfast.asAdmin(`GET ${path}`)
  expect([path, answer.status, answer.text.slice(0, 300)]).toEqual([path, 200, answer.text.slice(0, 300)])
  return answer.body
}

async function all(path: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const found: Readonly<Record<string, unknown>>[] = []
  let cursor: unknown
  do {
    const page = await read(
      `${path}?limit=100${cursor === undefined ? '' : `&cursor=${encodeURIComponent(String(cursor))}`}`,
    )
    found.push(...(page['items'] as typeof found))
    cursor = page['cursor']
  } while (cursor !== undefined)
  return found
}
