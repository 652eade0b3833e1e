/** A small world for tests of the edge: applications, an edge worker in this process, clients; time stands still. */
import { createServer, type IncomingMessage, request, type RequestListener, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { silentLogger, VirtualClock } from '../base/index.ts'
import type { EdgeHappening, EdgeSettings, Route, Target } from './contract.ts'
import { loadSettings } from './keeper/load-settings.ts'
import type { EdgeMachine } from './machine.ts'
import { parseRoutes, parseSettings } from './routes/parse-routes.ts'
import { EdgeWorker } from './worker/edge-worker.ts'

export type App = {
  readonly server: Server
  readonly port: number
  readonly seen: IncomingMessage[]
  readonly sockets: Set<Socket>
}

/** An application that answers probes with its release; everything else is the handler's. */
export class World {
  readonly clock = new VirtualClock()
  readonly happenings: EdgeHappening[] = []
  readonly #waiting = new Set<() => void>()
  readonly #closers: (() => void)[] = []
  #version = 0
  #chance = 0
  worker: EdgeWorker | undefined

  readonly machine: EdgeMachine = {
    clock: this.clock,
    monotonicMs: () => this.clock.now(),
    randomBytes: (length) => Uint8Array.from({ length }, () => (this.#chance = (this.#chance * 5 + 113) % 256)),
    logger: silentLogger,
  }

  async app(
    release: string,
    handler: RequestListener = (_, response) => response.end(`from ${release}`),
  ): Promise<App> {
    const seen: IncomingMessage[] = []
    const server = createServer({ keepAliveTimeout: 0 }, (incoming, response) => {
      response.setHeader('x-release-id', release)
      if (incoming.headers['x-holdfast-probe'] !== undefined) return void response.end()
      seen.push(incoming)
      handler(incoming, response)
    })
    const sockets = new Set<Socket>()
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })
    const port = await listen(server)
    this.#closers.push(() => {
      server.close()
      server.closeAllConnections()
      for (const socket of sockets) socket.destroy()
    })
    return { server, port, seen, sockets }
  }

  async edge(settings: Partial<EdgeSettings> = {}): Promise<number> {
    const listeners = settings.listeners ?? [{ name: 'main', host: '127.0.0.1', port: 0 }]
    const worker = new EdgeWorker({
      settings: await loadSettings(parseSettings({ ...settings, listeners })),
      machine: this.machine,
      tell: (happening) => {
        this.happenings.push(happening)
        for (const look of this.#waiting) look()
      },
    })
    await worker.listen(listeners.map(() => ({ host: '127.0.0.1', port: 0 })))
    this.worker = worker
    this.#closers.push(() => worker.destroy())
    return worker.ports[0] ?? 0
  }

  apply(...routes: readonly Route[]): void {
    this.worker?.apply(parseRoutes({ version: ++this.#version, routes }))
  }

  /** Applies them and waits until every serving target is proven. */
  async serve(...routes: readonly Route[]): Promise<void> {
    this.apply(...routes)
    for (const { id, targets, weights } of routes) {
      for (const target of targets) {
        const weight = weights.find(({ release }) => release === target.release)?.weight ?? 0
        if (target.state === 'active' && weight > 0) await this.health(id, target.id, 'healthy')
      }
    }
  }

  /** Rings due probes until the target is in this state. */
  async health(route: string, target: string, state: string): Promise<void> {
    for (;;) {
      const found = this.worker
        ?.report()
        .routes.find(({ id }) => id === route)
        ?.targets.find(({ id }) => id === target)
      if (found?.health.state === state) return
      await turn()
      this.clock.advanceBy(5)
    }
  }

  /** The first such happening, past or to come. */
  async happened<K extends EdgeHappening['kind']>(
    kind: K,
    fits: (happening: Extract<EdgeHappening, { kind: K }>) => boolean = () => true,
  ): Promise<Extract<EdgeHappening, { kind: K }>> {
    const is = (one: EdgeHappening): one is Extract<EdgeHappening, { kind: K }> => one.kind === kind
    const find = () => this.happenings.find((one) => is(one) && fits(one))
    return new Promise((resolve) => {
      const look = (): void => {
        const found = find()
        if (found === undefined || !is(found)) return
        this.#waiting.delete(look)
        resolve(found)
      }
      this.#waiting.add(look)
      look()
    })
  }

  target(release: string, app: { readonly port: number }, more: Partial<Target> = {}): Target {
    const id = more.id ?? release
    return { id, release, instance: id, address: { host: '127.0.0.1', port: app.port }, state: 'active', ...more }
  }

  route(targets: readonly Target[], more: Partial<Route> = {}): Route {
    const releases = [...new Set(targets.map(({ release }) => release))]
    return {
      id: 'shop',
      project: 'acme/shop',
      config: 'production',
      service: 'web',
      hosts: ['*'],
      weights: releases.map((release) => ({ release, weight: 1 })),
      health: { rise: 1, fall: 2, intervalMs: 1000, bootIntervalMs: 10, timeoutMs: 500 },
      targets,
      ...more,
    }
  }

  close(): void {
    for (const close of this.#closers.toReversed()) close()
  }
}

export type Answer = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly body: string }

export type Question = {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** On a connection of its own. Rejects when the answer is cut. */
export function ask(port: number, { method = 'GET', path = '/', headers = {}, body }: Question = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (text += chunk))
      answer.on('error', reject)
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }))
    })
    call.on('error', reject)
    call.end(body)
  })
}

/** Bytes as they are, and everything that comes back until the other side closes. */
export async function raw(port: number, bytes: string): Promise<string> {
  const line = new Line(port)
  line.write(bytes)
  return line.ended
}

/** A bare connection. */
export class Line {
  readonly socket: Socket
  text = ''
  bytes = Buffer.alloc(0)
  readonly ended: Promise<string>
  readonly #looks = new Set<() => void>()

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.on('data', (chunk: Buffer) => {
      this.bytes = Buffer.concat([this.bytes, chunk])
      this.text += chunk.toString('latin1')
      for (const look of this.#looks) look()
    })
    this.socket.on('error', () => {})
    this.ended = new Promise((resolve) => {
      this.socket.on('close', () => resolve(this.text))
    })
  }

  write(data: string | Buffer): void {
    this.socket.write(data)
  }

  async saw(fits: (text: string) => boolean): Promise<string> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!fits(this.text)) return
        this.#looks.delete(look)
        resolve(this.text)
      }
      this.#looks.add(look)
      look()
    })
  }
}

/** Lets everything happen that is ready to happen. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Turns until it is so; a test that waits in vain is ended by its time limit. */
export async function until(fits: () => boolean): Promise<void> {
  while (!fits()) await turn()
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(address !== null && typeof address === 'object' ? address.port : 0)
    })
  })
}
