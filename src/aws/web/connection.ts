/** Connections as HTTP tasks use them: found by ARN, their secrets read for one call. */
import type { Secret } from '../../connection/index.ts'

/** Reads `env:NAME` and `file:/path`. @throws Error when there is none, naming the reference and never a value */
export type ReadSecret = (reference: string) => string

/** `arn:aws:events:REGION:ACCOUNT:connection/NAME[/ID]` → NAME. */
export function connectionName(arn: string): string | undefined {
  return /^arn:[^:]+:events:[^:]*:[^:]*:connection\/([^/]+)(\/[^/]+)?$/.exec(arn)?.[1]
}

/** A connection cannot be used. The name is one of EventBridge's, behind `Events.ConnectionResource.`. */
export class ConnectionFault extends Error {
  readonly reason: 'ResourceNotFound' | 'InvalidConnectionState'
  constructor(reason: ConnectionFault['reason'], message: string) {
    super(message)
    this.name = 'ConnectionFault'
    this.reason = reason
  }
}

/** A reference, or a value that came over the API. Any other text stands in the configuration for all to read. */
export const isSecret = (value: Secret): boolean => typeof value !== 'string' || /^(env:|file:\/)/.test(value)

/** Values for one call, references resolved. @throws ConnectionFault */
export function resolved(
  name: string,
  values: Readonly<Record<string, Secret>> | undefined,
  readSecret: ReadSecret,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values ?? {}).map(([key, value]) => [
      key,
      typeof value === 'string' && !isSecret(value) ? value : secretOf(name, value, readSecret),
    ]),
  )
}

/** @throws ConnectionFault */
export function secretOf(name: string, secret: Secret, readSecret: ReadSecret): string {
  if (typeof secret !== 'string') return secret.value
  try {
    return readSecret(secret)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConnectionFault('InvalidConnectionState', `A secret of the connection ${name} cannot be read: ${reason}`)
  }
}
