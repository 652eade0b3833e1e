/** The guide tells every field of the release file as the schema has it, and its examples are releases. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { VirtualClock } from '../../src/base/index.ts'
import { parseRelease, processDeployer, releaseJsonSchema } from '../../src/deploy/index.ts'

type Schema = {
  readonly description?: string
  readonly default?: unknown
  readonly const?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
}
type Field = { readonly path: string; readonly unless: string; readonly says: readonly string[] }

const process = processDeployer({
  hosts: { list: () => [], run: () => Promise.reject(new Error('there is no host')) },
  clock: new VirtualClock(),
})
const guide = readFileSync(join(import.meta.dirname, '../../docs/guide/deploying.md'), 'utf8')

function fieldsOf(schema: Schema, place = ''): readonly Field[] {
  const { properties = {}, additionalProperties, items, anyOf = [], oneOf = [] } = schema
  return [
    ...Object.entries(properties).flatMap(([name, member]) => [fieldOf(`${place}${name}`, member), ...fieldsOf(member, `${place}${name}.`)]), // prettier-ignore
    ...(typeof additionalProperties === 'object' ? fieldsOf(additionalProperties, `${place}NAME.`) : []),
    ...[...anyOf, ...oneOf, ...(items === undefined ? [] : [items])].flatMap((one) => fieldsOf(one, place)),
  ]
}

function fieldOf(path: string, { const: word, default: value, description = '' }: Schema): Field {
  const unless = value === undefined || JSON.stringify(value) === '{}' ? '' : `\`${JSON.stringify(value)}\``
  return { path, unless, says: [word === undefined ? description : `\`${word}\`: ${description}`] }
}

/** A field that stands in several alternatives is told once. */
function told(fields: readonly Field[]): readonly string[] {
  return [...Map.groupBy(fields, ({ path }) => path)].map(([path, all]) => {
    const says = [...new Set(all.flatMap((one) => one.says))].join('; ')
    // A service's fields stand below its heading; its strategy is the release's.
    return `| \`${path.replace(/^services\.NAME\./, '')}\` | ${all[0]?.unless ?? ''} | ${says} |`
  })
}

// The schema comes from `z.toJSONSchema`, of which only this is read.
const fields = fieldsOf(releaseJsonSchema(process))
const rows = guide.split('\n').map((line) => line.replaceAll(/\s+/g, ' ').trim())

describe('the guide to deploying', () => {
  it('has a row for every field, as the schema describes it', () => {
    const expected = told(fields).map((row) => row.replaceAll(/\s+/g, ' '))
    expect(expected.filter((row) => !rows.includes(row))).toEqual([])
  })

  it('tells of no field that is not there', () => {
    const named = rows.flatMap((row) => /^\| `([a-zA-Z$.]+)` \|/.exec(row)?.[1] ?? [])
    const known = new Set(fields.map(({ path }) => path.replace(/^services\.NAME\./, '')))
    expect(named.filter((name) => !known.has(name))).toEqual([])
  })

  it('describes every field', () => {
    expect(fields.filter(({ says }) => says.includes('')).map(({ path }) => path)).toEqual([])
  })

  it('shows releases that are accepted', () => {
    const examples = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map((found) => found[1] ?? '')
    expect(examples).toHaveLength(2)
    for (const example of examples) {
      const document = { ...(parse(example) as object), createdAt: '2026-11-20T12:00:00Z' }
      expect(parseRelease({ process }, document)).toMatchObject({ target: 'process', project: 'acme/shop' })
    }
  })
})
