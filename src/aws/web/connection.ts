/** Connections: where the configuration says how an HTTP task proves who it is. The words are EventBridge's. */

/** What is added to each request. A value that begins with `env:` or `file:/` is a reference, resolved at each call. */
export type Parameters = {
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: Readonly<Record<string, string>>
}

/** Secrets are references alone: `env:NAME`, `file:/path`. */
export type Authorization =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** A header of any name. */
  | { readonly kind: 'apiKey'; readonly name: string; readonly value: string }
  /** Client credentials: a token is fetched, kept until it expires, and sent as a bearer's. */
  | {
      readonly kind: 'oauth'
      readonly endpoint: string
      readonly method: 'GET' | 'POST' | 'PUT'
      readonly clientId: string
      readonly clientSecret: string
      readonly parameters?: Parameters
    }

export type Connection = { readonly authorization: Authorization; readonly invocation?: Parameters }
export type Connections = Readonly<Record<string, Connection>>

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

/** Values for one call, references resolved. @throws ConnectionFault */
export function resolved(
  name: string,
  values: Readonly<Record<string, string>> | undefined,
  readSecret: ReadSecret,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values ?? {}).map(([key, value]) => [
      key,
      /^(env:|file:\/)/.test(value) ? secretOf(name, value, readSecret) : value,
    ]),
  )
}

/** @throws ConnectionFault */
export function secretOf(name: string, reference: string, readSecret: ReadSecret): string {
  try {
    return readSecret(reference)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConnectionFault('InvalidConnectionState', `A secret of the connection ${name} cannot be read: ${reason}`)
  }
}
