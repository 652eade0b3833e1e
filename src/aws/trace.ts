/** The names of a call's span in its request, so that whoever answers can go on with the trace. Nothing when nobody traces. */
import type { TraceContext } from '../engine/index.ts'

/** Input of a call → its span: a client is shared by all calls, and its middleware sees no more of one than its input. */
const contextOf = new WeakMap<object, TraceContext>()

export function traceInput(input: object, trace: TraceContext | undefined): void {
  if (trace !== undefined) contextOf.set(input, trace)
}

/** Before the request is signed. */
export const tracingPlace = { step: 'build', priority: 'low', name: 'holdfastTrace' } as const

type Traceable = { readonly input: object; readonly request: unknown }

export function tracing<Args extends Traceable, Result>(
  next: (args: Args) => Promise<Result>,
): (args: Args) => Promise<Result> {
  return (args) => {
    const trace = contextOf.get(args.input)
    const { headers } = Object(args.request) as { readonly headers?: Record<string, string> }
    if (trace !== undefined && headers !== undefined) {
      headers['x-amzn-trace-id'] = trace.amazon
      headers['traceparent'] = trace.traceparent
    }
    return next(args)
  }
}
