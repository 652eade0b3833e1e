import { describe, expect, it } from 'vitest'
import { currentClient, keptClient } from './client.ts'
import { printClient } from './print-client.ts'

it('the client of the console is what the routes say (npm run console:client)', async () => {
  expect(keptClient()).toBe(await currentClient())
})

describe('what is made of an operation', () => {
  it('has its parameters, its body and what it answers', () => {
    const text = printClient({
      paths: {
        '/v1/things/{id}': {
          put: {
            operationId: 'thingChange',
            summary: 'Change it.',
            parameters: [
              { in: 'path', name: 'id', required: true, schema: { type: 'string' } },
              { in: 'query', name: 'limit', schema: { type: 'integer' } },
              { in: 'header', name: 'idempotency-key', schema: { type: 'string' } },
            ],
            requestBody: {
              content: {
                'application/json': {
                  schema: { type: 'object', properties: { 'a-b': { enum: ['x', 'y'] } }, required: ['a-b'] },
                },
              },
            },
            responses: {
              200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
              204: {},
              default: {},
            },
          },
        },
      },
      components: {
        schemas: {
          ThingInput: { type: 'string' },
          Thing: { type: 'object', properties: { at: { anyOf: [{ type: 'string' }, { type: 'null' }] } } },
        },
      },
    })
    expect(text).not.toContain('ThingInput')
    expect(text).toContain('export type Thing = { readonly at?: (string | null) }')
    expect(text).toContain(
      'thingChange: { params: { readonly id: string }; query?: { readonly limit?: number }; body: { readonly "a-b": "x" | "y" }; answer: Thing | undefined }',
    )
    expect(text).toContain('thingChange: ["PUT", "/v1/things/{id}"],')
  })
})
