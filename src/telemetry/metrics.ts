/** The numbers of one Holdfast, in a registry of their own. Label sets are bounded: no name that a user gives is a label. */
import { collectDefaultMetrics, Counter, Registry } from 'prom-client'
import type { BatchFacts, CallOutcome, SlowFacts } from '../engine/index.ts'
import { addReadings, type ReadingSources } from './readings.ts'
import { type Series, Tally } from './tally.ts'

export type ResourceFacts = { readonly kind: string; readonly resourceType?: string }
export type RequestFacts = {
  readonly method: string
  /** The pattern, never the path: `/v1/machines/:machine`. */
  readonly route: string
  readonly status: number
  readonly ms: number
}

const fast = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
const slow = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400]
const sizes = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
/** Kinds of resources are what definitions name; after so many they are `other`. */
const mostResources = 50

export class Metrics {
  readonly registry = new Registry()
  readonly #started: Counter
  readonly #closed: Counter
  readonly #executionSeconds: Tally<'status'>
  readonly #steps: Counter
  readonly #batch: Series
  readonly #decide: Series
  readonly #commit: Series
  readonly #slow: Counter
  readonly #calls: Tally<'resource' | 'outcome'>
  readonly #callSeries = new Map<string, Record<CallOutcome, Series>>()
  readonly #requests: Tally<'method' | 'route' | 'status'>

  constructor(sources: ReadingSources) {
    this.#started = this.#counter('holdfast_executions_started_total', 'Executions started.')
    this.#closed = this.#counter('holdfast_executions_closed_total', 'Executions ended, by status.', ['status'])
    this.#executionSeconds = this.#tally('holdfast_execution_seconds', 'From start to end, by status.', slow, [
      'status',
    ])
    this.#steps = this.#counter('holdfast_steps_total', 'Durable steps: events consumed and committed.')
    this.#batch = this.#tally('holdfast_batch_steps', 'Steps in one commit.', sizes).series({})
    this.#decide = this.#tally('holdfast_batch_seconds', 'One batch, from its first step to its last.', fast).series({})
    this.#commit = this.#tally(
      'holdfast_commit_seconds',
      'From the last step of a batch until it is on the disk.',
      fast,
    ).series({})
    this.#slow = this.#counter('holdfast_slow_total', 'What took longer than log.slow: step, expression, commit.', [
      'doing',
    ])
    this.#calls = this.#tally('holdfast_task_call_seconds', 'Calls of tasks, by kind of resource and outcome.', slow, [
      'resource',
      'outcome',
    ])
    this.#requests = this.#tally('holdfast_http_request_seconds', 'HTTP requests, by route and status.', fast, [
      'method',
      'route',
      'status',
    ])
    for (const status of ['succeeded', 'failed', 'timed_out', 'aborted']) this.#closed.inc({ status }, 0)
    addReadings(this.registry, sources)
    collectDefaultMetrics({ register: this.registry })
  }

  text(): Promise<string> {
    return this.registry.metrics()
  }

  get contentType(): string {
    return this.registry.contentType
  }

  committed({ steps, started, closed, decideMs, commitMs }: BatchFacts): void {
    this.#steps.inc(steps)
    this.#batch.add(steps)
    this.#decide.add(decideMs / 1000)
    this.#commit.add(commitMs / 1000)
    if (started > 0) this.#started.inc(started)
    if (closed.length === 0) return
    const counts = new Map<string, number>()
    for (const { status, startedAt, stoppedAt } of closed) {
      counts.set(status, (counts.get(status) ?? 0) + 1)
      this.#executionSeconds.series({ status }).add(Math.max(0, stoppedAt - startedAt) / 1000)
    }
    for (const [status, count] of counts) this.#closed.inc({ status }, count)
  }

  called(resource: ResourceFacts, outcome: CallOutcome, ms: number): void {
    this.#seriesOf(resource.resourceType ?? resource.kind)[outcome].add(ms / 1000)
  }

  slow({ doing }: SlowFacts): void {
    this.#slow.inc({ doing })
  }

  answered({ method, route, status, ms }: RequestFacts): void {
    this.#requests.series({ method, route, status: String(status) }).add(ms / 1000)
  }

  #seriesOf(resource: string): Record<CallOutcome, Series> {
    const known = this.#callSeries.get(resource)
    if (known !== undefined) return known
    if (this.#callSeries.size >= mostResources && resource !== 'other') return this.#seriesOf('other')
    const of = (outcome: CallOutcome): Series => this.#calls.series({ resource, outcome })
    const made = { succeeded: of('succeeded'), failed: of('failed'), cancelled: of('cancelled') }
    this.#callSeries.set(resource, made)
    return made
  }

  #counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] })
  }

  #tally<Label extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels: readonly Label[] = [],
  ): Tally<Label> {
    const tally = new Tally({ name, help, buckets, labels })
    this.registry.registerMetric(tally)
    return tally
  }
}
