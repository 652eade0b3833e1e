import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callWire, openWorld, type World } from '../fake-world.ts'
import type { Action } from './action.ts'
import { type ActionName, actions } from './actions.ts'
import type { Member } from './shape.ts'

let world: World
beforeAll(async () => {
  // No verb is there: a request that gets through to one fails the test with a 500.
  world = await openWorld({}, {}, { payloadLimit: 1000, definitionLimit: 1000 })
})
afterAll(() => world.server.close())

const listed = Object.entries<Action>(actions).map(([name, { shape }]) => ({ name: name as ActionName, shape }))
const wrongValues: Readonly<Record<Member['kind'], readonly unknown[]>> = {
  text: [1, true, [], {}],
  integer: ['1', 1.5, true, [], {}],
  float: ['1', true, [], {}],
  boolean: ['true', 0, [], {}],
  list: ['a', 1, true, {}],
  structure: ['a', 1, true, []],
}

async function refuses(action: string, request: unknown, field: string): Promise<void> {
  const answer = await callWire(world, action, request)
  expect(answer).toMatchObject({ status: 400 })
  expect(answer.text).toMatch(/SerializationException|ValidationException/)
  expect(answer.text).toContain(field)
}

describe('a hostile request', () => {
  it.each(listed)('to $name with a wrong type in any field is refused with the field', async ({ name, shape }) => {
    for (const [field, member] of Object.entries(shape)) {
      for (const value of wrongValues[member.kind]) await refuses(name, { [field]: value }, `'${field}'`)
    }
  })

  it.each(listed)('to $name without its required fields is refused with each of them', async ({ name, shape }) => {
    for (const [field, member] of Object.entries(shape)) {
      if (member.required) await refuses(name, {}, `null at '${field}'`)
    }
  })

  it.each([
    ['{', 'line 1'],
    ['{"name":}', 'line 1'],
    ['not json', "Unrecognized token 'not'"],
    ['{"a":1}{"b":2}', 'line 1'],
    ['[]', 'request body'],
    ['"text"', 'request body'],
    ['null', 'request body'],
    ['['.repeat(50_000), 'depth'],
    [`${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'request body'],
    [`{"name":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`, "'name'"],
    ['{"__proto__":{"name":"x"},"constructor":{"prototype":{}}}', "'name'"],
    ['{"name":"\\ud800"}', 'surrogate'],
  ])('whose body is %.30s… is refused with the place', async (body, words) => {
    const answer = await callWire(world, 'CreateStateMachine', body)
    expect(answer).toMatchObject({ status: 400 })
    expect(answer.text).toContain(words)
  })

  it('that is no UTF-8 is refused', async () => {
    const answer = await callWire(world, 'CreateActivity', {}, { body: new Uint8Array([0x7b, 0xff, 0x7d]) })
    expect(answer).toMatchObject({ status: 400, body: { __type: 'com.amazon.coral.service#SerializationException' } })
  })

  it.each([
    ['with its length told', { 'content-length': '200000' }],
    ['in pieces', { 'transfer-encoding': 'chunked' }],
  ])('that is too large is refused: %s', async (_how, headers) => {
    const answer = await callWire(world, 'CreateActivity', {}, { body: 'x'.repeat(200_000), headers })
    expect(answer).toMatchObject({
      status: 413,
      body: { __type: 'com.amazon.coral.service#RequestEntityTooLargeException' },
    })
    expect(answer.text).toContain('67536 bytes')
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json',
    '',
  ])('of the content type "%s", which a form can send, is refused', async (type) => {
    const answer = await callWire(world, 'ListStateMachines', {}, { headers: { 'content-type': type } })
    expect(answer).toMatchObject({ status: 415 })
    expect(answer.text).toContain('application/x-amz-json-1.0')
  })

  it('that is compressed is refused', async () => {
    const answer = await callWire(world, 'ListStateMachines', {}, { headers: { 'content-encoding': 'gzip' } })
    expect(answer.status).toBe(415)
  })

  it.each([
    ['AWSStepFunctions.ListStateMachine', 'AWSStepFunctions.ListStateMachines'],
    ['AWSStepFunctions.constructor', 'AWSStepFunctions.<Action>'],
    ['AWSStepFunctions.__proto__', 'AWSStepFunctions.<Action>'],
    ['DynamoDB_20120810.ListTables', 'AWSStepFunctions.<Action>'],
    ['', 'AWSStepFunctions.<Action>'],
    ['x'.repeat(8000), 'AWSStepFunctions.<Action>'],
  ])('for the unknown operation %.40s is refused', async (target, accepted) => {
    const answer = await callWire(world, '', {}, { headers: { 'x-amz-target': target } })
    expect(answer).toMatchObject({
      status: 400,
      body: { __type: 'com.amazon.coral.service#UnknownOperationException' },
    })
    expect(answer.text).toContain(accepted)
    expect(answer.text.length).toBeLessThan(1000)
  })

  it('of any JSON at all never makes the server fail', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...listed), fc.jsonValue(), async ({ name }, body) => {
        const answer = await callWire(world, name, body)
        const reachedVerb = answer.status === 500 && world.logged.at(-1)?.includes('was not expected') === true
        expect(reachedVerb ? { status: 200 } : answer).toMatchObject({ status: expect.toBeOneOf([200, 400]) })
      }),
      { numRuns: 200 },
    )
  })
})
