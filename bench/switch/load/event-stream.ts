/** A reader of an event stream: no event may be missing, and a stream ends in order or it was cut. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { steadyMs } from '../steady-clock.ts'
import { classifyAnswer, classifyError, type Problem } from '../verdict/classify.ts'
import type { Books } from './books.ts'

/** The application tells something four times a second. */
const silentMs = 20_000
/** Clients are asked to wait longer than that; here the next switch shall find them connected. */
const longestComeBackMs = 200

export class StreamClient {
  readonly #port: number
  readonly #books: Books
  #call: ClientRequest | undefined
  #stopping = false
  #watch: NodeJS.Timeout | undefined
  #release: string | undefined
  #pid: number | undefined

  constructor(port: number, books: Books) {
    this.#port = port
    this.#books = books
    this.#connect()
  }

  stop(): void {
    this.#stopping = true
    clearTimeout(this.#watch)
    this.#call?.destroy()
  }

  #connect(): void {
    if (this.#stopping) return
    let over = false
    const end = (problem: Problem | undefined): void => {
      if (over) return
      over = true
      clearTimeout(this.#watch)
      if (this.#stopping) return
      if (problem === undefined) this.#books.count('streamsEndedPolitely')
      else this.#fail(problem)
      setTimeout(() => this.#connect(), longestComeBackMs)
    }
    const call = request({ host: '127.0.0.1', port: this.#port, path: '/events', agent: false }, (answer) =>
      this.#read(answer, end),
    )
    this.#call = call
    call.on('error', (error) => end(classifyError(error, false)))
    call.end()
    this.#awaitEvent(end)
  }

  #read(answer: IncomingMessage, end: (problem: Problem | undefined) => void): void {
    const { headers, statusCode: status = 0 } = answer
    this.#release = headers['x-release-id']?.toString()
    this.#pid = Number(headers['x-pid'])
    const edgeCause = headers['x-holdfast-edge']?.toString()
    const wrong = classifyAnswer({ status, edgeCause, release: this.#release, pid: headers['x-pid']?.toString() }, true)
    if (wrong !== undefined) {
      answer.resume()
      return end(wrong)
    }
    let text = ''
    let last = 0
    answer.setEncoding('utf8')
    answer.on('data', (chunk: string) => {
      this.#awaitEvent(end)
      const events = (text + chunk).split('\n\n')
      text = events.pop() ?? ''
      for (const event of events) last = this.#take(event, last)
    })
    answer.on('end', () => end(text === '' ? undefined : { cause: 'stream-cut', detail: 'it ended within an event' }))
    answer.on('error', (error) => end({ cause: 'stream-cut', detail: error.message }))
    answer.on('close', () => end({ cause: 'stream-cut', detail: 'it broke off' }))
  }

  #take(event: string, last: number): number {
    const id = /^id: (\d+)$/m.exec(event)?.[1]
    if (id === undefined) return last
    this.#books.count('events')
    if (Number(id) !== last + 1) this.#fail({ cause: 'event-lost', detail: `event ${id} after ${last}` })
    return Number(id)
  }

  #awaitEvent(end: (problem: Problem) => void): void {
    clearTimeout(this.#watch)
    this.#watch = setTimeout(() => {
      end({ cause: 'timeout', detail: `no event within ${silentMs} ms` })
      this.#call?.destroy()
    }, silentMs)
  }

  #fail(problem: Problem): void {
    const now = steadyMs()
    const names = this.#release === undefined ? {} : { release: this.#release, pid: this.#pid ?? 0 }
    const times = { atMs: now, scheduledMs: now, sentMs: now }
    this.#books.failed({ ...problem, ...names, ...times, kind: 'events', isNewConnection: true })
  }
}
