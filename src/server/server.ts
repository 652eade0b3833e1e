/** The HTTP server: the door, then one of the two APIs; opening and closing it. */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { HoldfastError } from '../base/index.ts'
import { type Api, createApi } from './api/api.ts'
import { statusOf } from './api/problem.ts'
import { Attempts, usualAttempts, type AttemptRules } from './attempts.ts'
import { browserHeaders } from './browser-headers.ts'
import { type Client, clientOf, type PeerHeaders, Proxies, refusedPlain } from './client.ts'
import type { ServerDependencies } from './dependencies.ts'
import { type DoorRules, doorRules, isLoopback, refusedAtTheDoor } from './door.ts'
import { serverError } from './errors.ts'
import { faultOfForm, faultOfParser, originForm, refuseConnection, writtenProblem } from './malformed.ts'
import { refusalOf } from './refusal.ts'
import { Traffic } from './traffic.ts'
import { actionNameIn, isWireRequest, refuseWire, serveWire, type WireOptions } from './wire/serve.ts'

export type ServerOptions = {
  /** Address to listen on. Default `127.0.0.1`: this machine only. */
  readonly host?: string
  /** 0 lets the system choose. Default 7400. */
  readonly port?: number
  /** Further names in the Host header that are served; off loopback, naming any refuses all others. */
  readonly allowedHosts?: readonly string[]
  /** Addresses and networks of proxies that end TLS: what they say of who asks, and how, is believed. Default: none. */
  readonly trustedProxies?: readonly string[]
  /** Beyond loopback: serves also what did not come encrypted. Default: no. */
  readonly insecureHttp?: boolean
  /** How often what needs no token may be tried. */
  readonly attempts?: AttemptRules
  /** Longest execution input, output or result, in characters. Default 4 Mi; AWS 256 Ki. */
  readonly payloadLimit?: number
  /** Longest state machine definition, in characters. Default 1 Mi, as on AWS. */
  readonly definitionLimit?: number
  /** Requests being answered at once, long polls and streams not counted; more are told to come again. Default 1,000. */
  readonly maxInFlight?: number
  /** How long `close` lets requests finish before it cuts them off. Default 10 s. */
  readonly graceMs?: number
}

export interface Server {
  /** Opens the port. @throws HoldfastError server.port when it cannot. */
  listen(): Promise<ServerAddress>
  /** Lets nobody in any more, ends long polls and streams, waits for what is being answered, then closes. */
  close(): Promise<void>
  /** Where it listens; undefined before `listen` and after `close`. */
  readonly address: ServerAddress | undefined
}

export type ServerAddress = { readonly host: string; readonly port: number; readonly url: string }

const mebi = 1024 * 1024
const defaults = {
  host: '127.0.0.1',
  port: 7400,
  allowedHosts: [],
  trustedProxies: [],
  insecureHttp: false,
  attempts: usualAttempts,
  payloadLimit: 4 * mebi,
  definitionLimit: mebi,
  maxInFlight: 1000,
  graceMs: 10_000,
} as const satisfies Required<ServerOptions>

/** Builds the server; nothing is opened before `listen`. */
export function createServer(dependencies: ServerDependencies, options: ServerOptions = {}): Server {
  return new HttpEntrance(dependencies, { ...defaults, ...options })
}

class HttpEntrance implements Server {
  readonly #dependencies: ServerDependencies
  readonly #options: Required<ServerOptions>
  readonly #traffic = new Traffic()
  readonly #door: DoorRules
  readonly #proxies: Proxies
  readonly #wire: WireOptions
  readonly #api: Api
  readonly #refused = new WeakSet<Duplex>()
  readonly #http: HttpServer
  #closed: Promise<void> | undefined

