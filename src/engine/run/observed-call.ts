/** One call of a resource on its way through its handler, told to whoever observes. */
import type { Attempt } from '../../asl/index.ts'
import type { HoldfastError } from '../../base/index.ts'
import type { CallSpan, EngineObserver, TracedExecution } from '../observer.ts'
import type { ResourceHandler, TaskAnswer, TaskCall } from '../resource-handler.ts'

export class ObservedCall {
  readonly attempt: Attempt
  readonly #call: TaskCall
  readonly #observer: EngineObserver | undefined
  readonly #span: CallSpan | undefined
  readonly #began: number
  readonly #controller = new AbortController()

  constructor(
    attempt: Attempt,
    call: TaskCall,
    { observer, execution }: { readonly observer: EngineObserver | undefined; readonly execution: TracedExecution },
  ) {
    this.attempt = attempt
    this.#call = call
    this.#observer = observer
    this.#began = observer?.elapsed() ?? 0
    this.#span = observer?.tracer?.begin(call, execution)
  }

  /** Never throws: what goes wrong is the task's failure. `finish` is not called once it is cancelled. */
  run(handler: ResourceHandler, finish: (answer: TaskAnswer) => void): void {
    const { signal } = this.#controller
    const answered = (answer: TaskAnswer): void => {
      if (signal.aborted) return
      this.#observe(answer)
      finish(answer)
    }
    try {
      const traced = this.#span === undefined ? this.#call : { ...this.#call, trace: this.#span.context }
      const answer = handler.call(traced, signal)
      if (answer instanceof Promise) answer.then(answered, (error: unknown) => answered(unexpected(error)))
      else answered(answer)
    } catch (error) {
      answered(unexpected(error))
    }
  }

  cancel(reason: HoldfastError): void {
    this.#controller.abort(reason)
    this.#observe(undefined)
  }

  /** Without an answer it was cancelled. */
  #observe(answer: TaskAnswer | undefined): void {
    const observer = this.#observer
    observer?.called(this.#call.resource, answer?.kind ?? 'cancelled', observer.elapsed() - this.#began)
    this.#span?.end(answer)
  }
}

/** A handler has thrown. */
export const unexpected = (error: unknown): TaskAnswer => ({
  kind: 'failed',
  error: 'States.TaskFailed',
  cause: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
})
