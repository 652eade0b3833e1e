/** The types of a client out of an OpenAPI 3.1 document. Pure; it knows the part of JSON Schema that our routes use. */

type Schema = {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}
type Body = { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>; readonly required?: boolean }
type Parameter = {
  readonly in: 'path' | 'query' | 'header'
  readonly name: string
  readonly required?: boolean
  readonly schema: Schema
}
type Operation = {
  readonly operationId: string
  readonly summary?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: Body
  readonly responses: Readonly<Record<string, Body>>
}
export type OpenApi = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

type Named = Operation & { readonly method: string; readonly path: string }

export function printClient({ paths, components }: OpenApi): string {
  const all = Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, one]): Named => ({ ...one, method: method.toUpperCase(), path })),
    )
    .toSorted((a, b) => (a.operationId < b.operationId ? -1 : 1))
  const printed = all.map(printOperation)
  const schemas = reachable(components?.schemas ?? {}, ['Problem', ...printed].join('\n'))
  return [
    '/** Made by scripts/console/client.ts from the routes of src/server/api: `npm run console:client`. Not edited by hand. */\n',
    ...schemas.map(([name, type]) => `export type ${name} = ${type}\n`),
    `export type Operations = {\n${printed.join('\n')}\n}\n`,
    `/** Method and path of each. */\nexport const operations = {\n${all.map(printAddress).join('\n')}\n} as const satisfies Record<keyof Operations, readonly [method: string, path: string]>\n`,
    `/** What a query parameter accepts, where it is one of a few. */\nexport const accepted = {\n${all.flatMap(printAccepted).join('\n')}\n} as const\n`,
  ].join('\n')
}

const printAccepted = ({ operationId, parameters = [] }: Named): readonly string[] =>
  parameters
    .filter(({ in: where, schema }) => where === 'query' && schema.enum !== undefined)
    .map(({ name, schema }) => `  ${operationId}_${name}: ${JSON.stringify(schema.enum)},`)

/** The schemas that the operations name, and those that these name: the document has each a second time, as it would be sent. */
function reachable(schemas: Readonly<Record<string, Schema>>, text: string): readonly (readonly [string, string])[] {
  const types = Object.entries(schemas).map(([name, schema]) => [name, typeOf(schema)] as const)
  const kept = new Set<string>()
  const visit = (source: string): void => {
    for (const [name, type] of types) {
      if (kept.has(name) || !new RegExp(`\\b${name}\\b`).test(source)) continue
      kept.add(name)
      visit(type)
    }
  }
  visit(text)
  return types.filter(([name]) => kept.has(name)).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

const printAddress = ({ operationId, method, path }: Named): string =>
  `  ${operationId}: [${JSON.stringify(method)}, ${JSON.stringify(path)}],`

function printOperation(operation: Named): string {
  const parts = [
    parametersOf(operation, 'path', 'params'),
    parametersOf(operation, 'query', 'query'),
    bodyOf(operation),
    `answer: ${answerOf(operation)}`,
  ].filter((part) => part !== undefined)
  return `  /** ${operation.summary ?? ''} */\n  ${operation.operationId}: { ${parts.join('; ')} }`
}

function parametersOf({ parameters = [] }: Named, where: 'path' | 'query', name: string): string | undefined {
  const meant = parameters.filter((one) => one.in === where)
  if (meant.length === 0) return undefined
  const members = meant.map((one) => member(one.name, one.schema, one.required === true))
  const optional = meant.every((one) => one.required !== true) ? '?' : ''
  return `${name}${optional}: { ${members.join('; ')} }`
}

function bodyOf({ requestBody }: Named): string | undefined {
  const schema = requestBody?.content?.['application/json']?.schema
  if (schema === undefined) return undefined
  const optional = (schema.required ?? []).length === 0 && schema.type === 'object' ? '?' : ''
  return `body${optional}: ${typeOf(schema)}`
}

/** Of whatever is no failure; text where it is no JSON. */
function answerOf({ responses }: Named): string {
  const types = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, { content }]) => {
      if (content === undefined) return 'undefined'
      const schema = content['application/json']?.schema
      return schema === undefined ? 'string' : typeOf(schema)
    })
  return [...new Set(types)].join(' | ') || 'undefined'
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'unknown'
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return `(${choices.map(typeOf).join(' | ')})`
  if (schema.allOf !== undefined) return `(${schema.allOf.map(typeOf).join(' & ')})`
  if (Array.isArray(schema.type)) return schema.type.map((type: string) => typeOf({ ...schema, type })).join(' | ')
  switch (schema.type) {
    case 'object':
      return objectType(schema)
    case 'array':
      return `readonly (${schema.items === undefined ? 'unknown' : typeOf(schema.items)})[]`
    case 'integer':
    case 'number':
      return 'number'
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    default:
      return 'unknown'
  }
}

function objectType({ properties, required = [], additionalProperties }: Schema): string {
  if (properties === undefined) {
    return `Readonly<Record<string, ${typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown'}>>`
  }
  const members = Object.entries(properties).map(([name, schema]) => member(name, schema, required.includes(name)))
  return members.length === 0 ? 'Readonly<Record<string, never>>' : `{ ${members.join('; ')} }`
}

function member(name: string, schema: Schema, isRequired: boolean): string {
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)
  return `readonly ${key}${isRequired ? '' : '?'}: ${typeOf(schema)}`
}
