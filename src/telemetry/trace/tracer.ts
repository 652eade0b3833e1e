/** One span for each execution and each call of a task. Names and errors only: no payload, no cause, no header of a request. */
import type { Clock } from '../../base/index.ts'
import type {
  CallSpan,
  ClosedExecution,
  EngineTracer,
  TaskAnswer,
  TaskCall,
  TracedExecution,
} from '../../engine/index.ts'
import { amazonHeader, executionSpan, type Span, type SpanPlace, traceparent } from './span.ts'

export type TracerWorld = { readonly clock: Clock; readonly randomBytes: (length: number) => Uint8Array }

export class ExecutionTracer implements EngineTracer {
  readonly #world: TracerWorld
  readonly #add: (span: Span) => void

  constructor(world: TracerWorld, add: (span: Span) => void) {
    this.#world = world
    this.#add = add
  }

  begin(call: TaskCall, { startedAt: began, traceHeader }: TracedExecution): CallSpan {
    const { clock, randomBytes } = this.#world
    const startedAt = clock.now()
    const execution = executionSpan(call.executionArn, began, traceHeader)
    const place: SpanPlace = { traceId: execution.traceId, spanId: Buffer.from(randomBytes(8)).toString('hex') }
    const about = { place, parentSpanId: execution.spanId, startedAt }
    return {
      context: { traceparent: traceparent(place), amazon: amazonHeader(place) },
      end: (answer) => this.#add(callSpan(call, answer, { ...about, endedAt: clock.now() })),
    }
  }

  ended({ arn, machineName, status, startedAt, stoppedAt, error, traceHeader }: ClosedExecution): void {
    this.#add({
      ...executionSpan(arn, startedAt, traceHeader),
      name: `execution ${machineName}`,
      kind: 'internal',
      startedAt,
      endedAt: stoppedAt,
      attributes: {
        'aws.step_functions.state_machine.name': machineName,
        'aws.step_functions.execution.arn': arn,
        'holdfast.execution.status': status,
        ...errorType(status === 'succeeded' ? undefined : (error ?? status)),
      },
      error: status === 'succeeded' ? undefined : (error ?? status),
    })
  }
}

type About = {
  readonly place: SpanPlace
  readonly parentSpanId: string
  readonly startedAt: number
  readonly endedAt: number
}

function callSpan(call: TaskCall, answer: TaskAnswer | undefined, { place, ...times }: About): Span {
  const { resource, stateName, attempt, executionArn } = call
  const type = resource.kind === 'service' ? resource.resourceType : resource.kind
  const error = answer === undefined ? 'cancelled' : answer.kind === 'failed' ? (answer.error ?? 'failed') : undefined
  return {
    ...place,
    ...times,
    name: `task ${stateName}`,
    kind: 'client',
    attributes: {
      'rpc.system': 'aws-api',
      'rpc.service': type,
      ...(resource.kind === 'service' ? { 'rpc.method': resource.action } : {}),
      ...(resource.kind === 'lambda' ? { 'faas.invoked_name': nameOf(resource.arn) } : {}),
      'aws.step_functions.execution.arn': executionArn,
      'holdfast.state.name': stateName,
      'holdfast.attempt': attempt,
      ...errorType(error),
    },
    error,
  }
}

const nameOf = (arn: string): string => /:function:([^:]+)/.exec(arn)?.[1] ?? 'unknown'

const errorType = (error: string | undefined): Readonly<Record<string, string>> =>
  error === undefined ? {} : { 'error.type': error }
