/** What may be typed at a place of a definition: fields, names of states, resources, errors. Pure. */
import type { SyntaxNode, Tree } from '@lezer/common'
import { fieldNames, knownResources, type ObjectKind, stateTypes } from '../../../../asl/index.ts'
import { keyOf, memberText, type Path, pathAt, type Span, statesIn, textOf } from './places.ts'

export type Offer = { readonly label: string; readonly kind: 'field' | 'state' | 'resource' | 'error' | 'word' }
/** What stands there already is replaced. */
export type Offers = Span & { readonly offers: readonly Offer[]; readonly isName: boolean }

type Language = 'JSONPath' | 'JSONata'

/** Undefined where nothing is known. */
export function offersAt(tree: Tree, text: string, at: number): Offers | undefined {
  const node = tree.resolveInner(at, -1)
  if (isNamePlace(node)) return namesAt(tree, text, node, at)
  if (node.name !== 'String') return undefined
  const path = pathAt(tree, text, at)
  const offers = valuesFor(path, tree, text, node)
  return offers.length === 0 ? undefined : { from: node.from + 1, to: insideEnd(node, text), offers, isName: false }
}

/** In the name of a member, or where one could begin. */
function isNamePlace(node: SyntaxNode): boolean {
  if (node.name === 'PropertyName') return true
  if (node.name === 'Object' || node.name === '{') return true
  return node.type.isError && node.parent?.name === 'Object'
}

function namesAt(tree: Tree, text: string, node: SyntaxNode, at: number): Offers | undefined {
  const object = enclosing(node, 'Object')
  if (object === null) return undefined
  const path = pathAt(tree, text, object.from + 1)
  const kind = kindOf(path, object, text)
  if (kind === undefined) return undefined
  const taken = new Set(object.getChildren('Property').flatMap((one) => keyOf(one, text) ?? []))
  const isInName = node.name === 'PropertyName'
  if (isInName) taken.delete(textOf(node, text))
  const language = languageAt(object, text)
  const offers = fieldNames(kind, language)
    .filter((name) => !taken.has(name))
    .map((label): Offer => ({ label, kind: 'field' }))
  const span = isInName ? { from: node.from, to: node.to } : { from: at, to: at }
  return { ...span, offers, isName: true }
}

const parts: Readonly<Record<string, ObjectKind>> = {
  ItemProcessor: 'processor',
  Iterator: 'processor',
  ProcessorConfig: 'processorConfig',
  ItemReader: 'reader',
  ReaderConfig: 'readerConfig',
  ItemBatcher: 'batcher',
  ResultWriter: 'writer',
  Not: 'nestedRule',
}
const items: Readonly<Record<string, ObjectKind>> = {
  Branches: 'branch',
  Retry: 'retrier',
  Catch: 'catcher',
  Choices: 'rule',
  And: 'nestedRule',
  Or: 'nestedRule',
}

/** What kind of object stands at the path; undefined of a user's own data. */
export function kindOf(path: Path, object: SyntaxNode, text: string): ObjectKind | undefined {
  const [last, before] = [path.at(-1), path.at(-2)]
  if (last === undefined) return 'machine'
  if (isOwnData(path)) return undefined
  if (before === 'States' && typeof last === 'string') {
    const type = memberText(object, 'Type', text)
    // Before it has a type, everything that any state may have.
    return stateTypes.find((known) => known === type) ?? 'Task'
  }
  if (typeof last === 'number') return typeof before === 'string' ? items[before] : undefined
  return parts[last]
}

/** Inside of a member that holds what the author likes. */
const isOwnData = (path: Path): boolean =>
  path.some(
    (step, index) =>
      typeof step === 'string' &&
      /^(Parameters|Arguments|Result|ResultSelector|Assign|Output|ItemSelector|BatchInput)$/.test(step) &&
      path[index - 1] !== 'States',
  )

function languageAt(object: SyntaxNode, text: string): Language {
  for (let node: SyntaxNode | null = object; node !== null; node = node.parent) {
    const said = node.name === 'Object' ? memberText(node, 'QueryLanguage', text) : undefined
    if (said !== undefined) return said === 'JSONata' ? 'JSONata' : 'JSONPath'
  }
  return 'JSONPath'
}

const errorNames = [
  'States.ALL',
  'States.TaskFailed',
  'States.Timeout',
  'States.HeartbeatTimeout',
  'States.DataLimitExceeded',
  'States.QueryEvaluationError',
  'States.ParameterPathFailure',
  'States.Permissions',
  'States.ItemReaderFailed',
  'States.ResultWriterFailed',
  'States.ExceedToleratedFailureThreshold',
  'Lambda.ServiceException',
  'Lambda.TooManyRequestsException',
]

const words: Readonly<Record<string, readonly string[]>> = {
  Type: stateTypes,
  QueryLanguage: ['JSONPath', 'JSONata'],
  JitterStrategy: ['FULL', 'NONE'],
  Mode: ['INLINE', 'DISTRIBUTED'],
  ExecutionType: ['STANDARD', 'EXPRESS'],
  InputType: ['CSV', 'JSON', 'JSONL', 'PARQUET', 'MANIFEST'],
}

function valuesFor(path: Path, tree: Tree, text: string, node: SyntaxNode): readonly Offer[] {
  const [last, before] = [path.at(-1), path.at(-2)]
  if (isOwnData(path)) return []
  if (last === 'Next' || last === 'Default' || last === 'StartAt') {
    return siblingStates(tree, text, node).map((label) => ({ label, kind: 'state' }))
  }
  if (last === 'Resource') return knownResources.map((label) => ({ label, kind: 'resource' }))
  if (before === 'ErrorEquals') return errorNames.map((label) => ({ label, kind: 'error' }))
  return (typeof last === 'string' ? (words[last] ?? []) : []).map((label) => ({ label, kind: 'word' }))
}

/** The states that may follow: those of the same scope. */
function siblingStates(tree: Tree, text: string, node: SyntaxNode): readonly string[] {
  const scope = scopeAround(node, text)
  return statesIn(tree, text)
    .filter(({ from }) => scope !== undefined && sameNode(scopeAround(tree.resolveInner(from, 1), text), scope))
    .map(({ name }) => name)
}

/** The object whose `States` hold it, or that holds `StartAt` itself. */
function scopeAround(node: SyntaxNode, text: string): SyntaxNode | undefined {
  for (let at: SyntaxNode | null = node; at !== null; at = at.parent) {
    const hasStates =
      at.name === 'Object' && at.getChildren('Property').some((property) => keyOf(property, text) === 'States')
    if (hasStates) return at
  }
  return undefined
}

const sameNode = (a: SyntaxNode | undefined, b: SyntaxNode): boolean => a?.from === b.from && a.to === b.to

function enclosing(node: SyntaxNode, name: string): SyntaxNode | null {
  let at: SyntaxNode | null = node
  while (at !== null && at.name !== name) at = at.parent
  return at
}

/** Without the closing quote, when there is one. */
const insideEnd = ({ from, to }: Span, text: string): number => (to > from + 1 && text[to - 1] === '"' ? to - 1 : to)
