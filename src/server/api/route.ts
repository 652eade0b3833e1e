/** A route of our own API as data: method, path, schemas, the verb it stands for and how it is carried out. */
import type { z } from 'zod'
import type { Actor, Verb } from '../../access/index.ts'
import type { RequestEffect } from '../../audit/index.ts'
import type { ServerDependencies } from '../dependencies.ts'
import type { Send } from './event-stream.ts'

export type RouteContext<Params, Query, Body> = {
  readonly dependencies: ServerDependencies
  readonly actor: Actor
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The caller's Idempotency-Key, made unique to the caller. */
  readonly idempotencyKey: string | undefined
}

export type RouteAnswer =
  | {
      readonly kind: 'json'
      readonly status: number
      readonly body: unknown
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly kind: 'empty'; readonly status: 204 | 304; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'text'; readonly contentType: string; readonly body: string }
  /** JSON lines, as many as there are, with their line ends. */
  | { readonly kind: 'lines'; readonly lines: AsyncIterable<string> }
  /** An answer that is waited for as long as it takes; the signal fires when the caller hangs up or the server closes. */
  | { readonly kind: 'wait'; readonly run: (signal: AbortSignal) => Promise<RouteAnswer> }
  /** Server-sent events until `run` resolves, the caller goes or the server closes. */
  | { readonly kind: 'events'; readonly run: (send: Send, signal: AbortSignal) => Promise<void> }

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With `:name` for parameters. */
  readonly path: string
  /** The verb that `can()` is asked about; `open` needs no token. */
  readonly verb: Verb | 'open'
  /** Of an open route: anybody may ask as often as they like, for there is nothing to guess and little to do. */
  readonly isUnbounded?: true
  /** Operation id in the documentation, where several routes ask about one verb; else it is made of the verb. */
  readonly operation?: string
  readonly summary: string
  /** False: no Idempotency-Key is honoured, for the answer holds a secret, or is another each time. */
  readonly keepsAnswer?: false
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  /** Members of the body that pass through as they are. */
  readonly payloads?: readonly string[]
  /** Status → schema of what is answered; for lines and events the content type instead of JSON. */
  readonly answers: Readonly<Record<number, RouteAnswerSchema>>
  readonly run: (context: RouteContext<never, never, never>) => Promise<RouteAnswer> | RouteAnswer
  /**
   * The answer to a repeated request whose first answer was lost in a crash, out of what it has changed. Without it, or where it
   * answers undefined, the verb is asked once more: so only where that is no error and changes nothing further.
   */
  readonly again?: Again<never, never, never>
}

type Again<Params, Query, Body> = (
  context: RouteContext<Params, Query, Body>,
  effects: readonly RequestEffect[],
) => Promise<RouteAnswer | undefined>

export type RouteAnswerSchema = {
  readonly description: string
  readonly schema?: z.ZodType
  readonly contentType?: string
}

type TypeOf<Schema> = Schema extends z.ZodType<infer T> ? T : undefined

/** Ties the types of a route's schemas to what `run` is given. */
export function route<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  definition: Omit<Route, 'run' | 'again' | 'params' | 'query' | 'body'> & {
    readonly params?: Params
    readonly query?: Query
    readonly body?: Body
    readonly run: (
      context: RouteContext<TypeOf<Params>, TypeOf<Query>, TypeOf<Body>>,
    ) => Promise<RouteAnswer> | RouteAnswer
    readonly again?: Again<TypeOf<Params>, TypeOf<Query>, TypeOf<Body>>
  },
): Route {
  return definition
}

/** Whether a repeated request gets the first answer. */
export const keepsFirstAnswer = ({ method, keepsAnswer }: Route): boolean => method !== 'GET' && keepsAnswer !== false

export const json = (status: number, body: unknown, headers?: Readonly<Record<string, string>>): RouteAnswer => ({
  kind: 'json',
  status,
  body,
  headers,
})
