/** The listening sockets, bound and held, never accepted from. Workers inherit their descriptors and do the rest. */
import { closeSync } from 'node:fs'
import { BoundSocket } from 'node:net'
import type { ListenerSettings } from '../contract.ts'
import { edgeError, messageOf, portTaken, systemCode } from '../errors.ts'

type Place = Pick<ListenerSettings, 'name' | 'host' | 'port'>
type Held = { readonly place: string; readonly descriptor: number; readonly port: number; readonly close: () => void }

export class ListeningSockets {
  #held: readonly Held[]

  private constructor(held: readonly Held[]) {
    this.#held = held
  }

  /** @throws HoldfastError edge.port_taken */
  static bind(listeners: readonly Place[]): ListeningSockets {
    const sockets = new ListeningSockets([])
    sockets.follow(listeners)
    return sockets
  }

  /** From a worker that outlived its keeper: the descriptors in the order of the listeners. */
  static inherit(
    listeners: readonly Place[],
    descriptors: readonly number[],
    ports: readonly number[],
  ): ListeningSockets {
    return new ListeningSockets(
      listeners.map((listener, at) => {
        const descriptor = descriptors[at] ?? -1
        return {
          place: placeOf(listener),
          descriptor,
          port: ports[at] ?? listener.port,
          close: () => closeSync(descriptor),
        }
      }),
    )
  }

  get descriptors(): readonly number[] {
    return this.#held.map(({ descriptor }) => descriptor)
  }
  get ports(): readonly number[] {
    return this.#held.map(({ port }) => port)
  }

  /** Binds what is new, lets go of what is gone. All or nothing. @throws HoldfastError edge.port_taken */
  follow(listeners: readonly Place[]): void {
    const before = this.#held
    const bound: Held[] = []
    try {
      this.#held = listeners.map((listener) => {
        const kept = before.find(({ place }) => place === placeOf(listener))
        if (kept !== undefined) return kept
        const held = bind(listener)
        bound.push(held)
        return held
      })
    } catch (error) {
      for (const held of bound) held.close()
      throw error
    }
    for (const held of before) if (!this.#held.includes(held)) held.close()
  }

  close(): void {
    for (const held of this.#held) held.close()
    this.#held = []
  }
}

/** Listeners on port 0 are told apart by name: each has its own free port. */
function placeOf({ name, host, port }: Place): string {
  return port === 0 ? `${host}:0:${name}` : `${host}:${port}`
}

function bind(listener: Place): Held {
  try {
    const socket = new BoundSocket({ host: listener.host, port: listener.port })
    return {
      place: placeOf(listener),
      descriptor: socket.fd(),
      port: socket.address().port,
      close: () => socket.close(),
    }
  } catch (cause) {
    const where = `${listener.host}:${listener.port}`
    if (systemCode(cause) !== 'EADDRINUSE') {
      throw edgeError(
        'edge.settings_invalid',
        `Listener "${listener.name}" cannot be bound to ${where}: ${messageOf(cause)}`,
        {
          place: `/listeners/${listener.name}`,
          cause,
        },
      )
    }
    throw portTaken(listener, cause)
  }
}
