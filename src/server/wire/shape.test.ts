import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HoldfastError } from '../../base/index.ts'
import * as member from './members.ts'
import { parseShape, type Shape, type WireLimits } from './shape.ts'

const limits: WireLimits = { payload: 10, definition: 20 }
const { required } = member

function refusalOf(shape: Shape, body: unknown): HoldfastError {
  try {
    parseShape(shape, body, limits)
  } catch (error) {
    if (error instanceof HoldfastError) return error
    throw error
  }
  throw new Error('it was accepted')
}
const said = (shape: Shape, body: unknown): string => refusalOf(shape, body).message

describe('a request', () => {
  it('gives the members that are known, and no others', () => {
    const shape = { name: required(member.name), maxResults: member.pageSize, on: member.boolean }
    const request = parseShape(shape, { name: 'a', on: false, other: 1, maxResults: null }, limits)
    expect(request).toEqual({ name: 'a', on: false })
  })

  it('takes nothing from the prototype', () => {
    expect(parseShape({ toString: member.name, __proto__: member.name }, {}, limits)).toEqual({})
    const hostile: unknown = JSON.parse('{"__proto__": {"name": "x"}, "constructor": 1}')
    expect(said({ name: required(member.name) }, hostile)).toContain("Value null at 'name'")
  })

  it('tells each violation in AWS’s words', () => {
    const shape = { name: required(member.name), maxResults: member.pageSize, nextToken: member.pageToken }
    expect(said(shape, {})).toBe(
      "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
    )
    expect(said(shape, { name: 'x', maxResults: 1001 })).toBe(
      "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
    )
    const long = 'x'.repeat(1025)
    expect(said(shape, { name: '', maxResults: -1, nextToken: long })).toBe(
      "3 validation errors detected: Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
        "Value '-1' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 0; " +
        `Value '${long}' at 'nextToken' failed to satisfy constraint: Member must have length less than or equal to 1024`,
    )
    expect(said({ statusFilter: member.executionStatus }, { statusFilter: 'succeeded' })).toBe(
      "1 validation error detected: Value 'succeeded' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]",
    )
    expect(said({ traceHeader: member.traceHeader }, { traceHeader: 'é' })).toContain(
      'satisfy regular expression pattern',
    )
  })

  it('counts the members of lists from one', () => {
    const shape = { tags: member.listOf(member.tag) }
    expect(said(shape, { tags: [{ key: 'a', value: 'b' }, { key: '' }] })).toContain("'' at 'tags.2.member.key'")
    expect(said(shape, { tags: [{ value: 'b' }] })).toContain("null at 'tags.1.member.key'")
    expect(said(shape, { tags: [null] })).toContain("NULL_VALUE can not be converted to a value at 'tags.1.member'")
  })

  it('tells ten violations and counts them all', () => {
    const error = refusalOf({ tags: member.listOf(member.tag) }, { tags: Array.from({ length: 5000 }, () => ({})) })
    expect(error.message).toMatch(/^5000 validation errors detected: /)
    expect(error.message.length).toBeLessThan(2000)
  })

  it('is not repeated where it may hold a secret, nor when it is huge', () => {
    const input = 'password'.repeat(10)
    expect(said({ input: member.payload }, { input })).toBe(
      "1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to 10",
    )
    expect(said({ name: member.name }, { name: 'n'.repeat(1_000_000) }).length).toBeLessThan(5000)
  })

  it('is measured in characters, not in the units of their encoding', () => {
    expect(parseShape({ input: member.payload }, { input: '🧭'.repeat(10) }, limits).input).toHaveLength(20)
    expect(said({ input: member.payload }, { input: '🧭'.repeat(11) })).toContain('less than or equal to 10')
  })

  it('is refused when half a character was sent', () => {
    expect(refusalOf({ name: member.name }, { name: '\ud83e' })).toMatchObject({
      code: 'wire.serialization',
      place: 'name',
    })
  })

  it.each([
    ['a String', member.name, [1, 1.5, true, [], {}]],
    ['an Integer', member.pageSize, ['1', 1.5, false, [], {}]],
    ['a Boolean', member.boolean, ['true', 1, [], {}]],
    ['a list', member.listOf(member.name), ['a', 1, true, {}]],
    ['a structure', member.structure({}), ['a', 1, true, []]],
  ])('of another JSON type than %s is refused with its place', (wanted, kind, values) => {
    for (const value of values) {
      expect(refusalOf({ field: kind }, { field: value })).toMatchObject({
        code: 'wire.serialization',
        place: 'field',
        accepted: wanted,
      })
    }
  })

  it.each([null, [], 'text', 1, true])('must be an object: %j is refused', (body) => {
    expect(refusalOf({}, body)).toMatchObject({ code: 'wire.serialization', place: 'body' })
  })

  it('never makes the checker fail, whatever it holds', () => {
    const shape = {
      name: required(member.name),
      tags: member.listOf(member.tag),
      loggingConfiguration: member.loggingConfiguration,
      maxResults: member.pageSize,
    }
    const hostile = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.record({
        name: fc.jsonValue(),
        tags: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()),
        loggingConfiguration: fc.jsonValue(),
        maxResults: fc.oneof(fc.double(), fc.integer()),
      }),
    )
    fc.assert(
      fc.property(hostile, (body) => {
        try {
          parseShape(shape, body, limits)
        } catch (error) {
          // Anything else fails the property.
          if (!(error instanceof HoldfastError)) throw error
        }
      }),
    )
  })
})
