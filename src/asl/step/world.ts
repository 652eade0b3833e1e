/** What the fields of a state see while they are evaluated: `$`, `$$`, variables, and `$states` of JSONata. */
import { type Json, type JsonText, parseJson, printJson } from '../../base/index.ts'
import type { ValueWorld } from '../compile/value.ts'
import { isWork } from '../machine.ts'
import type { Bindings, Env } from '../ports.ts'
import { printTimestamp } from '../timestamp.ts'
import type { Draft } from './draft.ts'
import type { About, Frame, Visit } from './state.ts'

/** The item of an iteration that is just starting, for its ItemSelector. */
export type Item = { readonly index: number; readonly value: JsonText }

/** A JSON text that is parsed at most once, and not before it is asked for. */
export class Document {
  readonly text: JsonText
  #json: Json | undefined

  constructor(text: JsonText) {
    this.text = text
  }

  json(): Json {
    return (this.#json ??= parseJson(this.text))
  }
}

export type WorldOptions = {
  /** What `$` names. */
  readonly document: JsonText | Document
  readonly result?: JsonText
  readonly errorOutput?: JsonText
  readonly item?: Item
}

export class World implements ValueWorld {
  readonly env: Env
  readonly largest: number
  readonly #document: Document
  readonly #draft: Draft
  readonly #frame: Frame
  readonly #options: WorldOptions
  #context: Json | undefined

  constructor(draft: Draft, frame: Frame, options: WorldOptions) {
    this.env = draft.env
    this.largest = draft.limits.payloadBytes
    this.#document = typeof options.document === 'string' ? new Document(options.document) : options.document
    this.#draft = draft
    this.#frame = frame
    this.#options = options
  }

  get stateName(): string {
    return this.#draft.stateOf(this.#frame).name
  }

  get document(): JsonText {
    return this.#document.text
  }

  input(): Json {
    return this.#document.json()
  }

  context(): Json {
    return (this.#context ??= contextObject(this.#draft, this.#frame, this.#options.item))
  }

  variable(name: string): Json | undefined {
    const text = findVariable(this.#draft, this.#frame, name)
    return text === undefined ? undefined : parseJson(text)
  }

  bindings(): Bindings {
    const context = (): JsonText => printJson(this.context())
    const { result, errorOutput } = this.#options
    return {
      input: this.#draft.visitOf(this.#frame).input,
      get context() {
        return context()
      },
      ...(result === undefined ? {} : { result }),
      ...(errorOutput === undefined ? {} : { errorOutput }),
      variables: variablesInScope(this.#draft, this.#frame),
    }
  }
}

/** Large inputs of executions whose context is read, parsed once for as long as the execution is in memory. */
const executionInputs = new WeakMap<About, Document>()

function executionInput(about: About): Json {
  if (about.input.length < 1024) return parseJson(about.input)
  const known = executionInputs.get(about) ?? new Document(about.input)
  executionInputs.set(about, known)
  return known.json()
}

function findVariable(draft: Draft, frame: Frame, name: string): JsonText | undefined {
  for (let at: Frame | undefined = frame; at !== undefined; at = draft.peek(at.parent)) {
    const text = at.variables?.get(name)
    if (text !== undefined) return text
  }
  return undefined
}

const noVariables: ReadonlyMap<string, JsonText> = new Map()

function variablesInScope(draft: Draft, frame: Frame): ReadonlyMap<string, JsonText> {
  let scopes: ReadonlyMap<string, JsonText>[] = []
  for (let at: Frame | undefined = frame; at !== undefined; at = draft.peek(at.parent)) {
    if (at.variables !== undefined) scopes = [at.variables, ...scopes]
  }
  if (scopes.length < 2) return scopes[0] ?? noVariables
  return new Map(scopes.flatMap((scope) => [...scope]))
}

function contextObject(draft: Draft, frame: Frame, item: Item | undefined): Json {
  const { about } = draft.before
  const context = new Map<string, Json>([
    [
      'Execution',
      new Map<string, Json>([
        ['Id', about.arn],
        ['Input', executionInput(about)],
        ['Name', about.name],
        ['RoleArn', about.roleArn],
        ['StartTime', printTimestamp(about.startedAt)],
        ['RedriveCount', 0],
      ]),
    ],
    [
      'StateMachine',
      new Map<string, Json>([
        ['Id', about.machineArn],
        ['Name', about.machineName],
      ]),
    ],
    ['State', stateContext(draft, frame)],
  ])
  const token = taskToken(draft, frame)
  if (token !== undefined) context.set('Task', new Map([['Token', token]]))
  const at = item ?? iterationItem(draft, frame)
  if (at !== undefined) {
    const member = new Map<string, Json>([
      ['Index', at.index],
      ['Value', parseJson(at.value)],
    ])
    context.set('Map', new Map([['Item', member]]))
  }
  return context
}

function stateContext(draft: Draft, frame: Frame): Json {
  const state = draft.stateOf(frame)
  const visit = draft.visitOf(frame)
  const context = new Map<string, Json>([
    ['Name', state.name],
    ['EnteredTime', printTimestamp(visit.enteredAt)],
  ])
  if (isWork(state)) context.set('RetryCount', visit.attempt)
  return context
}

function taskToken(draft: Draft, frame: Frame): string | undefined {
  const state = draft.stateOf(frame)
  if (state.type !== 'Task') return undefined
  const { resource } = state
  const waits = resource.kind === 'activity' || (resource.kind === 'service' && resource.pattern === 'token')
  return waits ? tokenOf(draft, frame, draft.visitOf(frame)) : undefined
}

const tokenOf = (draft: Draft, frame: Frame, visit: Visit): string =>
  draft.env.token(frame.id, visit.enteredId, visit.attempt)

/** The item of the innermost iteration around a frame. */
function iterationItem(draft: Draft, frame: Frame): Item | undefined {
  for (let at: Frame | undefined = frame; at !== undefined && at.parent !== 0; at = draft.peek(at.parent)) {
    const value = draft.fans.peek(at.parent)?.items[at.index]
    if (value !== undefined) return { index: at.index, value }
  }
  return undefined
}
