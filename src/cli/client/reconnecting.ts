/** A stream of events that is taken up again when its connection breaks: servers restart, networks blink. */
import { HoldfastError, type ServerEvent } from '../../base/index.ts'

/** Lost, and later there again. */
export type Connection = { readonly kind: 'connection'; readonly lost: boolean }

export type EventSource<Item> = {
  /** Connects, after the event with this id. `undefined` when there is nothing more. */
  open(last: string | undefined): Promise<AsyncIterable<ServerEvent> | undefined>
  /** `undefined` for what is no item. */
  read(event: ServerEvent): Item | undefined
  isLast(item: Item): boolean
  pause(ms: number): Promise<void>
  /** Also a first connection that fails is tried again: something has begun that is to be watched. */
  readonly patient: boolean
}

/** A server that restarts is away for a second or two, a person who restarts it for a minute. */
const reconnects = 120
const reconnectMs = 500

/** Ends after the last item, or when there is nothing more. @throws what connecting throws when the server stays away */
export async function* reconnecting<Item>(source: EventSource<Item>): AsyncGenerator<Item | Connection, void> {
  let last: string | undefined
  let begun = source.patient
  let lost = false
  for (let failures = 0; failures < reconnects; failures++) {
    try {
      const events = await source.open(last)
      if (lost) yield { kind: 'connection', lost: false }
      lost = false
      if (events === undefined) return
      for await (const event of events) {
        const item = source.read(event)
        if (item === undefined) continue
        last = event.id ?? last
        begun = true
        failures = 0
        yield item
        if (source.isLast(item)) return
      }
    } catch (error) {
      if (!begun || !isUnreachable(error) || failures === reconnects - 1) throw error
    }
    if (!lost) yield { kind: 'connection', lost: true }
    lost = true
    await source.pause(reconnectMs)
  }
}

export const isUnreachable = (error: unknown): boolean =>
  error instanceof HoldfastError && error.code === 'cli.unreachable'
