/** The states of a definition and what leads from one to the next, for drawing. Tolerant: it draws what it understands. */
import { isJsonArray, isJsonObject, type Json, type JsonObject, printJson } from '../base/index.ts'

/** One `States` object. */
export type Graph = {
  readonly startAt: string
  /** In the order of the text. */
  readonly nodes: readonly GraphNode[]
}

export type GraphNode = {
  readonly name: string
  /** `Task`, `Map`, …; `?` when the definition does not say. */
  readonly type: string
  /** What it does, in few words: the resource of a Task, how long a Wait. */
  readonly summary: string
  readonly ends: boolean
  readonly edges: readonly GraphEdge[]
  /** Branches of a Parallel, the processor of a Map. */
  readonly scopes: readonly { readonly label: string; readonly graph: Graph }[]
}

export type GraphEdge = {
  readonly kind: 'next' | 'choice' | 'default' | 'catch'
  readonly to: string
  /** The condition of a choice, the errors of a catcher. */
  readonly label: string
}

/** `definition` is a parsed state machine, a branch or an item processor. */
export function graphOf(definition: Json): Graph {
  const scope = objectOf(definition)
  const nodes = [...objectOf(scope.get('States'))].map(([name, state]) => nodeOf(name, objectOf(state)))
  return { startAt: textOf(scope.get('StartAt')), nodes }
}

function nodeOf(name: string, state: JsonObject): GraphNode {
  const type = textOf(state.get('Type')) || '?'
  return {
    name,
    type,
    summary: summaryOf(type, state),
    ends: state.get('End') === true || type === 'Succeed' || type === 'Fail',
    edges: edgesOf(state),
    scopes: scopesOf(state),
  }
}

function edgesOf(state: JsonObject): GraphEdge[] {
  const next = textOf(state.get('Next'))
  const otherwise = textOf(state.get('Default'))
  return [
    ...itemsOf(state.get('Choices')).map((rule) => choiceEdge(objectOf(rule))),
    ...(otherwise === '' ? [] : [{ kind: 'default' as const, to: otherwise, label: 'otherwise' }]),
    ...(next === '' ? [] : [{ kind: 'next' as const, to: next, label: '' }]),
    ...itemsOf(state.get('Catch')).map((catcher) => catchEdge(objectOf(catcher))),
  ]
}

function choiceEdge(rule: JsonObject): GraphEdge {
  const condition = rule.get('Condition')
  const label = condition === undefined ? conditionOf(rule) : insideBraces(plainText(condition))
  return { kind: 'choice', to: textOf(rule.get('Next')), label }
}

function catchEdge(catcher: JsonObject): GraphEdge {
  return {
    kind: 'catch',
    to: textOf(catcher.get('Next')),
    label: itemsOf(catcher.get('ErrorEquals')).map(plainText).join(', '),
  }
}

/** A JSONPath rule in one line: `$.total NumericGreaterThan 100`. */
function conditionOf(rule: JsonObject): string {
  const not = rule.get('Not')
  if (not !== undefined) return `not (${conditionOf(objectOf(not))})`
  for (const [word, joint] of [
    ['And', ' and '],
    ['Or', ' or '],
  ] as const) {
    const parts = rule.get(word)
    if (parts !== undefined)
      return itemsOf(parts)
        .map((part) => `(${conditionOf(objectOf(part))})`)
        .join(joint)
  }
  const comparison = [...rule].find(([key]) => !notAComparison.has(key))
  return [
    textOf(rule.get('Variable')),
    ...(comparison === undefined ? [] : [comparison[0], printJson(comparison[1])]),
  ].join(' ')
}

const notAComparison = new Set(['Variable', 'Next', 'Comment', 'Assign', 'Output'])

function scopesOf(state: JsonObject): GraphNode['scopes'] {
  const branches = itemsOf(state.get('Branches'))
  const processor = state.get('ItemProcessor') ?? state.get('Iterator')
  return [
    ...branches.map((branch, i) => ({ label: `branch ${i + 1}`, graph: graphOf(branch) })),
    ...(processor === undefined ? [] : [{ label: itemLabel(state, objectOf(processor)), graph: graphOf(processor) }]),
  ]
}

