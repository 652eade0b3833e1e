/** What only Map states have: readers, batches, writers, labels, tolerance. */
import { isJsonObject } from '../../base/index.ts'
import { expressions, noResult } from './expressions.ts'
import { reference } from './paths.ts'
import { memberOf, type Place } from './place.ts'
import { integer, listOf, oneOf, orExpression, text } from './scalars.ts'
import { isDistributed } from './scopes.ts'
import { both, checkShape, type Group, jsonataOnly, pathOnly, required, shape, shaped } from './shape.ts'
import { selection } from './values.ts'
import type { Check, Visit } from './visit.ts'
import { wording } from './wording.ts'

/** Only for a distributed Map: the inline one has its items and results in the state itself. */
export const distributed =
  (check: Check): Check =>
  (value, place, visit) => {
    const itemProcessor = visit.body.get('ItemProcessor') ?? visit.body.get('Iterator')
    if (isDistributed(itemProcessor)) check(value, place, visit)
    else visit.run.report.schema(wording.distributedOnly(fieldOf(place)), visit.place)
  }

const fieldOf = (place: Place): string => place.step.slice(1)

/** `Items`: an array, an expression that yields one, or (distributed) an object. */
export const items: Check = (value, place, visit) => {
  const literal = typeof value === 'string' ? value.startsWith('{%') : typeof value === 'object' && value !== null
  if (literal) expressions(noResult)(value, place, visit)
  else visit.run.report.schema(wording.expected('[ARRAY]'), place)
}

const oneOfResources =
  (...actions: readonly string[]): Check =>
  (value, place, visit) => {
    if (typeof value !== 'string') return text(value, place, visit)
    const match = /^arn:[a-z-]+:states:::s3:(\w+)$/.exec(value)
    if (match === null || !actions.includes(match[1] ?? '')) visit.run.report.schema(wording.resourceNotAllowed, place)
  }

export const readerConfigShape = shape(
  {
    InputType: both(oneOf('CSV', 'JSON', 'JSONL', 'PARQUET', 'MANIFEST')),
    ManifestType: both(oneOf('ATHENA_DATA', 'S3_INVENTORY')),
    Transformation: both(oneOf('NONE', 'LOAD_AND_FLATTEN')),
    CSVHeaderLocation: both(oneOf('FIRST_ROW', 'GIVEN')),
    CSVHeaders: both(listOf(text, 1)),
    CSVDelimiter: both(oneOf('COMMA', 'PIPE', 'SEMICOLON', 'SPACE', 'TAB')),
    ItemsPointer: both(orExpression(text)),
    MaxItems: both(orExpression(integer(0, 100_000_000))),
    MaxItemsPath: pathOnly(reference),
  },
  [{ fields: ['MaxItems', 'MaxItemsPath'] }],
)

const checkReaderConfig: Check = (value, place, visit) => {
  if (!checkShape(readerConfigShape, value, place, visit)) return
  const { report } = visit.run
  const isCsv = value.get('InputType') === 'CSV'
  if (isCsv && !value.has('CSVHeaderLocation')) report.schema(wording.fieldRequired('CSVHeaderLocation'), place)
  if (value.get('CSVHeaderLocation') === 'GIVEN' && !value.has('CSVHeaders')) {
    report.schema(wording.fieldsRequired(['CSVHeaders']), place)
  }
  if (isCsv || !value.has('InputType')) return
  for (const field of ['CSVHeaderLocation', 'CSVHeaders', 'CSVDelimiter']) {
    if (value.has(field)) report.schema(wording.fieldUnsupported(field), place)
  }
}

export const readerShape = shape({
  Resource: required(both(oneOfResources('getObject', 'listObjectsV2'))),
  Parameters: pathOnly(selection),
  Arguments: jsonataOnly(selection),
  ReaderConfig: both(checkReaderConfig),
  Comment: both(text),
})

/** `ItemReader`. An object that is read needs to be told what it holds. */
export const itemReader: Check = (value, place, visit) => {
  if (!checkShape(readerShape, value, place, visit)) return
  const resource = value.get('Resource')
  const config = value.get('ReaderConfig')
  if (typeof resource !== 'string' || !resource.endsWith(':getObject')) return
  if (config === undefined) return visit.run.report.schema(wording.fieldsRequired(['ReaderConfig']), place)
  if (isJsonObject(config) && !config.has('InputType')) {
    visit.run.report.schema(wording.fieldRequired('InputType'), memberOf(place, 'ReaderConfig'))
  }
}

const sizes: readonly Group[] = [
  { fields: ['MaxItemsPerBatch', 'MaxItemsPerBatchPath'] },
  { fields: ['MaxInputBytesPerBatch', 'MaxInputBytesPerBatchPath'] },
]

export const batcherShape = shape(
  {
    MaxItemsPerBatch: both(orExpression(integer(1))),
    MaxItemsPerBatchPath: pathOnly(reference),
    MaxInputBytesPerBatch: both(orExpression(integer(1, 262_144))),
    MaxInputBytesPerBatchPath: pathOnly(reference),
    BatchInput: both(selection),
    Comment: both(text),
  },
  sizes,
)

/** `ItemBatcher`: without a size there is no batch. */
export const itemBatcher: Check = (value, place, visit) => {
  if (!checkShape(batcherShape, value, place, visit)) return
  const names = sizes.flatMap(({ fields }) => fields)
  if (!names.some((name) => value.has(name))) visit.run.report.schema(wording.exactlyOneOf(names), place)
}

const writerConfig = shape({
  Transformation: both(oneOf('NONE', 'COMPACT', 'FLATTEN')),
  OutputType: both(oneOf('JSON', 'JSONL')),
})

/** `ResultWriter`. */
export const writerShape = shape({
  Resource: both(oneOfResources('putObject')),
  Parameters: pathOnly(selection),
  Arguments: jsonataOnly(selection),
  WriterConfig: both(shaped(writerConfig)),
  Comment: both(text),
})
export const resultWriter: Check = shaped(writerShape)

const longestLabel = 40
const labelCharacters = /^[^\s?*<>{}[\]:;,\\|^~$#%&`"\u0000-\u001f\u007f-\u009f]*$/

/** `Label`: part of the ARNs of the Map's runs, so it must be a name and the only one. */
export const label: Check = (value, place, visit) => {
  if (typeof value !== 'string') return text(value, place, visit)
  const fault = labelFault(value)
  if (fault !== undefined) return visit.run.report.error('INVALID_LABEL_NAME', fault, place)
  if (isNew(value, visit)) return
  visit.run.report.error('DUPLICATE_LABEL_NAME', wording.duplicateLabel(value), place)
}

function labelFault(value: string): string | undefined {
  if (value === '') return wording.empty
  if (value.length > 2 * longestLabel || [...value].length > longestLabel) return wording.labelLength(value)
  return labelCharacters.test(value) ? undefined : wording.labelCharacters(value)
}

function isNew(value: string, { run }: Visit): boolean {
  if (run.labels.has(value)) return false
  run.labels.add(value)
  return true
}
