/**
 * Spans over OTLP/HTTP in JSON, many at a time. The ids of an execution's span are made of its name, so that spans of tasks
 * find their parent over restarts; no SDK can be told ids, and this is all that is needed of one. A collector that is away
 * costs spans, never executions.
 */
import type { Clock, Logger } from '../../base/index.ts'
import type { TracingSettings } from './settings.ts'
import type { Span } from './span.ts'

export type ExporterOptions = {
  readonly settings: TracingSettings
  readonly clock: Clock
  readonly logger: Logger
  readonly fetch: typeof fetch
  readonly version: string
}

/** Kept while the collector does not take them; what comes then is dropped and counted. */
const mostSpans = 10_000
const spansAtOnce = 500
const everyMs = 1000
const patienceMs = 10_000

export class OtlpExporter {
  readonly #options: ExporterOptions
  #waiting: Span[] = []
  #dropped = 0
  #sending: Promise<void> | undefined
  #cancelAlarm: (() => void) | undefined
  #failing = false

  constructor(options: ExporterOptions) {
    this.#options = options
  }

  add(span: Span): void {
    if (this.#waiting.length >= mostSpans) {
      this.#dropped++
      return
    }
    this.#waiting.push(span)
    if (this.#waiting.length >= spansAtOnce) this.#send()
    else this.#sendLater()
  }

  /** Sends what waits, once. */
  async close(): Promise<void> {
    this.#cancelAlarm?.()
    await this.#sending
    this.#send()
    await this.#sending
    this.#cancelAlarm?.()
  }

  #sendLater(): void {
    if (this.#cancelAlarm !== undefined || this.#sending !== undefined) return
    const { clock } = this.#options
    this.#cancelAlarm = clock.alarm(clock.now() + everyMs, () => {
      this.#cancelAlarm = undefined
      this.#send()
    })
  }

  #send(): void {
    if (this.#sending !== undefined || this.#waiting.length === 0) return
    const spans = this.#waiting.splice(0, spansAtOnce)
    this.#sending = this.#post(spans).then((ok) => {
      this.#sending = undefined
      this.#note(ok, spans.length)
      if (this.#waiting.length > 0) this.#sendLater()
    })
  }

  async #post(spans: readonly Span[]): Promise<boolean> {
    const { settings, fetch: ask, version } = this.#options
    try {
      const answer = await ask(settings.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...settings.headers },
        body: JSON.stringify(requestOf(spans, settings, version)),
        signal: AbortSignal.timeout(patienceMs),
      })
      await answer.arrayBuffer()
      return answer.ok
    } catch {
      // Told once by the caller: the collector is away.
      return false
    }
  }

  /** One line when it begins to fail and one when it goes again. */
  #note(ok: boolean, spans: number): void {
    const { logger, settings } = this.#options
    if (!ok) this.#dropped += spans
    if (ok === !this.#failing) return
    this.#failing = !ok
    const { host } = new URL(settings.url)
    if (!ok) return logger.warn('the collector takes no spans; they are dropped until it does', { host })
    logger.info('the collector takes spans again', { host, dropped: this.#dropped })
    this.#dropped = 0
  }
}

const kinds = { internal: 1, client: 3 } as const

function requestOf(spans: readonly Span[], { serviceName, attributes }: TracingSettings, version: string) {
  const resource = { ...attributes, 'service.name': serviceName, 'service.version': version }
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [{ scope: { name: 'holdfast', version }, spans: spans.map(spanOf) }],
      },
    ],
  }
}

function spanOf({ traceId, spanId, parentSpanId, name, kind, startedAt, endedAt, attributes, error }: Span) {
  return {
    ...{ traceId, spanId, name, kind: kinds[kind], flags: 1 },
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    startTimeUnixNano: `${startedAt}000000`,
    endTimeUnixNano: `${endedAt}000000`,
    attributes: attributesOf(attributes),
    status: error === undefined ? { code: 0 } : { code: 2, message: error },
  }
}

const attributesOf = (attributes: Readonly<Record<string, string | number>>) =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }))
