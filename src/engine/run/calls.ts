/** Calls under way: tasks are carried out through their handlers, and cancelled when a timeout or a stop says so. */
import type { Attempt, Command, Event } from '../../asl/index.ts'
import { PassingMap } from '../../base/index.ts'
import { engineStopping, taskCancelled } from '../errors.ts'
import type { TracedExecution } from '../observer.ts'
import type { ResourceHandler, TaskAnswer, TaskCall } from '../resource-handler.ts'
import { isNestedStart, nestedParameters } from '../task/nested.ts'
import type { Core } from './core.ts'
import { type Live, sameAttempt } from './live.ts'
import { ObservedCall, unexpected } from './observed-call.ts'
import type { StartWork, Work } from './work.ts'

type Schedule = Extract<Command, { kind: 'schedule' }>

export class Calls {
  readonly #core: Core
  readonly #post: (work: Work) => void
  /** By execution, then by frame: one frame has at most one call. */
  readonly #underWay = new PassingMap<number, Map<number, ObservedCall>>()

  constructor(core: Core, post: (work: Work) => void) {
    this.#core = core
    this.#post = post
  }

  get count(): number {
    let count = 0
    for (const calls of this.#underWay.values()) count += calls.size
    return count
  }

  /** Begins a call that is committed as scheduled. Never throws: what goes wrong is the task's failure. */
  begin(live: Live, command: Schedule): void {
    if (isNestedStart(command)) return this.#startNested(live, command)
    const handler = findHandler(this.#core.handlers, command)
    if (!('call' in handler)) return this.#answer(live.row.id, command, handler)
    const { observer } = this.#core
    const executionId = live.row.id
    const underWay = new ObservedCall(command, this.#callOf(live, command), {
      observer,
      execution: tracedExecution(live),
    })
    this.#keep(executionId, underWay)
    underWay.run(handler, (answer) => {
      this.#forget(executionId, command)
      this.#answer(executionId, command, answer)
    })
  }

  #callOf(live: Live, command: Schedule): TaskCall {
    const { frame, enteredId, attempt, resource, timeoutSeconds } = command
    const executionId = live.row.id
    const waits = resource.kind === 'service' && resource.pattern === 'token'
    return {
      resource,
      input: command.input,
      executionArn: live.state.about.arn,
      stateName: command.stateName,
      idempotencyKey: `${executionId}/${enteredId}`,
      attempt,
      token: waits ? this.#core.token({ executionId, frame, enteredId, attempt }) : undefined,
      roleArn: command.roleArn,
      machineRoleArn: live.state.about.roleArn,
      timeoutMs: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000,
    }
  }

  /** Aborts one call, or all of an execution. */
  cancel(executionId: number, attempt: Attempt | undefined, reason = taskCancelled): void {
    const calls = this.#underWay.get(executionId)
    if (calls === undefined) return
    for (const [frame, call] of calls) {
      if (attempt !== undefined && !sameAttempt(call.attempt, attempt)) continue
      calls.delete(frame)
      call.cancel(reason())
    }
    if (calls.size === 0) this.#underWay.delete(executionId)
  }

  /** Aborts everything. The calls are made again after the next start, or by another node. */
  cancelAll(reason = engineStopping): void {
    for (const id of this.#underWay.keys()) this.cancel(id, undefined, reason)
  }

  #keep(executionId: number, call: ObservedCall): void {
    const calls = this.#underWay.get(executionId)
    if (calls === undefined) this.#underWay.set(executionId, new Map([[call.attempt.frame, call]]))
    else calls.set(call.attempt.frame, call)
  }

  #forget(executionId: number, attempt: Attempt): void {
    const calls = this.#underWay.get(executionId)
    const call = calls?.get(attempt.frame)
    if (calls === undefined || call === undefined || !sameAttempt(call.attempt, attempt)) return
    calls.delete(attempt.frame)
    if (calls.size === 0) this.#underWay.delete(executionId)
  }

  #answer(executionId: number, command: Schedule, answer: TaskAnswer): void {
    this.#post({ kind: 'event', executionId, event: answerEvent(command, answer) })
  }

  /** Nested executions never leave the engine: child and parent move in one transaction. */
  #startNested(live: Live, command: Schedule): void {
    const { frame, enteredId, attempt, resource } = command
    const parameters = nestedParameters(command.input)
    if (resource.kind !== 'service' || typeof parameters === 'string') {
      const cause = typeof parameters === 'string' ? parameters : 'no nested execution'
      return this.#answer(live.row.id, command, { kind: 'failed', error: 'States.Runtime', cause })
    }
    const work: StartWork = {
      kind: 'start',
      actor: { type: 'machine', id: live.state.about.arn, via: 'api' },
      ...parameters,
      nested: {
        executionId: live.row.id,
        frame,
        enteredId,
        attempt,
        pattern: resource.pattern,
        ...(command.roleArn === undefined ? {} : { credentials: true }),
      },
    }
    this.#post(work)
  }
}

const tracedExecution = ({ row, state }: Live): TracedExecution => ({
  startedAt: state.about.startedAt,
  traceHeader: row.traceHeader ?? undefined,
})

/** The handler of a call, or what the call comes to without one. */
export function findHandler(handlers: readonly ResourceHandler[], command: Schedule): ResourceHandler | TaskAnswer {
  try {
    return handlers.find((candidate) => candidate.handles(command.resource)) ?? noHandler(command)
  } catch (error) {
    return unexpected(error)
  }
}

/** What the answer of a call is to its execution. */
export function answerEvent(command: Schedule, answer: TaskAnswer): Event {
  const { frame, enteredId, attempt, resource } = command
  const at = { frame, enteredId, attempt }
  const goesOn = resource.kind === 'service' && resource.pattern !== 'request'
  if (answer.kind === 'succeeded') {
    return { kind: goesOn ? 'taskSubmitted' : 'taskSucceeded', ...at, output: answer.output }
  }
  const { error, cause } = answer
  return {
    kind: 'taskFailed',
    ...at,
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
    ...(goesOn ? { fromCall: true } : {}),
  }
}

const noHandler = ({ resource }: Schedule): TaskAnswer => ({
  kind: 'failed',
  error: 'States.TaskFailed',
  cause: `Nothing here carries out ${resource.arn}: register a resource handler for it in the configuration.`,
})
