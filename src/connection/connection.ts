/** Connections: how an HTTP task proves who it is, and where that proof may go. The words are EventBridge's. */

/** A reference (`env:NAME`, `file:/path`), read at each call; or the value itself, of a connection that came over the API. */
export type Secret = string | { readonly value: string }

/** What is added to each request. A text that begins with `env:` or `file:/` is a reference, any other is the value. */
export type Parameters = {
  readonly headers?: Readonly<Record<string, Secret>>
  readonly query?: Readonly<Record<string, Secret>>
  readonly body?: Readonly<Record<string, Secret>>
}

export type Authorization =
  | { readonly kind: 'basic'; readonly username: string; readonly password: Secret }
  /** A header of any name. */
  | { readonly kind: 'apiKey'; readonly name: string; readonly value: Secret }
  /** Client credentials: a token is fetched, kept until it expires, and sent as a bearer's. */
  | {
      readonly kind: 'oauth'
      readonly endpoint: string
      readonly method: 'GET' | 'POST' | 'PUT'
      readonly clientId: string
      readonly clientSecret: Secret
      readonly parameters?: Parameters
    }

export type Connection = {
  readonly authorization: Authorization
  /** `api.example.com`, `*.example.com`, with `:8443` behind it where it is not the usual port: its secrets go nowhere else. */
  readonly allowedHosts: readonly string[]
  /** Sent with each request. */
  readonly invocation?: Parameters
}

/** A connection that can be used; `revision` is another each time it is replaced. */
export type KnownConnection = Connection & { readonly revision: string }

/** Where tasks find connections. */
export interface Connections {
  /** @throws HoldfastError connection.unreadable when its secrets cannot be opened */
  find(name: string): KnownConnection | undefined
  names(): readonly string[]
}

/** Those of a configuration alone. */
export function configuredConnections(configured: Readonly<Record<string, Connection>>): Connections {
  return {
    find: (name) => {
      const found = Object.hasOwn(configured, name) ? configured[name] : undefined
      return found && { ...found, revision: '' }
    },
    names: () => Object.keys(configured),
  }
}
