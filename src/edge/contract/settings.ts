/** Settings: what the edge is started with. Times in milliseconds. */

export type EdgeSettings = {
  readonly listeners: readonly ListenerSettings[]
  readonly accessLog?: AccessLogSettings
  /** Addresses or CIDR blocks whose X-Forwarded-* are believed and continued; from anybody else they are replaced. */
  readonly trustedProxies?: readonly string[]
  readonly client?: Partial<ClientPolicy>
}

export type ListenerSettings = {
  readonly name: string
  /** A numeric address. */
  readonly host: string
  /** 0 takes a free one, told in `EdgeStatus.listeners`. */
  readonly port: number
  /** Present: HTTPS. The certificate is chosen by the name the client asks for (SNI), else the first. */
  readonly certificates?: readonly CertificateFiles[]
}

/** PEM files, read at start and on `reload`. */
export type CertificateFiles = {
  /** Exact names or `*.example.com` (one label, as in certificates). */
  readonly hosts: readonly string[]
  readonly certFile: string
  readonly keyFile: string
}

/** JSON lines. The file is renamed to `file.1` … `file.keep` when it would grow above `maxBytes`. */
export type AccessLogSettings = { readonly file: string; readonly maxBytes: number; readonly keep: number }

/** How the edge treats whoever connects to it. */
export type ClientPolicy = {
  /** Connections at once over all listeners. */
  readonly connections: number
  readonly headerBytes: number
  /** A connection that has not sent a whole request head by then is answered 408 and closed. */
  readonly headersMs: number
  /** Idle time of a kept connection. */
  readonly keepAliveMs: number
  /** What connections still open get when a worker leaves for its successor. */
  readonly leaveMs: number
}

export const clientPolicyDefaults: ClientPolicy = {
  connections: 20_000,
  headerBytes: 32_768,
  headersMs: 10_000,
  keepAliveMs: 15_000,
  leaveMs: 60_000,
}
