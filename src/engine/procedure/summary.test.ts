import { expect, it } from 'vitest'
import { z } from 'zod'
import { procedure } from './procedure.ts'
import { procedureSummary } from './summary.ts'

const account = { region: 'eu-central-1', accountId: '123456789012' }
const machine = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } } as const
const summaryOf = (input: z.ZodType) =>
  procedureSummary(procedure({ name: 'ship', input, machine, tasks: {} }), account)

it('the summary of a procedure says what it takes, as JSON Schema', () => {
  const { name, definition, inputSchema = '' } = summaryOf(z.object({ id: z.string(), count: z.int().default(1) }))
  expect({ name, definition: JSON.parse(definition) }).toEqual({ name: 'ship', definition: machine })
  expect(JSON.parse(inputSchema)).toMatchObject({
    type: 'object',
    required: ['id'],
    properties: { id: { type: 'string' }, count: { type: 'integer', default: 1 } },
  })
})

it('says nothing where the schema is of no kind that can be told', () => {
  const foreign = { safeParse: () => ({ success: true }) }
  expect(summaryOf(foreign as unknown as z.ZodType)).not.toHaveProperty('inputSchema')
})