function itemLabel(state: JsonObject, processor: JsonObject): string {
  if (!isDistributed(processor)) return 'each item'
  const kind = objectOf(processor.get('ProcessorConfig')).get('ExecutionType') === 'EXPRESS' ? 'an express' : 'an'
  const what = state.get('ItemBatcher') === undefined ? 'each item' : 'each batch of items'
  return `${what}, ${kind} execution of its own`
}

const isDistributed = (processor: JsonObject): boolean =>
  objectOf(processor.get('ProcessorConfig')).get('Mode') === 'DISTRIBUTED'

function summaryOf(type: string, state: JsonObject): string {
  const retries = itemsOf(state.get('Retry')).length
  return [doingOf(type, state), retries > 0 ? `retries ${retriedErrors(state)}` : '']
    .filter((part) => part !== '')
    .join(', ')
}

function doingOf(type: string, state: JsonObject): string {
  switch (type) {
    case 'Task':
      return resourceOf(textOf(state.get('Resource')), objectOf(state.get('Parameters') ?? state.get('Arguments')))
    case 'Fail':
      return plainText(state.get('Error') ?? state.get('ErrorPath') ?? '')
    case 'Wait':
      return waitOf(state)
    case 'Map':
      return itemsFromAndTo(state)
    default:
      return ''
  }
}

/** `items of s3:getObject (CSV), results to s3:putObject`; nothing of a Map over items of its state. */
function itemsFromAndTo(state: JsonObject): string {
  const reader = objectOf(state.get('ItemReader'))
  const [from, to] = [reader, objectOf(state.get('ResultWriter'))].map((end) => textOf(end.get('Resource')))
  const type = textOf(objectOf(reader.get('ReaderConfig')).get('InputType'))
  return [
    from === '' || from === undefined ? '' : `items of ${resourceOf(from, empty)}${type === '' ? '' : ` (${type})`}`,
    to === '' || to === undefined ? '' : `results to ${resourceOf(to, empty)}`,
  ]
    .filter((part) => part !== '')
    .join(', ')
}

/** `lambda order`, `task order.charge` (a task function of the procedure order), `activity approve`, `sqs:sendMessage`: ARNs say much that a drawing need not. */
function resourceOf(arn: string, parameters: JsonObject): string {
  const [, kind, name] = /^arn:[^:]*:(?:lambda|states):[^:]+:[^:]*:(function|activity):(.+)$/.exec(arn) ?? []
  if (kind === undefined || name === undefined) return arn.replace(/^arn:[^:]*:states:::/, '')
  const task = textOf(parameters.get('Task'))
  if (kind === 'function') return task === '' ? `lambda ${name}` : `task ${name}.${task}`
  return `${kind} ${name}`
}

function waitOf(state: JsonObject): string {
  const [key, value] = [...state].find(([name]) => /^(Seconds|Timestamp)(Path)?$/.test(name)) ?? []
  if (key === undefined || value === undefined) return ''
  if (key === 'Seconds' && typeof value === 'number') return `${value} s`
  return `${key.startsWith('Timestamp') ? 'until ' : ''}${insideBraces(plainText(value))}`
}

function retriedErrors(state: JsonObject): string {
  const errors = itemsOf(state.get('Retry')).flatMap((retrier) => itemsOf(objectOf(retrier).get('ErrorEquals')))
  return errors.map(plainText).join(', ')
}

/** `{% … %}` without its braces. */
function insideBraces(text: string): string {
  return /^\{%\s*(.*?)\s*%\}$/s.exec(text)?.[1] ?? text
}

const empty: JsonObject = new Map()

const objectOf = (value: Json | undefined): JsonObject => (value !== undefined && isJsonObject(value) ? value : empty)
const itemsOf = (value: Json | undefined): readonly Json[] => (value !== undefined && isJsonArray(value) ? value : [])
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const plainText = (value: Json): string => (typeof value === 'string' ? value : printJson(value))
