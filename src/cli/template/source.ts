/** A template as a team wrote it: YAML with CloudFormation's short tags, or JSON. Lossless, and each place keeps its line. Pure. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
} from 'yaml'
import {
  type Json,
  JsonSyntaxError,
  type JsonObject,
  jsonFromPlain,
  parseJson,
  sourcePlaceOf,
} from '../../base/index.ts'
import { cliError } from '../errors.ts'

/** Where something stands: member names and item numbers from the root. */
export type Path = readonly (string | number)[]

export type Source = {
  readonly value: Json
  /** `template.yaml:12:5` of the innermost thing on the path that is there. */
  placeOf(path: Path): string
}

/** Aliases may multiply: no template of a person comes near. */
const maxNodes = 500_000
/** An anchor that holds itself ends here, before the stack does. */
const maxDepth = 500

/** @throws HoldfastError cli.file_invalid */
export function readSource(file: string, text: string): Source {
  return /^\s*[{[]/.test(text) && !/\.ya?ml$/i.test(file) ? readJsonSource(file, text) : readYamlSource(file, text)
}

function readJsonSource(file: string, text: string): Source {
  try {
    const value = parseJson(text)
    return { value, placeOf: (path) => jsonPlace(file, text, path) }
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause
    throw cliError('cli.file_invalid', `${file} is no JSON: ${cause.reason}`, {
      place: `${file}:${cause.line}:${cause.column}`,
      cause,
    })
  }
}

function jsonPlace(file: string, text: string, path: Path): string {
  const location = path.map((step) => (typeof step === 'number' ? `[${step}]` : `/${step}`)).join('')
  const { line, column } = sourcePlaceOf(text, location)
  return `${file}:${line}:${column}`
}

function readYamlSource(file: string, text: string): Source {
  const { document, lineCounter } = parseYaml(text)
  const [fault] = document.errors
  if (fault !== undefined) {
    const { line, col } = lineCounter.linePos(fault.pos[0])
    const [reason = ''] = fault.message.split(/ at line \d/)
    throw cliError('cli.file_invalid', `${file} is no YAML: ${reason}`, {
      place: `${file}:${line}:${col}`,
      cause: fault,
    })
  }
  const reader = new YamlReader(document, file)
  const root = document.contents
  return {
    value: reader.read(root),
    placeOf(path) {
      const { line, col } = lineCounter.linePos(nodeAt(root, path)?.range?.[0] ?? 0)
      return `${file}:${line}:${col}`
    },
  }
}

/** Of equal keys the last wins, as in CloudFormation. */
function parseYaml(text: string) {
  const parse = (given: string) => {
    const lineCounter = new LineCounter()
    const document = parseDocument(given, { lineCounter, logLevel: 'silent', merge: false, uniqueKeys: false })
    return { document, lineCounter }
  }
  const read = parse(text)
  if (read.document.errors.length === 0) return read
  // CloudFormation takes a closing bracket at the left of what it closes; YAML itself does not. Lines stay as they are.
  const mended = parse(indentBrackets(text))
  return mended.document.errors.length === 0 ? mended : read
}

function indentBrackets(text: string): string {
  let indent = ''
  return text
    .split('\n')
    .map((line) => {
      const [, spaces = '', rest = ''] = /^(\s*)(.*)$/.exec(line) ?? []
      if (/^[}\]]/.test(rest) && spaces.length < indent.length) return indent + rest
      if (rest !== '') indent = spaces
      return line
    })
    .join('\n')
}

class YamlReader {
  readonly #document: Document
  readonly #file: string
  #nodes = 0
  #depth = 0

  constructor(document: Document, file: string) {
    this.#document = document
    this.#file = file
  }

  read(node: unknown): Json {
    this.#depth++
    try {
      return this.#read(node)
    } finally {
      this.#depth--
    }
  }

  #read(node: unknown): Json {
    if (++this.#nodes > maxNodes || this.#depth > maxDepth) {
      throw cliError('cli.file_invalid', `${this.#file} grows without end: an anchor holds itself, or too many aliases`)
    }
    if (isAlias(node)) return this.read(node.resolve(this.#document) ?? null)
    const plain = this.#untagged(node)
    const tag = isMap(node) || isSeq(node) || isScalar(node) ? node.tag : undefined
    return tag === undefined || !/^![A-Za-z]/.test(tag) ? plain : longForm(tag.slice(1), plain)
  }

  #untagged(node: unknown): Json {
    if (isMap(node)) {
      const entries = node.items.map(({ key, value }) => [keyText(key), this.read(value)] as const)
      return new Map(entries)
    }
    if (isSeq(node)) return node.items.map((item) => this.read(item))
    return isScalar(node) ? scalarValue(node) : null
  }
}

/** `!Sub x` is `{"Fn::Sub": x}`; two have no prefix, and one splits its text. */
function longForm(name: string, value: Json): JsonObject {
  if (name === 'Ref' || name === 'Condition') return new Map([[name, value]])
  if (name !== 'GetAtt' || typeof value !== 'string') return new Map([[`Fn::${name}`, value]])
  const dot = value.indexOf('.')
  return new Map([['Fn::GetAtt', dot < 0 ? [value] : [value.slice(0, dot), value.slice(dot + 1)]]])
}

function scalarValue({ value, source, type }: Scalar): Json {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
  const isNumeral = type === 'PLAIN' && source !== undefined && /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(source)
  if (isNumeral) return parseJson(source)
  return jsonFromPlain(typeof value === 'bigint' ? Number(value) : value)
}

function keyText(key: unknown): string {
  if (!isScalar(key)) return String(key)
  return key.source ?? String(key.value)
}

/** Short tags have no level of their own in YAML, so the names of functions on the path lead nowhere. */
function nodeAt(root: Node | null, path: Path): Node | undefined {
  let node: Node | null = root
  for (const step of path) {
    const next: unknown = isMap(node)
      ? node.items.find(({ key }) => keyText(key) === step)?.value
      : isSeq(node)
        ? node.items[Number(step)]
        : undefined
    if (isMap(next) || isSeq(next) || isScalar(next)) node = next
    else if (!isFunctionName(step)) break
  }
  return node ?? undefined
}

const isFunctionName = (step: string | number): boolean =>
  typeof step === 'string' && /^(Fn::|Ref$|Condition$)/.test(step)