  constructor(dependencies: ServerDependencies, options: Required<ServerOptions>) {
    this.#dependencies = dependencies
    this.#options = options
    this.#door = doorRules(options.host, options.allowedHosts)
    this.#proxies = new Proxies(options.trustedProxies)
    const attempts = new Attempts(dependencies.clock, options.attempts)
    const limits = { payload: options.payloadLimit, definition: options.definitionLimit }
    // Text inside JSON may double: every quote in it is written with a backslash.
    const bodyBytes = 2 * Math.max(limits.payload, limits.definition) + 64 * 1024
    this.#wire = { limits, bodyBytes, traffic: this.#traffic, clientOf: (request) => this.#clientOf(request) }
    this.#api = createApi(dependencies, {
      ...{ bodyBytes, traffic: this.#traffic, attempts },
      clientOf: (request) => this.#clientOf(request),
    })
    this.#http = createHttpServer(connectionRules, (request, response) => this.#serve(request, response))
    this.#http.on('clientError', (error: NodeJS.ErrnoException, socket) => this.#refuseUnread(error.code, socket))
    // A tunnel through here is nothing that anybody gets.
    this.#http.on('connect', (_request, socket) => this.#refuseUnread('HPE_INVALID_METHOD', socket))
    this.#http.on('checkExpectation', (request, response) => this.#serve(request, response))
  }

  get address(): ServerAddress | undefined {
    const bound = this.#http.address()
    return bound === null || typeof bound === 'string' ? undefined : addressOf(bound)
  }

  async listen(): Promise<ServerAddress> {
    await this.#api.ready()
    const { host, port } = this.#options
    await new Promise<void>((resolve, reject) => {
      // A promise hears the first error only. What fails later is one connection, which must not end the server.
      this.#http.on('error', (error) => {
        if (this.#http.listening) this.#dependencies.logger.error('a connection could not be accepted', { error })
        else reject(cannotListen(host, port, error))
      })
      this.#http.listen({ host, port, backlog: 1024 }, resolve)
    })
    const { address } = this
    if (address === undefined) throw cannotListen(host, port, new Error('the server has no address'))
    return address
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const { clock } = this.#dependencies
    const shut = new Promise<void>((resolve) => this.#http.close(() => resolve()))
    const stopWaiting = clock.alarm(clock.now() + this.#options.graceMs, () => this.#http.closeAllConnections())
    await this.#traffic.drain()
    stopWaiting()
    this.#http.closeAllConnections()
    await shut
    await this.#api.close()
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const refusal = this.#refusal(request)
    this.#traffic.enter(response)
    request.url = originForm(request.url ?? '')
    if (refusal !== undefined) this.#noteRefusal(refusal, request)
    if (this.#traffic.closing || refusal?.code === 'server.malformed') response.shouldKeepAlive = false
    if (isWireRequest(request)) {
      if (refusal !== undefined) return refuseWire(response, refusal, this.#dependencies.newRequestId())
      return void this.#serveWire(request, response)
    }
    for (const [name, value] of browserHeaders) response.setHeader(name, value)
    if (this.#clientOf(request).isHttps) response.setHeader('strict-transport-security', 'max-age=31536000')
    if (refusal !== undefined) return this.#api.refuse(request, response, refusal)
    this.#api.serve(request, response)
  }

  /** What came is no request: the parser has given up on the connection. */
  #refuseUnread(code: string | undefined, socket: Duplex): void {
    if (code === 'ECONNRESET') return void socket.destroy()
    // The parser tells again of what still comes.
    if (this.#refused.has(socket)) return
    this.#refused.add(socket)
    const { metrics, newRequestId, clock } = this.#dependencies
    const error = faultOfParser(code, connectionRules.maxHeaderSize)
    metrics.answered({ method: 'none', route: 'malformed', status: statusOf(error), ms: 0 })
    refuseConnection(socket, this.#traffic.answeringOn(socket), () => ({
      ...{ text: writtenProblem(error, newRequestId()), clock },
    }))
  }

  #noteRefusal(error: HoldfastError, request: IncomingMessage): void {
    const { method = '', headers } = request
    const what = { type: 'header', id: error.place ?? '' } as const
    const refusal = refusalOf(error, { method, headers, what, address: this.#clientOf(request).address })
    if (refusal !== undefined) this.#dependencies.noteRefusal(refusal)
  }

  #clientOf(request: IncomingMessage): Client {
    return clientOf(this.#proxies, peerHeaders(request))
  }

  async #serveWire(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { metrics, elapsed } = this.#dependencies
    const began = elapsed()
    await serveWire(this.#dependencies, this.#wire, request, response)
    const route = `wire ${actionNameIn(request)}`
    metrics.answered({ method: 'POST', route, status: response.statusCode, ms: elapsed() - began })
  }

  #refusedPlain(request: IncomingMessage): HoldfastError | undefined {
    const { host, insecureHttp } = this.#options
    if (insecureHttp || isLoopback(host)) return undefined
    return refusedPlain(this.#proxies, peerHeaders(request), request.url ?? '')
  }

  #refusal(request: IncomingMessage): HoldfastError | undefined {
    const { method = '', url: target = '', headers } = request
    const malformed = faultOfForm(request)
    if (malformed !== undefined) return malformed
    const { host, origin } = headers
    const fetchSite = single(headers['sec-fetch-site'])
    const fetchMode = single(headers['sec-fetch-mode'])
    const refused = refusedAtTheDoor(this.#door, { method, target, host, origin, fetchSite, fetchMode })
    if (refused !== undefined) return refused
    const plain = this.#refusedPlain(request)
    if (plain !== undefined) return plain
    if (this.#traffic.closing) return serverError('server.closing', 'The server is closing')
    if (this.#traffic.answering < this.#options.maxInFlight) return undefined
    return serverError('server.busy', `The server is answering ${this.#options.maxInFlight} requests already`)
  }
}

/** A slow or silent caller holds a connection no longer than this. */
const connectionRules = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
  // Refused in our own words.
  requireHostHeader: false,
} as const

const peerHeaders = ({ socket, headers }: IncomingMessage): PeerHeaders => ({
  peer: socket.remoteAddress,
  forwardedFor: joined(headers['x-forwarded-for']),
  forwardedProto: joined(headers['x-forwarded-proto']),
})

const joined = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join(',') : header

const single = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header

function addressOf({ address, port, family }: AddressInfo): ServerAddress {
  const any = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  const name = family === 'IPv6' ? `[${any}]` : any
  return { host: address, port, url: `http://${name}:${port}` }
}

function cannotListen(host: string, port: number, cause: Error): HoldfastError {
  const { why, repair } = listenFault(cause, port)
  return serverError('server.port', `Cannot listen on ${host}, port ${port}: ${why}`, {
    place: `port ${port}`,
    ...(repair === undefined ? {} : { repair }),
    cause,
  })
}

function listenFault(cause: Error, port: number): { readonly why: string; readonly repair?: string } {
  switch ('code' in cause ? cause.code : undefined) {
    case 'EADDRINUSE':
      return { why: 'something else listens there' }
    case 'EADDRNOTAVAIL':
      return { why: 'this machine has no such address', repair: 'leave out --host, or name an address of this machine' }
    case 'ENOTFOUND':
      return { why: 'there is no such host', repair: 'leave out --host, or name an address of this machine' }
    case 'EACCES':
      return {
        why: 'the system does not allow it',
        repair: port < 1024 ? 'choose a port from 1024 on with --port' : 'choose another one with --port',
      }
    default:
      return { why: cause.message }
  }
}
