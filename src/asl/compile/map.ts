/** What a Map state has: its items, its processor, and all that only a distributed one knows. */
import { isJsonObject, type Json, type JsonObject, type JsonText, printJson } from '../../base/index.ts'
import type {
  DistributedMap,
  ItemBatcher,
  ItemFormat,
  ItemReader,
  MapState,
  Outlet,
  Recovery,
  ResultWriter,
  StateBase,
} from '../machine.ts'
import { type Compilation, uncompilable } from './compilation.ts'
import { type Fields, filter, numberField, template, textField, texts } from './fields.ts'

type MapFields = Omit<MapState, keyof StateBase | keyof Outlet | keyof Recovery | 'type'>

export function mapFields(compilation: Compilation, base: StateBase, fields: Fields): MapFields {
  const { body, jsonata } = fields
  const processor = body.get('ItemProcessor') ?? body.get('Iterator')
  if (processor === undefined || !isJsonObject(processor)) throw uncompilable('a Map state has no ItemProcessor')
  const config = objectOf(processor.get('ProcessorConfig'))
  const selector = body.get('ItemSelector') ?? (jsonata ? undefined : body.get('Parameters'))
  return {
    inputPath: filter(body, 'InputPath'),
    distributed:
      config?.get('Mode') === 'DISTRIBUTED'
        ? {
            label: labelOf(base, body),
            executionType: config.get('ExecutionType') === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
            definition: definitionOf(compilation, processor),
            ...distributedFields(fields),
          }
        : undefined,
    items: jsonata ? template(fields, body.get('Items'), 'Items') : (filter(body, 'ItemsPath') ?? undefined),
    itemSelector: template(fields, selector, 'ItemSelector'),
    maxConcurrency: numberField(fields, 'MaxConcurrency'),
    processor: compilation.scope(processor),
  }
}

const objectOf = (json: Json | undefined): JsonObject | undefined =>
  json !== undefined && isJsonObject(json) ? json : undefined

/** One that is not given is made of the state's name, which people know it by; its number keeps it apart from others. */
function labelOf(base: StateBase, body: JsonObject): string {
  const given = body.get('Label')
  if (typeof given === 'string') return given
  return `${base.name.replaceAll(/[^A-Za-z0-9_.-]+/g, '-').slice(0, 30)}-${base.id}`
}

/** Standing alone, it has to say which language its states are in. */
function definitionOf(compilation: Compilation, processor: JsonObject): JsonText {
  if (!compilation.jsonata || processor.has('QueryLanguage')) return printJson(processor)
  return printJson(new Map<string, Json>([['QueryLanguage', 'JSONata'], ...processor]))
}

type DistributedFields = Omit<DistributedMap, 'label' | 'executionType' | 'definition'>

function distributedFields(fields: Fields): DistributedFields {
  const { body } = fields
  const reader = objectOf(body.get('ItemReader'))
  const batcher = objectOf(body.get('ItemBatcher'))
  const writer = objectOf(body.get('ResultWriter'))
  return {
    reader: reader && itemReader(fields, reader),
    batcher: batcher && itemBatcher({ ...fields, body: batcher }),
    writer: writer && resultWriter(fields, writer),
    toleratedCount: numberField(fields, 'ToleratedFailureCount'),
    toleratedPercentage: numberField(fields, 'ToleratedFailurePercentage'),
  }
}

/** `Parameters` of a JSONPath state, `Arguments` of a JSONata one. */
const parametersOf = (fields: Fields, body: JsonObject, place: string) =>
  template(fields, body.get(fields.jsonata ? 'Arguments' : 'Parameters'), `${place}/Arguments`)

function itemReader(fields: Fields, reader: JsonObject): ItemReader {
  const config = objectOf(reader.get('ReaderConfig')) ?? new Map<string, Json>()
  const inside = { ...fields, body: config }
  return {
    action: isListing(reader.get('Resource')) ? 'listObjectsV2' : 'getObject',
    parameters: parametersOf(fields, reader, 'ItemReader'),
    format: itemFormat(config),
    maxItems: numberField(inside, 'MaxItems'),
    pointer: textField(inside, 'ItemsPointer'),
  }
}

const isListing = (resource: Json | undefined): boolean =>
  typeof resource === 'string' && resource.endsWith(':listObjectsV2')

const delimiters = new Map<Json | undefined, string>([
  ['COMMA', ','],
  ['PIPE', '|'],
  ['SEMICOLON', ';'],
  ['SPACE', ' '],
  ['TAB', '\t'],
])

function itemFormat(config: JsonObject): ItemFormat {
  return {
    inputType: oneOf(config.get('InputType'), ['CSV', 'JSON', 'JSONL', 'PARQUET', 'MANIFEST']),
    manifestType: oneOf(config.get('ManifestType'), ['ATHENA_DATA', 'S3_INVENTORY']),
    flatten: config.get('Transformation') === 'LOAD_AND_FLATTEN',
    csvHeaders: config.get('CSVHeaderLocation') === 'GIVEN' ? texts(config.get('CSVHeaders')) : undefined,
    csvDelimiter: delimiters.get(config.get('CSVDelimiter')) ?? ',',
  }
}

const oneOf = <Word extends string>(json: Json | undefined, words: readonly Word[]): Word | undefined =>
  words.find((word) => word === json)

function itemBatcher(fields: Fields): ItemBatcher {
  return {
    maxItems: numberField(fields, 'MaxItemsPerBatch'),
    maxBytes: numberField(fields, 'MaxInputBytesPerBatch'),
    batchInput: template(fields, fields.body.get('BatchInput'), 'ItemBatcher/BatchInput'),
  }
}

/** What is exported is told in full unless asked otherwise; what becomes the state's result is the outputs alone. */
function resultWriter(fields: Fields, writer: JsonObject): ResultWriter {
  const config = objectOf(writer.get('WriterConfig'))
  const exported = writer.has('Resource')
  return {
    parameters: exported ? (parametersOf(fields, writer, 'ResultWriter') ?? ['{}']) : undefined,
    transformation:
      oneOf(config?.get('Transformation'), ['NONE', 'COMPACT', 'FLATTEN']) ?? (exported ? 'NONE' : 'COMPACT'),
    outputType: oneOf(config?.get('OutputType'), ['JSON', 'JSONL']) ?? 'JSON',
  }
}
