/** What the fields of a state see while they are evaluated: `$`, `$$`, variables, and `$states` of JSONata. */
import { type Json, type JsonText, parseJson } from '../../base/index.ts'
import type { ValueWorld } from '../compile/value.ts'
import type { Bindings, Env } from '../ports.ts'
import { Context, type Item } from './context.ts'
import type { Draft } from './draft.ts'
import type { Frame } from './state.ts'

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
  #context: Context | undefined

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
    return this.#contexts().json()
  }

  #contexts(): Context {
    return (this.#context ??= new Context(this.#draft, this.#frame, this.#options.item))
  }

  variable(name: string): Json | undefined {
    const text = findVariable(this.#draft, this.#frame, name)
    return text === undefined ? undefined : parseJson(text)
  }

  bindings(): Bindings {
    const contexts = (): Context => this.#contexts()
    const { result, errorOutput } = this.#options
    return {
      input: this.#draft.visitOf(this.#frame).input,
      get context() {
        return contexts().text()
      },
      get contextMembers() {
        return contexts().texts()
      },
      ...(result === undefined ? {} : { result }),
      ...(errorOutput === undefined ? {} : { errorOutput }),
      variables: variablesInScope(this.#draft, this.#frame),
    }
  }
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
