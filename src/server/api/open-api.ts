/** The OpenAPI document, made from the routes. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { problemSchema } from './problem.ts'
import { keepsFirstAnswer, type Route, type RouteAnswerSchema } from './route.ts'

const tokenScheme = 'token'
const idempotencyHeader = z.object({
  'idempotency-key': z.string().min(1).max(128).optional().meta({
    description: 'Visible ASCII, kept 24 hours: the same request again with the same key gets the first answer.',
  }),
})

export function documentation(version: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Holdfast',
        version,
        description:
          'Operational procedures as state machines on one durable engine. Errors are application/problem+json; lists go on with `cursor`.',
      },
      components: { securitySchemes: { [tokenScheme]: { type: 'http', scheme: 'bearer' } } },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  }
}

/** What fastify is told about a route. The operation id is the verb, so that a reader finds who may call it. */
export function schemaOf(route: Route): FastifySchema {
  const responses = Object.entries(route.answers).map(([status, answer]) => [status, responseOf(answer)])
  return {
    summary: route.summary,
    operationId: operationIdOf(route),
    tags: [route.path.split('/')[2] ?? ''],
    security: route.verb === 'open' ? [] : [{ [tokenScheme]: [] }],
    ...(route.params === undefined ? {} : { params: route.params }),
    ...(route.query === undefined ? {} : { querystring: route.query }),
    ...(keepsFirstAnswer(route) ? { headers: idempotencyHeader } : {}),
    ...(route.body === undefined ? {} : { body: route.body }),
    response: { ...Object.fromEntries(responses), default: problemResponse },
  }
}

const problemResponse = {
  description: 'Refused or failed: what, and what to do about it.',
  content: { 'application/problem+json': { schema: problemSchema } },
}

function responseOf({ description, schema, contentType }: RouteAnswerSchema): unknown {
  if (contentType !== undefined) return { description, content: { [contentType]: { schema: z.string() } } }
  return schema === undefined
    ? z.undefined().describe(description)
    : { description, content: { 'application/json': { schema } } }
}

/** `execution.start` → `executionStart`; open routes are named by method and path. */
function operationIdOf({ verb, path, method, operation }: Route): string {
  if (operation !== undefined) return operation
  const words = verb === 'open' ? [method.toLowerCase(), ...path.split('/').slice(2)] : verb.split('.')
  return words.map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('')
}
