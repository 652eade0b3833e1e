/** Spans, and what names them. Pure. */
import { createHash } from 'node:crypto'

export type SpanPlace = { readonly traceId: string; readonly spanId: string }

export type Span = SpanPlace & {
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly kind: 'internal' | 'client'
  /** Milliseconds since 1970 UTC. */
  readonly startedAt: number
  readonly endedAt: number
  readonly attributes: Readonly<Record<string, string | number>>
  /** Undefined: it went well. Names of errors only, for causes may hold payloads. */
  readonly error: string | undefined
}

/** The caller's trace: `Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1`. */
export function amazonTrace(
  header: string | undefined,
): { readonly traceId: string; readonly parent?: string } | undefined {
  const [, time, rest] = /Root=1-([0-9a-f]{8})-([0-9a-f]{24})/i.exec(header ?? '') ?? []
  if (time === undefined || rest === undefined) return undefined
  const parent = /Parent=([0-9a-f]{16})/i.exec(header ?? '')?.[1]?.toLowerCase()
  return { traceId: `${time}${rest}`.toLowerCase(), ...(parent === undefined ? {} : { parent }) }
}

/**
 * The span of an execution, known before it ends and after a restart: its ids are made of its name. X-Ray's trace ids begin
 * with the time in seconds, which must be near the real one.
 */
export function executionSpan(arn: string, startedAt: number, header: string | undefined) {
  const digest = createHash('sha256').update(arn).digest('hex')
  const given = amazonTrace(header)
  const seconds = Math.floor(startedAt / 1000)
    .toString(16)
    .padStart(8, '0')
    .slice(-8)
  return {
    traceId: given?.traceId ?? seconds + digest.slice(0, 24),
    spanId: digest.slice(24, 40),
    parentSpanId: given?.parent,
  }
}

export const traceparent = ({ traceId, spanId }: SpanPlace): string => `00-${traceId}-${spanId}-01`

export const amazonHeader = ({ traceId, spanId }: SpanPlace): string =>
  `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=1`
