/** What the fields of a state see while they are evaluated: `$`, `$$`, variables, and `$states` of JSONata. */
import { type Json, type JsonText, parseJson } from '../../base/index.ts'
import type { ValueWorld } from '../compile/value.ts'
import type { Bindings, Env } from '../ports.ts'
import { type ContextObject, contextOf, type Item } from './context.ts'
import { type Draft, effortOf } from './draft.ts'
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
  #context: ContextObject | undefined
  #isRead = false

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
    if (!this.#isRead) this.#draft.spend(effortOf.payload(this.#document.text))
    this.#isRead = true
    return this.#document.json()
  }

  context(): Json {
    return this.#contexts().json()
  }

  #contexts(): ContextObject {
    return (this.#context ??= contextOf(this.#draft, this.#frame, this.#options.item))
  }

  variable(name: string): Json | undefined {
    const scope = scopeOf(this.#draft, this.#frame, name)
    return scope && readVariable(scope, name)
  }

  bindings(): Bindings {
    this.#draft.spend(effortOf.evaluation)
    const contexts = (): ContextObject => this.#contexts()
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

type Variables = ReadonlyMap<string, JsonText>

/** The innermost scope that has set a variable. */
function scopeOf(draft: Draft, frame: Frame, name: string): Variables | undefined {
  for (let at: Frame | undefined = frame; at !== undefined; at = draft.peek(at.parent)) {
    if (at.variables?.has(name)) return at.variables
  }
  return undefined
}

/** Large variables, parsed once for as long as their scope keeps them: every iteration of a Map may read the same one. */
const largeVariables = new WeakMap<Variables, Map<string, Document>>()

function readVariable(scope: Variables, name: string): Json {
  const text = scope.get(name) ?? 'null'
  if (text.length < 1024) return parseJson(text)
  const documents = largeVariables.get(scope) ?? new Map<string, Document>()
  largeVariables.set(scope, documents)
  const document = documents.get(name) ?? new Document(text)
  documents.set(name, document)
  return document.json()
}

const noVariables: Variables = new Map()

function variablesInScope(draft: Draft, frame: Frame): Variables {
  let scopes: Variables[] = []
  for (let at: Frame | undefined = frame; at !== undefined; at = draft.peek(at.parent)) {
    if (at.variables !== undefined) scopes = [at.variables, ...scopes]
  }
  if (scopes.length < 2) return scopes[0] ?? noVariables
  return new Map(scopes.flatMap((scope) => [...scope]))
}
