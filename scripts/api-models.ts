/**
 * Writes what AWS's APIs answer into src/aws/model/: `node scripts/api-models.ts FOLDER`, where FOLDER is the `data` folder of
 * botocore (`python3 -c "import botocore; print(botocore.__path__[0])"`/data). Only names, types and bounds are taken.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** Our file → botocore's folder. */
const services = {
  dynamodb: 'dynamodb',
  eventbridge: 'events',
  kms: 'kms',
  lambda: 'lambda',
  s3: 's3',
  secretsmanager: 'secretsmanager',
  sfn: 'stepfunctions',
  sns: 'sns',
  sqs: 'sqs',
  ssm: 'ssm',
  sts: 'sts',
} as const

type Shape = {
  readonly type: string
  readonly members?: Readonly<Record<string, { readonly shape: string }>>
  readonly required?: readonly string[]
  readonly member?: { readonly shape: string }
  readonly value?: { readonly shape: string }
  readonly enum?: readonly string[]
  readonly min?: number
  readonly max?: number
}
type Service = {
  readonly operations: Readonly<Record<string, { readonly output?: { readonly shape: string } }>>
  readonly shapes: Readonly<Record<string, Shape>>
}

/** Follows the shapes that operations answer with. The notation is that of src/aws/model/notation. */
class Reader {
  readonly operations = new Map<string, string>()
  readonly structures = new Map<string, Record<string, string>>()
  readonly enums = new Map<string, readonly string[]>()
  readonly #shapes: Service['shapes']

  constructor({ operations, shapes }: Service) {
    this.#shapes = shapes
    for (const [name, { output }] of Object.entries(operations)) {
      if (output !== undefined) this.operations.set(lowerFirst(name), this.#structure(output.shape))
    }
  }

  #structure(name: string): string {
    if (this.structures.has(name)) return name
    const { members = {}, required = [] } = this.#shapes[name] ?? { type: 'structure' }
    const fields: Record<string, string> = {}
    this.structures.set(name, fields)
    for (const [member, { shape }] of Object.entries(members)) {
      fields[upperFirst(member) + (required.includes(member) ? '!' : '')] = this.#type(shape)
    }
    return name
  }

  #type(name: string): string {
    const shape = this.#shapes[name]
    switch (shape?.type) {
      case 'structure':
        return `#${this.#structure(name)}`
      case 'list':
        return `[${this.#type(shape.member?.shape ?? '')}`
      case 'map':
        return `{${this.#type(shape.value?.shape ?? '')}`
      case 'boolean':
        return 'b'
      case 'integer':
      case 'long':
      case 'float':
      case 'double':
        return `n${bounds(shape)}`
      case 'string':
        if (shape.enum === undefined) return `s${bounds(shape)}`
        this.enums.set(name, shape.enum)
        return `=${name}`
      case 'blob':
        // As text in Base64: its own bounds count bytes, and only that it is empty can be said.
        return `s${bounds({ min: shape.min === undefined ? undefined : Math.min(shape.min, 1) })}`
      case 'timestamp':
        return 's'
      default:
        return '?'
    }
  }
}

type Bounds = { readonly min?: number | undefined; readonly max?: number | undefined }

const bounds = ({ min, max }: Bounds): string =>
  min === undefined && max === undefined ? '' : `${min ?? ''}..${max ?? ''}`
const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

function readService(folder: string): Service {
  const newest = readdirSync(folder).toSorted().at(-1) ?? ''
  return JSON.parse(gunzipSync(readFileSync(join(folder, newest, 'service-2.json.gz'))).toString('utf8'))
}

/** One line for each structure, so that a newer model is a diff that can be read. */
function printModel(reader: Reader): string {
  const lines = (members: ReadonlyMap<string, unknown>) =>
    [...members].map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(',\n')
  const { operations, structures, enums } = reader
  const parts = { operations, structures, enums }
  return `{\n${Object.entries(parts)
    .map(([name, members]) => `  "${name}": {\n${lines(members)}\n  }`)
    .join(',\n')}\n}\n`
}

const [source] = process.argv.slice(2)
if (source === undefined) throw new Error('name the data folder of botocore')
for (const [file, folder] of Object.entries(services)) {
  const text = printModel(new Reader(readService(join(source, folder))))
  writeFileSync(join(import.meta.dirname, `../src/aws/model/${file}.json`), text)
}
