/** Where spans go, as OpenTelemetry's own variables say it. */

export type TracingSettings = {
  /** Of the traces, in full. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly serviceName: string
  readonly attributes: Readonly<Record<string, string>>
}

type Environment = Readonly<Record<string, string | undefined>>

/** Undefined when no endpoint is set, or OTEL_SDK_DISABLED or OTEL_TRACES_EXPORTER=none says so. */
export function tracingFrom(environment: Environment): TracingSettings | undefined {
  const value = (name: string): string | undefined => environment[name]?.trim() || undefined
  if (value('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' || value('OTEL_TRACES_EXPORTER') === 'none') return undefined
  const base = value('OTEL_EXPORTER_OTLP_ENDPOINT')
  const url = value('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? (base && `${base.replace(/\/+$/, '')}/v1/traces`)
  if (url === undefined || !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) return undefined
  const attributes = pairsIn(value('OTEL_RESOURCE_ATTRIBUTES'))
  return {
    url,
    headers: pairsIn(value('OTEL_EXPORTER_OTLP_TRACES_HEADERS') ?? value('OTEL_EXPORTER_OTLP_HEADERS')),
    serviceName: value('OTEL_SERVICE_NAME') ?? attributes['service.name'] ?? 'holdfast',
    attributes,
  }
}

/** `a=b,c=d`, percent-encoded. */
function pairsIn(text: string | undefined): Readonly<Record<string, string>> {
  const pairs = (text ?? '').split(',').flatMap((pair) => {
    const at = pair.indexOf('=')
    return at < 1 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())] as const]
  })
  return Object.fromEntries(pairs)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A lone percent sign is itself.
    return text
  }
}
