/** One request after the other, when it is due and not when the last one is answered. */
import { Agent, type IncomingMessage, request, type RequestOptions } from 'node:http'
import { steadyMs, takenOnMs } from '../steady-clock.ts'
import { classifyAnswer, classifyError, type Problem } from '../verdict/classify.ts'
import { type Body, makeOrder, makeUploads } from './bodies.ts'
import type { Books } from './books.ts'
import { dueAtMs, dueBy, type Mix, type PlannedRequest, planRequests, slowMs } from './mix.ts'

/** From when it was due. The slowest answer takes 3 s. */
const timeoutMs = 20_000
/** More would be a server that answers nothing; going on would only measure this process. */
const mostUnderway = 6000

type Way = { readonly method: string; readonly path: string; readonly body?: Body; readonly expect: string | undefined }

type Sent = PlannedRequest & {
  readonly scheduledMs: number
  readonly sentMs: number
  readonly expect: string | undefined
}

export class Requester {
  readonly #port: number
  readonly #mix: Mix
  readonly #books: Books
  readonly #plan: () => PlannedRequest
  readonly #uploads: readonly Body[]
  readonly #order: Body
  // Closes before the server does, as browsers do: the server's own time is 5 s in Node, 15 s at the edge.
  readonly #kept = new Agent({ keepAlive: true, scheduling: 'lifo', timeout: 3000, maxFreeSockets: 1024 })
  readonly #startedMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(options: { readonly port: number; readonly mix: Mix; readonly seed: number; readonly books: Books }) {
    this.#port = options.port
    this.#mix = options.mix
    this.#books = options.books
    this.#plan = planRequests(options.mix, options.seed)
    this.#uploads = makeUploads(options.seed)
    this.#order = makeOrder(options.seed)
    this.#startedMs = steadyMs()
    this.#tick()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  close(): void {
    this.#kept.destroy()
  }

  #tick(): void {
    const due = dueBy(steadyMs() - this.#startedMs, this.#mix.requestsPerSecond)
    while (this.#books.started < due) this.#start(dueAtMs(this.#books.started, this.#mix.requestsPerSecond))
    this.#timer = setTimeout(() => this.#tick(), 1)
  }

  #start(dueMs: number): void {
    this.#books.started++
    const planned = this.#plan()
    const scheduledMs = this.#startedMs + dueMs
    const way = this.#wayOf(planned)
    const sent = { ...planned, scheduledMs, sentMs: steadyMs(), expect: way.expect }
    if (this.#books.underway < mostUnderway) return this.#send(sent, way)
    this.#fail(sent, { cause: 'own', detail: `${mostUnderway} requests under way already` })
  }

  #wayOf({ kind, size }: PlannedRequest): Way {
    switch (kind) {
      case 'quick':
        return { method: 'GET', path: '/quick', expect: undefined }
      case 'slow':
        return { method: 'GET', path: `/slow?ms=${slowMs(size)}${size > 0.5 ? '&head=early' : ''}`, expect: undefined }
      case 'order':
        return { method: 'POST', path: '/digest', body: this.#order, expect: this.#order.digest }
      case 'upload': {
        const body = this.#uploads[Math.floor(size * this.#uploads.length)]
        return { method: 'POST', path: '/digest', body, expect: body?.digest }
      }
    }
  }

  #send(sent: Sent, { method, path, body }: Way): void {
    this.#books.underway++
    const options: RequestOptions = { host: '127.0.0.1', port: this.#port, method, path }
    options.agent = sent.isNewConnection ? false : this.#kept
    if (body !== undefined) options.headers = { 'content-length': body.bytes.length }
    let over = false
    const end = (problem: Problem | undefined, answer?: IncomingMessage): void => {
      if (over) return
      over = true
      clearTimeout(timer)
      this.#books.underway--
      if (problem !== undefined) this.#fail(sent, problem, answer)
      else if (answer !== undefined) this.#note(sent, answer)
    }
    const call = request(options, (answer) => readAnswer(answer, sent.expect, end))
    call.on('error', (error) => end(classifyError(error, false)))
    const timer = setTimeout(() => {
      end({ cause: 'timeout', detail: `no whole answer within ${timeoutMs} ms` })
      call.destroy()
    }, timeoutMs)
    call.end(body?.bytes)
  }

  #note({ kind, scheduledMs, sentMs }: Sent, { headers }: IncomingMessage): void {
    const arrivedMs = Number(headers['x-arrived-ms'])
    this.#books.answered({
      kind,
      scheduledMs,
      sentMs,
      placedMs: takenOnMs(textOf(headers['x-request-id'])) ?? arrivedMs,
      arrivedMs,
      endedMs: steadyMs(),
      release: textOf(headers['x-release-id']) ?? '',
      pid: Number(headers['x-pid']),
    })
  }

  #fail(sent: Sent, problem: Problem, answer?: IncomingMessage): void {
    const { kind, scheduledMs, sentMs, isNewConnection } = sent
    const release = textOf(answer?.headers['x-release-id'])
    const pid = textOf(answer?.headers['x-pid'])
    this.#books.failed({
      ...problem,
      kind,
      scheduledMs,
      sentMs,
      isNewConnection,
      atMs: steadyMs(),
      ...(release === undefined ? {} : { release }),
      ...(pid === undefined ? {} : { pid: Number(pid) }),
    })
  }
}

const pageLength = 600

function readAnswer(
  answer: IncomingMessage,
  expect: string | undefined,
  end: (problem: Problem | undefined, answer: IncomingMessage) => void,
): void {
  const head = {
    status: answer.statusCode ?? 0,
    edgeCause: textOf(answer.headers['x-holdfast-edge']),
    release: textOf(answer.headers['x-release-id']),
    pid: textOf(answer.headers['x-pid']),
  }
  let length = 0
  let text = ''
  answer.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (expect !== undefined) text += chunk.toString('latin1')
  })
  answer.on('end', () =>
    end(classifyAnswer(head, expect === undefined ? length === pageLength : text === expect), answer),
  )
  answer.on('error', (error) => end(classifyError(error, true), answer))
  answer.on('close', () => {
    if (!answer.complete) end({ cause: 'truncated', detail: `closed after ${length} bytes` }, answer)
  })
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header.join(', ') : header
}
