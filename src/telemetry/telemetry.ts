/** Metrics, the slow-step log and traces put together: what the engine and the server are handed. */
import type { Logger } from '../base/index.ts'
import type { BatchFacts, EngineObserver, SlowFacts } from '../engine/index.ts'
import { Metrics, type RequestFacts } from './metrics.ts'
import type { ReadingSources } from './readings.ts'
import { OtlpExporter } from './trace/exporter.ts'
import type { TracingSettings } from './trace/settings.ts'
import { ExecutionTracer } from './trace/tracer.ts'

export type TelemetryOptions = ReadingSources & {
  readonly logger: Logger
  /** Milliseconds that only grow, with fractions. */
  readonly elapsed: () => number
  readonly slowMs: number
  /** Undefined: nothing is traced, and nothing is made for it. */
  readonly tracing: TracingSettings | undefined
  readonly randomBytes: (length: number) => Uint8Array
  readonly fetch: typeof fetch
  readonly version: string
}

export type Telemetry = {
  readonly observer: EngineObserver
  readonly metrics: {
    readonly contentType: string
    text(): Promise<string>
    answered(facts: RequestFacts): void
  }
  /** Sends what is not sent yet. */
  close(): Promise<void>
}

export function createTelemetry(options: TelemetryOptions): Telemetry {
  const { logger, elapsed, slowMs, tracing } = options
  const metrics = new Metrics(options)
  const exporter = tracing === undefined ? undefined : new OtlpExporter({ ...options, settings: tracing })
  const tracer = exporter === undefined ? undefined : new ExecutionTracer(options, (span) => exporter.add(span))
  const observer: EngineObserver = {
    elapsed,
    slowMs,
    committed(batch: BatchFacts) {
      metrics.committed(batch)
      if (tracer !== undefined) for (const closed of batch.closed) tracer.ended(closed)
    },
    slow(facts: SlowFacts) {
      metrics.slow(facts)
      const { doing, ms, execution, state, detail } = facts
      logger.warn('slow', { doing, ms: Math.round(ms), execution, state, detail })
    },
    called: (resource, outcome, ms) => metrics.called(resource, outcome, ms),
    ...(tracer === undefined ? {} : { tracer }),
  }
  return {
    observer,
    metrics: {
      contentType: metrics.contentType,
      text: () => metrics.text(),
      answered: (facts) => metrics.answered(facts),
    },
    close: async () => exporter?.close(),
  }
}
