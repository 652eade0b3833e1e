/** The context object (`$$`, `$states.context`): whole as a value, and member by member as text. */
import { type Json, type JsonObject, type JsonText, parseJson, printJson } from '../../base/index.ts'
import { isWork } from '../machine.ts'
import { printTimestamp } from '../timestamp.ts'
import type { Draft } from './draft.ts'
import type { About, ExecutionState, Frame, Redriven, Visit } from './state.ts'

/** The item of an iteration that is just starting, for its ItemSelector. */
export type Item = {
  readonly index: number
  readonly value: JsonText
  /** Of a member of an object. */
  readonly key?: string
  /** Of a distributed Map: where the item comes from. */
  readonly source?: string
}

/** The context object as the fields of a state see it. */
export interface ContextObject {
  json(): Json
  /** Its members by name. */
  texts(): ReadonlyMap<string, JsonText>
  text(): JsonText
}

/** The execution's own context, or the one that a test of a single state was given. */
export function contextOf(draft: Draft, frame: Frame, item: Item | undefined): ContextObject {
  const given = draft.env.context
  return given === undefined ? new Context(draft, frame, item) : new GivenContext(given, item)
}

class GivenContext implements ContextObject {
  readonly #members: JsonObject

  constructor(given: JsonObject, item: Item | undefined) {
    this.#members = item === undefined ? given : new Map([...given, ['Map', mapMember(item)]])
  }

  json(): Json {
    return this.#members
  }

  texts(): ReadonlyMap<string, JsonText> {
    return new Map([...this.#members].map(([name, member]) => [name, printJson(member)]))
  }

  text(): JsonText {
    return printJson(this.#members)
  }
}

class Context implements ContextObject {
  readonly #execution: ExecutionContext
  readonly #members: ReadonlyMap<string, Json>
  #json: Json | undefined
  #texts: ReadonlyMap<string, JsonText> | undefined

  constructor(draft: Draft, frame: Frame, item: Item | undefined) {
    this.#execution = executionContext(draft.before)
    this.#members = membersOf(draft, frame, item)
  }

  json(): Json {
    return (this.#json ??= new Map([['Execution', this.#execution.json()], ...this.#members]))
  }

  /** By name; that of the execution, which may be large, is made once. */
  texts(): ReadonlyMap<string, JsonText> {
    return (this.#texts ??= new Map([
      ['Execution', this.#execution.text()],
      ...[...this.#members].map(([name, member]) => [name, printJson(member)] as const),
    ]))
  }

  text(): JsonText {
    return `{${[...this.texts()].map(([name, text]) => `"${name}":${text}`).join(',')}}`
  }
}

type Executed = Pick<ExecutionState, 'about' | 'redriven'>

/** What is the same in all contexts of one execution. */
class ExecutionContext {
  readonly #about: About
  readonly redriven: Redriven | undefined
  #json: Json | undefined
  #text: JsonText | undefined

  constructor({ about, redriven }: Executed) {
    this.#about = about
    this.redriven = redriven
  }

  json(): Json {
    const about = this.#about
    return (this.#json ??= new Map<string, Json>([
      ['Id', about.arn],
      ['Input', parseJson(about.input)],
      ['Name', about.name],
      ['RoleArn', about.roleArn],
      ['StartTime', printTimestamp(about.startedAt)],
      ['RedriveCount', this.redriven?.count ?? 0],
      ...(this.redriven === undefined ? [] : [['RedriveTime', printTimestamp(this.redriven.at)] as const]),
    ]))
  }

  text(): JsonText {
    return (this.#text ??= printJson(this.json()))
  }
}

/** Of executions with a large input, for as long as they are in memory; small ones are made anew, or sleepers would cost more. */
const largeExecutions = new WeakMap<About, ExecutionContext>()

function executionContext(execution: Executed): ExecutionContext {
  const { about, redriven } = execution
  if (about.input.length < 1024) return new ExecutionContext(execution)
  const known = largeExecutions.get(about)
  const context =
    known !== undefined && known.redriven?.count === redriven?.count ? known : new ExecutionContext(execution)
  largeExecutions.set(about, context)
  return context
}

function membersOf(draft: Draft, frame: Frame, item: Item | undefined): ReadonlyMap<string, Json> {
  const { about } = draft.before
  const members = new Map<string, Json>([
    ['StateMachine', object({ Id: about.machineArn, Name: about.machineName })],
    ['State', stateMember(draft, frame)],
  ])
  const token = taskToken(draft, frame)
  if (token !== undefined) members.set('Task', object({ Token: token }))
  const at = item ?? iterationItem(draft, frame)
  if (at !== undefined) members.set('Map', mapMember(at))
  return members
}

function mapMember({ index, value, key, source }: Item): Json {
  return object({
    Item: object({
      Index: index,
      Value: parseJson(value),
      ...(key === undefined ? {} : { Key: key }),
      ...(source === undefined ? {} : { Source: source }),
    }),
  })
}

const object = (members: Readonly<Record<string, Json>>): Json => new Map(Object.entries(members))

function stateMember(draft: Draft, frame: Frame): Json {
  const state = draft.stateOf(frame)
  const visit = draft.visitOf(frame)
  const times = { Name: state.name, EnteredTime: printTimestamp(visit.enteredAt) }
  return object(isWork(state) ? { ...times, RetryCount: retriesOf(visit) } : times)
}

/** Retries since the visit or its last redrive began. */
const retriesOf = ({ retries }: Visit): number => retries?.reduce((sum, count) => sum + count, 0) ?? 0

function taskToken(draft: Draft, frame: Frame): string | undefined {
  const state = draft.stateOf(frame)
  if (state.type !== 'Task') return undefined
  const { resource } = state
  const waits = resource.kind === 'activity' || (resource.kind === 'service' && resource.pattern === 'token')
  if (!waits) return undefined
  const { enteredId, attempt } = draft.visitOf(frame)
  return draft.env.token(frame.id, enteredId, attempt)
}

/** The item of the innermost iteration around a frame. */
function iterationItem(draft: Draft, frame: Frame): Item | undefined {
  for (let at: Frame | undefined = frame; at !== undefined && at.parent !== 0; at = draft.peek(at.parent)) {
    const value = draft.fans.peek(at.parent)?.items[at.index]
    if (value !== undefined) return { index: at.index, value }
  }
  return undefined
}
