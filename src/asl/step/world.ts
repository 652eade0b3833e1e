/** What the fields of a state see while they are evaluated: `$`, `$$`, variables, and `$states` of JSONata. */
import { type Json, type JsonText, parseJson, printJson } from '../../base/index.ts'
import type { ValueWorld } from '../compile/value.ts'
import type { Bindings, Env } from '../ports.ts'
import { printTimestamp } from '../timestamp.ts'
import type { Draft } from './draft.ts'
import type { Frame, Visit } from './state.ts'

/** The item of an iteration that is just starting, for its ItemSelector. */
export type Item = { readonly index: number; readonly value: JsonText }

export type WorldOptions = {
  /** What `$` names. */
  readonly document: JsonText
  readonly result?: JsonText
  readonly errorOutput?: JsonText
  readonly item?: Item
}

export class World implements ValueWorld {
  readonly env: Env
  readonly document: JsonText
  readonly #draft: Draft
  readonly #frame: Frame
  readonly #options: WorldOptions
  #input: Json | undefined
  #context: Json | undefined

  constructor(draft: Draft, frame: Frame, options: WorldOptions) {
    this.env = draft.env
    this.document = options.document
    this.#draft = draft
    this.#frame = frame
    this.#options = options
  }

  input(): Json {
    return (this.#input ??= parseOnce(this.document))
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

/** The last large document parsed: the iterations of a Map read the same one again and again. Only saves time. */
let lastLarge: { readonly text: JsonText; readonly json: Json } | undefined

function parseOnce(text: JsonText): Json {
  if (text.length < 1024) return parseJson(text)
  if (lastLarge?.text !== text) lastLarge = { text, json: parseJson(text) }
  return lastLarge.json
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
        ['Input', parseOnce(about.input)],
        ['Name', about.name],
        ['RoleArn', about.roleArn],
        ['StartTime', printTimestamp(about.startedAt)],
        ['RedriveCount', 0],
      ]),
    ],
    ['StateMachine', new Map<string, Json>([['Id', about.machineArn], ['Name', about.machineName]])],
    ['State', stateContext(draft, frame)],
  ])
  const token = taskToken(draft, frame)
  if (token !== undefined) context.set('Task', new Map([['Token', token]]))
  const at = item ?? iterationItem(draft, frame)
  if (at !== undefined) {
    const member = new Map<string, Json>([['Index', at.index], ['Value', parseJson(at.value)]])
    context.set('Map', new Map([['Item', member]]))
  }
  return context
}

function stateContext(draft: Draft, frame: Frame): Json {
  const state = draft.stateOf(frame)
  const visit = draft.visitOf(frame)
  const context = new Map<string, Json>([['Name', state.name], ['EnteredTime', printTimestamp(visit.enteredAt)]])
  const retriable = state.type === 'Task' || state.type === 'Parallel' || state.type === 'Map'
  if (retriable) context.set('RetryCount', visit.attempt)
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
    const value = draft.peekFan(at.parent)?.items[at.index]
    if (value !== undefined) return { index: at.index, value }
  }
  return undefined
}
