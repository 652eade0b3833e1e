/**
 * The port between the engine and whatever carries a task out: procedures, SDK clients, HTTP. Handlers are registered in
 * `app/`; the dispatcher asks the first that says it handles the resource.
 */
import type { TaskResource } from '../asl/index.ts'
import type { JsonText } from '../base/index.ts'
import type { TraceContext } from './trace-context.ts'

/** One call of a task's resource. Delivered at least once. */
export type TaskCall = {
  readonly resource: TaskResource
  /** The evaluated Parameters (JSONPath) or Arguments (JSONata). */
  readonly input: JsonText
  readonly executionArn: string
  readonly stateName: string
  /** `executionId/enteredId`: stable over the retries of one visit, so that a retry does not create twice. */
  readonly idempotencyKey: string
  /** 0 for the first. */
  readonly attempt: number
  /** The task token, when the pattern is waitForTaskToken. */
  readonly token: string | undefined
  /** `Credentials.RoleArn`. */
  readonly roleArn: string | undefined
  /** The role of the machine itself: as AWS names it when it may not have `roleArn`. */
  readonly machineRoleArn?: string
  /** Hears what goes over the wire, where a test of a state wants to see it; for tasks that are plain HTTP. */
  readonly inspect?: WireInspector
  /** For whoever is called, when executions are traced. */
  readonly trace?: TraceContext
  /** Milliseconds the call may take, when the state has a timeout. The signal says when they are over. */
  readonly timeoutMs: number | undefined
}

/** A request as it is sent, in the words of AWS's TestState: `headers` is one text. */
export type WireRequest = {
  readonly protocol: string
  readonly method: string
  readonly url: string
  readonly headers: string
  readonly body?: string
}

export type WireResponse = {
  readonly protocol: string
  readonly statusCode: string
  readonly statusMessage: string
  readonly headers: string
  readonly body: string
}

export interface WireInspector {
  /** Whether what a connection adds is shown; else it reads `[REDACTED]`. */
  readonly reveal: boolean
  sends(request: WireRequest): void
  got(response: WireResponse): void
}

/** What the history will say: an output, or an ASL error name with its cause (each may be absent, as on AWS). */
export type TaskAnswer =
  | { readonly kind: 'succeeded'; readonly output: JsonText }
  | { readonly kind: 'failed'; readonly error?: string; readonly cause?: string }

export interface ResourceHandler {
  /** Whether this handler takes the resource; the first registered that says yes is asked. */
  handles(resource: TaskResource): boolean
  /**
   * Bad parameters, told before the call: the reason that goes into "The Parameters '…' could not be used to start the
   * Task: [<reason>]". Pure and quick; undefined when the parameters will do.
   */
  refuse?(resource: TaskResource, parameters: JsonText): string | undefined
  /**
   * May return synchronously (the hot in-process path) or a promise. Must obey the signal (timeout, stop). Never throws
   * for an expected failure; an unexpected throw becomes States.TaskFailed.
   */
  call(call: TaskCall, signal: AbortSignal): TaskAnswer | Promise<TaskAnswer>
}
