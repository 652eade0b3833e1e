import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseRequest } from './parse-request.ts'

const schema = z.object({
  name: z.string().min(1).max(5),
  type: z.enum(['A', 'B']).default('A'),
  count: z.int().max(9).optional(),
  tags: z
    .array(z.object({ key: z.string().max(3) }))
    .max(20)
    .optional(),
  mail: z.email().optional(),
})
const member = "at 'name' failed to satisfy constraint: Member must"

describe('requests', () => {
  it('come back with their defaults and without members nobody knows', () => {
    expect(parseRequest(schema, { name: 'a', other: 1 })).toEqual({ name: 'a', type: 'A' })
  })

  it.each([
    [{}, `Value null ${member} not be null`],
    [{ name: null }, `Value null ${member} not be null`],
    [{ name: '' }, `Value '' ${member} have length greater than or equal to 1`],
    [{ name: 'abcdef' }, `Value 'abcdef' ${member} have length less than or equal to 5`],
    [{ name: 5 }, `Value '5' ${member} be of type string`],
    [{ name: [1] }, `Value '[…]' ${member} be of type string`],
    [{ name: {} }, `Value '{…}' ${member} be of type string`],
    [
      { name: 'a', type: 'C' },
      "Value 'C' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [A, B]",
    ],
    [
      { name: 'a', count: 10 },
      "Value '10' at 'count' failed to satisfy constraint: Member must have value less than or equal to 9",
    ],
    [
      { name: 'a', tags: [{ key: 'a' }, { key: 'abcd' }] },
      "Value 'abcd' at 'tags.2.member.key' failed to satisfy constraint: Member must have length less than or equal to 3",
    ],
    [
      { name: 'a', mail: 'x' },
      "Value 'x' at 'mail' failed to satisfy constraint: Member must be valid: Invalid email address",
    ],
    ['text', "Value 'text' at 'request' failed to satisfy constraint: Member must be of type object"],
  ])('are refused in AWS’s words: %j', (request, violation) => {
    expect(() => parseRequest(schema, request)).toThrow(`1 validation error detected: ${violation}`)
  })

  it('hear of all violations at once, with a member’s name on the wire', () => {
    expect(() => parseRequest(schema, { name: '', type: 'C' }, { awsNames: { name: 'machineName' } })).toThrow(
      "2 validation errors detected: Value '' at 'machineName' failed to satisfy constraint: Member must have length greater than or equal to 1; Value 'C' at 'type'",
    )
  })

  it('are answered in short, however wrong they are', () => {
    const tags = Array.from({ length: 1000 }, () => ({ key: 'long' }))
    const open = z.object({ tags: z.array(z.object({ key: z.string().max(3) })) })
    const error = catchError(() => parseRequest(open, { tags }))
    expect(error.message.startsWith('1000 validation errors detected: ')).toBe(true)
    expect(error.message.split('; ')).toHaveLength(10)
    expect(catchError(() => parseRequest(schema, { name: 'x'.repeat(1e6) })).message.length).toBeLessThan(5000)
  })

  it('are not repeated where they may hold a secret', () => {
    expect(() => parseRequest(schema, { name: 'secret' }, { hidden: ['name'] })).toThrow(
      `1 validation error detected: Value ${member} have length less than or equal to 5`,
    )
  })
})

function catchError(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('expected an error')
}
