/** Where a stream may be ended without tearing a message: between two WebSocket frames, between two server-sent events. */

const closeOpcode = 8

/** Follows the frame heads of one direction of a WebSocket (RFC 6455, 5.2); payloads are skipped, not looked at. */
export class FrameCursor {
  #head: number[] = []
  #payloadLeft = 0n
  #sawClose = false

  get sawClose(): boolean {
    return this.#sawClose
  }

  /** True when the bytes seen so far end between two frames. */
  get between(): boolean {
    return this.#head.length === 0 && this.#payloadLeft === 0n
  }

  feed(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#payloadLeft > 0n) {
        const rest = BigInt(bytes.length - at)
        const skipped = rest < this.#payloadLeft ? rest : this.#payloadLeft
        this.#payloadLeft -= skipped
        at += Number(skipped)
      } else {
        this.#head.push(bytes[at++] ?? 0)
        this.#endHead()
      }
    }
  }

  /**
   * How many of these bytes belong to frames already begun or whole: what may still be passed on before a close frame.
   * Undefined when no boundary lies in them.
   */
  upToBoundary(bytes: Uint8Array): number | undefined {
    let passed = 0
    while (!this.between) {
      if (passed === bytes.length) return undefined
      const rest = bytes.length - passed
      const length = this.#payloadLeft === 0n ? 1 : Math.min(rest, Number(this.#payloadLeft))
      this.feed(bytes.subarray(passed, passed + length))
      passed += length
    }
    return passed
  }

  #endHead(): void {
    const second = this.#head[1]
    if (second === undefined) return
    const short = second & 0x7f
    const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0
    const maskBytes = second & 0x80 ? 4 : 0
    if (this.#head.length < 2 + lengthBytes + maskBytes) return
    const long = this.#head.slice(2, 2 + lengthBytes).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
    this.#payloadLeft = lengthBytes === 0 ? BigInt(short) : long
    if (((this.#head[0] ?? 0) & 0x0f) === closeOpcode) this.#sawClose = true
    this.#head = []
  }
}

/** A close frame with status 1001, "going away". Client to server it must be masked. */
export function goingAwayFrame(mask?: Uint8Array): Buffer {
  const status = [0x03, 0xe9]
  if (mask === undefined) return Buffer.from([0x88, 0x02, ...status])
  return Buffer.from([0x88, 0x82, ...mask.subarray(0, 4), ...status.map((byte, at) => byte ^ (mask[at] ?? 0))])
}

/** Follows an event stream: events end with an empty line, whatever the line ends are. */
export class EventCursor {
  #tail = ''
  #empty = true

  get between(): boolean {
    return this.#empty || this.#tail.replaceAll('\r\n', '\n').replaceAll('\r', '\n').endsWith('\n\n')
  }

  feed(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#empty = false
    this.#tail = (this.#tail + Buffer.from(bytes.subarray(-4)).toString('latin1')).slice(-4)
  }
}
