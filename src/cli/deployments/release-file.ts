/** A release file, JSON or YAML: what it says, and where in its text each member stands. */
import { dirname, resolve } from 'node:path'
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { JsonSyntaxError, parseJson, plainFromJson, type SourcePlace, sourcePlaceOf } from '../../base/index.ts'
import type { ReleaseFault } from '../../deploy/index.ts'
import { cliError } from '../errors.ts'
import { readText } from '../files.ts'
import { icon, printable } from '../paint.ts'
import { ReportedError, type ReportStyle } from '../reported-error.ts'
import { wrap } from '../width.ts'
import type { World } from '../world.ts'

export type ReleaseFile = {
  /** As the person named it. */
  readonly name: string
  /** Folders in it are relative to this one. */
  readonly folder: string
  readonly document: Members
  /** `services.web.instances` → where it stands, or the innermost member around it that is there. */
  placeOf(place: string): SourcePlace
}

export type Members = Readonly<Record<string, unknown>>

/** `-` is standard input. @throws HoldfastError cli.file_unreadable, cli.release_invalid */
export async function readReleaseFile(world: World, path: string): Promise<ReleaseFile> {
  const text = await readText(world, path)
  const name = path === '-' ? 'standard input' : path
  const folder = path === '-' ? world.workingFolder : dirname(resolve(world.workingFolder, path))
  const isJson = /\.json$/i.test(path) || /^\s*[{[]/.test(text)
  const { value, placeOf } = isJson ? readJson(name, text) : readYaml(name, text)
  if (!isMembers(value))
    throw invalidAt(name, { line: 1, column: 1 }, 'A release file holds members, such as "project"')
  return { name, folder, document: value, placeOf: (place) => placeOf(pathIn(value, place)) }
}

/** Every fault with its line, as compilers tell them. */
export function faultyRelease(file: ReleaseFile, faults: readonly ReleaseFault[]): ReportedError {
  const lines = faults
    .map(({ place, message }) => ({ ...file.placeOf(place), place, message: inPlainWords(message) }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
  const report = ({ paint, width }: ReportStyle): string => {
    const count = `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`
    return [
      paint.state('failed', `${file.name}: ${count}`),
      ...lines.flatMap(({ line, column, place, message }) => [
        `  ${paint.tone('failed', icon('failed'))} ${paint.bold(printable(`${file.name}:${line}:${column}`))}  ${printable(place)}`,
        `    ${wrap(printable(message), width - 4).join('\n    ')}`,
      ]),
    ].join('\n')
  }
  const [first] = lines
  const told = lines.map(({ line, column, place, message }) => `${line}:${column} ${place}: ${message}`).join('; ')
  return new ReportedError('cli.release_invalid', `${file.name} is no valid release: ${told}`, report, {
    kind: 'invalid',
    place: first === undefined ? file.name : `${file.name}:${first.line}:${first.column}`,
  })
}

/** YAML makes numbers and truth values of what looks like them. */
const inPlainWords = (message: string): string =>
  message.replace(/^Invalid input: (expected string, received (?:number|boolean))$/, '$1: put it in quotes')

type Read = { readonly value: unknown; placeOf(path: Path): SourcePlace }
type Path = readonly (string | number)[]

function readJson(name: string, text: string): Read {
  try {
    const value = plainFromJson(parseJson(text))
    const locationOf = (path: Path): string =>
      path.map((step) => (typeof step === 'number' ? `[${step}]` : `/${step}`)).join('')
    return { value, placeOf: (path) => sourcePlaceOf(text, locationOf(path)) }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    throw invalidAt(name, error, error.reason)
  }
}

function readYaml(name: string, text: string): Read {
  const lines = new LineCounter()
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' })
  const [fault] = parsed.errors
  if (fault !== undefined) throw invalidAt(name, placeAt(lines, fault.pos[0]), fault.message)
  try {
    const value: unknown = parsed.toJS({ maxAliasCount: 100 })
    return { value, placeOf: (path) => placeAt(lines, offsetOf(parsed, path)) }
  } catch (error) {
    throw invalidAt(name, { line: 1, column: 1 }, error instanceof Error ? error.message : String(error))
  }
}

const placeAt = (lines: LineCounter, offset: number): SourcePlace => {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

/** Of the member that the path leads to; of the innermost one around it where it is not there. */
function offsetOf(parsed: Document, path: Path): number {
  let found = 0
  let node: unknown = parsed.contents
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step)
      if (pair === undefined) return found
      found = startOf(pair.key) ?? found
      node = pair.value
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step]
      found = startOf(node) ?? found
    } else return found
  }
  return found
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? (node satisfies Node).range?.[0] : undefined
}

/** Names may hold dots, as those of `metadata` do: of several readings the longest name that is there wins. */
function pathIn(value: unknown, place: string): Path {
  if (place === '') return []
  const names = Array.isArray(value) ? value.keys().map(String).toArray() : isMembers(value) ? Object.keys(value) : []
  const name = names
    .filter((one) => place === one || place.startsWith(`${one}.`))
    .toSorted((a, b) => b.length - a.length)[0]
  if (name === undefined) return []
  const step = Array.isArray(value) ? Number(name) : name
  const inner: unknown = Array.isArray(value) ? value[Number(name)] : isMembers(value) ? value[name] : undefined
  return [step, ...pathIn(inner, place.slice(name.length + 1))]
}

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalidAt(name: string, { line, column }: SourcePlace, reason: string) {
  return cliError('cli.release_invalid', `${name}:${line}:${column}: ${reason}`, {
    place: `${name}:${line}:${column}`,
    accepted: 'a release file in JSON or YAML',
    repair: 'holdfast init writes one for the app in a folder',
  })
}
