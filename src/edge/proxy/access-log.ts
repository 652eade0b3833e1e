/** One JSON line per request, written in batches, rotated by size. A disk that is full costs lines, never requests. */
import { closeSync, fstatSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import type { AccessLogSettings } from '../contract.ts'
import { messageOf } from '../errors.ts'
import type { EdgeMachine } from '../machine.ts'

export type AccessEntry = {
  readonly at: number
  readonly requestId: string
  readonly client: string
  readonly method: string
  readonly host: string
  readonly path: string
  /** 0 when no head of an answer was sent. */
  readonly status: number
  readonly cause?: string
  readonly route?: string
  readonly release?: string
  readonly target?: string
  readonly retries?: number
  readonly clientAborted?: true
  readonly bytesIn: number
  readonly bytesOut: number
  readonly tookMs: number
}

export interface AccessLog {
  write(entry: AccessEntry): void
  flush(): void
  close(): void
}

export const noAccessLog: AccessLog = { write() {}, flush() {}, close() {} }

const flushMs = 500
const flushBytes = 65_536

export class AccessLogFile implements AccessLog {
  readonly #settings: AccessLogSettings
  readonly #machine: EdgeMachine
  #descriptor: number | undefined
  #size = 0
  #lines = ''
  #cancel: () => void = () => {}
  #waiting = false
  #failing = false

  constructor(settings: AccessLogSettings, machine: EdgeMachine) {
    this.#settings = settings
    this.#machine = machine
  }

  write(entry: AccessEntry): void {
    this.#lines += `${JSON.stringify(entry)}\n`
    if (this.#lines.length >= flushBytes) return this.flush()
    if (this.#waiting) return
    this.#waiting = true
    const { clock } = this.#machine
    this.#cancel = clock.alarm(clock.now() + flushMs, () => this.flush())
  }

  flush(): void {
    this.#cancel()
    this.#waiting = false
    const lines = this.#lines
    this.#lines = ''
    if (lines === '') return
    try {
      this.#append(lines)
      this.#failing = false
    } catch (error) {
      // Said once, not with each line: the disk may be full.
      if (!this.#failing) this.#machine.logger.error('the access log cannot be written', { error: messageOf(error) })
      this.#failing = true
      this.#closeFile()
    }
  }

  close(): void {
    this.flush()
    this.#closeFile()
  }

  #append(lines: string): void {
    const bytes = Buffer.from(lines)
    let descriptor = this.#open()
    if (this.#size > 0 && this.#size + bytes.length > this.#settings.maxBytes) {
      this.#rotate(descriptor)
      descriptor = this.#open()
    }
    writeSync(descriptor, bytes)
    this.#size += bytes.length
  }

  #open(): number {
    if (this.#descriptor !== undefined) return this.#descriptor
    this.#descriptor = openSync(this.#settings.file, 'a', 0o640)
    this.#size = fstatSync(this.#descriptor).size
    return this.#descriptor
  }

  /** While workers change over two of them write: who finds the file renamed already only opens the new one. */
  #rotate(descriptor: number): void {
    const { file, keep } = this.#settings
    const isOurs = statSync(file, { throwIfNoEntry: false })?.ino === fstatSync(descriptor).ino
    this.#closeFile()
    if (!isOurs) return
    if (keep === 0) return closeSync(openSync(file, 'w', 0o640))
    for (let number = keep - 1; number >= 1; number--) renameIfThere(`${file}.${number}`, `${file}.${number + 1}`)
    renameSync(file, `${file}.1`)
  }

  #closeFile(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }
}

function renameIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to)
}
