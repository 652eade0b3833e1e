/** The side that clients see: servers on the listening sockets, and every connection they accepted. */
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as HttpsServer } from 'node:https'
import { Server as NetServer, type Socket } from 'node:net'
import type { ClientPolicy, EdgeCause } from '../contract.ts'
import { systemCode } from '../errors.ts'
import { admit, type Door, type ProxyWorld } from './admission.ts'
import type { Certificates } from './certificates.ts'
import { Exchange, refuse } from './exchange.ts'
import { rawRefusal, refuseUpgrade, UpgradeExchange } from './upgrade-exchange.ts'

export type FrontOptions = {
  readonly world: ProxyWorld
  readonly policy: ClientPolicy
  readonly certificates?: Certificates
}

type AnyServer = HttpServer | HttpsServer

export class Front {
  readonly #world: ProxyWorld
  readonly #server: AnyServer
  readonly #sockets = new Set<Socket>()
  #door: Door
  #onEmpty: () => void = () => {}

  constructor({ world, policy, certificates }: FrontOptions) {
    this.#world = world
    this.#door = { proto: certificates === undefined ? 'http' : 'https', port: 0 }
    this.#server = newServer(policy, certificates)
    this.#server.maxConnections = policy.connections
    this.#server.on('connection', (socket: Socket) => this.#track(socket))
    this.#server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#take({ request, response, expectsContinue: false })
    })
    this.#server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      this.#take({ request, response, expectsContinue: true })
    })
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      const admission = admit(world, request, this.#door)
      const incoming = { request, socket, head }
      if (admission.refused === undefined) new UpgradeExchange(world, admission, incoming)
      else refuseUpgrade(world, admission, incoming, admission.refused)
    })
    this.#server.on('connect', (_request: IncomingMessage, socket: Socket) => this.#turnAway(socket, 'method_refused'))
    // A connection that could not be accepted (no descriptors left, say) is not the end of those that were.
    this.#server.on('error', (error) => world.machine.logger.error('listening socket', { error: error.message }))
    this.#server.on('clientError', (error: Error, socket: Socket) => this.#onClientError(error, socket))
  }

  get connections(): number {
    return this.#sockets.size
  }
  get port(): number {
    return this.#door.port
  }

  /** On a socket that someone else holds open (its descriptor), or on one of our own. */
  async listen(on: { readonly fd: number } | { readonly host: string; readonly port: number }): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ ...on, backlog: 4096 }, resolve)
    })
    const address = this.#server.address()
    if (address !== null && typeof address === 'object') this.#door = { ...this.#door, port: address.port }
  }

  /**
   * Accepts nothing more; resolves when the last connection is gone. Only the listening socket is closed: `http.close()`
   * would also kill connections that were accepted and have not sent anything yet.
   */
  async leave(): Promise<void> {
    NetServer.prototype.close.call(this.#server)
    if (this.#sockets.size === 0) return
    await new Promise<void>((resolve) => (this.#onEmpty = resolve))
  }

  closeIdle(): void {
    this.#server.closeIdleConnections()
  }

  destroy(): void {
    NetServer.prototype.close.call(this.#server)
    // Ends Node's own watch over slow clients; the listening socket is closed already.
    this.#server.close(() => {})
    for (const socket of this.#sockets) socket.destroy()
  }

  #take(incoming: ConstructorParameters<typeof Exchange>[2]): void {
    incoming.response.on('error', () => incoming.response.destroy())
    incoming.request.on('error', () => {}) // its response is closed as well, and tells
    const admission = admit(this.#world, incoming.request, this.#door)
    if (admission.refused === undefined) new Exchange(this.#world, admission, incoming)
    else refuse(this.#world, admission, incoming, admission.refused)
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => {
      this.#sockets.delete(socket)
      if (this.#sockets.size === 0) this.#onEmpty()
    })
  }

  #onClientError(error: Error, socket: Socket): void {
    const code = systemCode(error)
    if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    this.#turnAway(socket, clientErrorCause(code))
  }

  #turnAway(socket: Socket, cause: EdgeCause): void {
    this.#world.routes.countUnrouted(cause)
    socket.on('error', () => socket.destroy())
    socket.end(rawRefusal(cause, this.#world.newRequestId()), () => socket.destroy())
  }
}

function clientErrorCause(code: string | undefined): EdgeCause {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large'
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'request_timeout' : 'bad_request'
}

function newServer(policy: ClientPolicy, certificates: Certificates | undefined): AnyServer {
  const options = {
    maxHeaderSize: policy.headerBytes,
    headersTimeout: policy.headersMs,
    // Uploads may take their time; what stands still is cut by the exchange.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.max(10, Math.min(1000, Math.floor(policy.headersMs / 4))),
    keepAliveTimeout: policy.keepAliveMs,
    // Clients are told the shorter time, so that they are the ones to stop using it.
    keepAliveTimeoutBuffer: 1000,
    noDelay: true,
    insecureHTTPParser: false,
    requireHostHeader: true,
    shouldUpgradeCallback: asksForMoreThanHttp,
  }
  if (certificates === undefined) return createServer(options)
  return createTlsServer({
    ...options,
    ...certificates.first,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    SNICallback: (name, answer) => answer(null, certificates.for(name)),
  })
}

/** An offer of HTTP/2 may be ignored (RFC 9110, 7.8), and the request is an ordinary one; bodies belong to ordinary ones. */
function asksForMoreThanHttp({ headers }: IncomingMessage): boolean {
  if (headers.upgrade === undefined || /^h2c?\b/i.test(headers.upgrade)) return false
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0
}
