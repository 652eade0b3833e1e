/**
 * The agent's way to its control plane: HTTP, the agent being the client. It asks what to do by long poll, tells what became
 * of it, and takes the way up again whenever it is lost. What the control plane refuses for good it does not ask again.
 */
import { type Clock, HoldfastError, type Logger, type RandomBytes } from '../base/index.ts'
import type { CommandSource, Outcome, Poll } from '../host/index.ts'
import { type Answered, postJson, problemIn } from './post-json.ts'

export type Told = Pick<Poll, 'facts' | 'edge' | 'zone' | 'address'>

export type LinkEvent =
  | { readonly kind: 'connected'; readonly url: string; readonly host: ConnectedHost; readonly again: boolean }
  | { readonly kind: 'lost'; readonly reason: string }
  /** It goes on asking now and then, unless another agent took over. */
  | { readonly kind: 'refused'; readonly error: HoldfastError }

export type ConnectedHost = {
  readonly id: string
  readonly name: string
  readonly zone: string
  readonly address: string
}

export type LinkOptions = {
  readonly token: string
  /** Where it listens now; asked again whenever the way was lost. */
  readonly locate: (signal: AbortSignal) => Promise<string>
  readonly version: string
  /** Of this start of the agent. */
  readonly session: string
  readonly tell: () => Told
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly logger: Logger
  readonly on: (event: LinkEvent) => void
}

export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly url: string; readonly host: ConnectedHost }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'refused'; readonly error: HoldfastError }

const firstDelayMs = 50
const longestDelayMs = 2_000
/** Somebody may restore a host that was removed, or upgrade the control plane. */
const refusedDelayMs = 30_000
const pollMs = 25_000
/** For an answer beyond what it was to wait for: a connection that is dead and does not say so. */
const silenceMs = 10_000

export class ControlPlaneLink implements CommandSource {
  readonly #options: LinkOptions
  readonly #closing = new AbortController()
  #telling = new AbortController()
  /** Handed to the agent and not reported yet: a repetition of one is not handed over again. */
  readonly #underWay = new Set<string>()
  #url: Promise<string> | undefined
  #state: LinkState = { kind: 'connecting' }
  #host: ConnectedHost | undefined
  #failures = 0

  constructor(options: LinkOptions) {
    this.#options = options
  }

  get state(): LinkState {
    return this.#state
  }

  /** As the control plane said last. */
  get host(): ConnectedHost | undefined {
    return this.#host
  }

  async next(signal: AbortSignal): Promise<readonly unknown[]> {
    const ends = AbortSignal.any([signal, this.#closing.signal])
    while (!ends.aborted) {
      const commands = await this.#persist(() => this.#poll(ends), ends)
      const fresh = (commands ?? []).filter(({ key }) => !this.#underWay.has(key))
      for (const { key } of fresh) this.#underWay.add(key)
      if (fresh.length > 0) return fresh
    }
    // Closed before its agent: whoever is answered at once asks again at once, and nothing else would ever get its turn.
    await this.#pause(Infinity, signal)
    return []
  }

  async report(outcome: Outcome): Promise<void> {
    await this.#persist(() => this.#send(outcome), this.#closing.signal)
    this.#underWay.delete(outcome.key)
  }

  close(): void {
    this.#closing.abort()
  }

  /** What is told has changed: the control plane hears it now, and not when a poll is over. */
  tellNow(): void {
    this.#telling.abort()
    this.#telling = new AbortController()
  }

  async #poll(signal: AbortSignal): Promise<readonly Keyed[]> {
    const { session, version, tell } = this.#options
    // The first poll answers at once: so the agent knows that it is connected, and as whom.
    const waitMs = this.#state.kind === 'connected' ? pollMs : 0
    const poll: Poll = { ...tell(), session, agent: { version }, underWay: [...this.#underWay], waitMs }
    const telling = this.#telling.signal
    const ends = AbortSignal.any([signal, telling])
    const answer = this.#post('commands/next', poll, { signal: ends, withinMs: waitMs + silenceMs })
    // What is handed out in that moment is lost, and handed out again to the next poll, which does not have it under way.
    const { url, body } = await answer.catch((error: unknown) => {
      if (telling.aborted && !signal.aborted) return nothingTaken
      throw error
    })
    if (url === undefined) return []
    const { host, commands } = takenIn(body)
    this.#reached(url, host)
    return commands
  }

  async #send(outcome: Outcome): Promise<void> {
    const { session, logger } = this.#options
    const ask = { signal: this.#closing.signal, withinMs: silenceMs }
    try {
      await this.#post('outcomes', { session, outcome }, ask)
    } catch (error) {
      if (!isUnacceptable(error)) throw error
      // It would be refused each time: whoever waits is told that there is an outcome which cannot be told.
      logger.error('an outcome cannot be told', { key: outcome.key, error })
      await this.#post('outcomes', { session, outcome: untellable(outcome.key, error) }, ask)
    }
  }

  async #post(path: string, body: unknown, { signal, withinMs }: { signal: AbortSignal; withinMs: number }) {
    const { locate, token } = this.#options
    this.#url ??= locate(signal)
    const url = await this.#url
    const answer: Answered = await postJson(`${url}/v1/hosts/self/${path}`, { body, token, signal, withinMs })
    if (answer.status >= 300) throw problemIn(answer)
    return { url, body: answer.body }
  }

  /** Until it works or the signal fires; undefined then. */
  async #persist<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    while (!signal.aborted) {
      if (isOver(this.#state)) {
        await this.#pause(Infinity, signal)
        return undefined
      }
      try {
        return await act()
      } catch (error) {
        if (signal.aborted) return undefined
        await this.#pause(this.#missed(error), signal)
      }
    }
    return undefined
  }

  #reached(url: string, host: ConnectedHost): void {
    const again = this.#host !== undefined
    const isNews = this.#state.kind !== 'connected'
    this.#failures = 0
    this.#host = host
    this.#state = { kind: 'connected', url, host }
    if (isNews) this.#options.on({ kind: 'connected', url, host, again })
  }

  /** How long to wait before the next try. A connection that was closed while it idled is no loss: that is tried at once. */
  #missed(error: unknown): number {
    this.#url = undefined
    if (isRefusal(error)) {
      if (this.#state.kind !== 'refused') {
        this.#state = { kind: 'refused', error }
        this.#options.on({ kind: 'refused', error })
      }
      return refusedDelayMs
    }
    this.#failures++
    if (this.#failures === 1 && this.#state.kind === 'connected') return 0
    const reason = reasonOf(error)
    if (this.#state.kind !== 'lost') this.#options.on({ kind: 'lost', reason })
    this.#state = { kind: 'lost', reason }
    const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(this.#failures, 10))
    // A little by chance, so that many hosts do not come back at the same moment.
    return delay * (0.75 + (this.#options.randomBytes(1)[0] ?? 0) / 512)
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    return new Promise((resolve) => {
      const end = (): void => {
        cancel()
        signal.removeEventListener('abort', end)
        resolve()
      }
      const cancel = ms === Infinity ? (): void => {} : clock.alarm(clock.now() + ms, end)
      signal.addEventListener('abort', end, { once: true })
      if (signal.aborted) end()
    })
  }
}

const nothingTaken = { url: undefined, body: undefined } as const

type Keyed = { readonly kind: string; readonly key: string }

/** The cast: what answers is a control plane of this version or near it, and the agent parses every command anyway. */
function takenIn(body: unknown): { readonly host: ConnectedHost; readonly commands: readonly Keyed[] } {
  return body as { readonly host: ConnectedHost; readonly commands: readonly Keyed[] }
}

const refusals: ReadonlySet<string> = new Set([
  'access.unauthenticated',
  'access.forbidden',
  'host.unknown',
  'host.superseded',
])
const isRefusal = (error: unknown): error is HoldfastError => error instanceof HoldfastError && refusals.has(error.code)
/** Another agent took over: this one is not asked any more, whatever it says. */
const isOver = (state: LinkState): boolean => state.kind === 'refused' && state.error.code === 'host.superseded'

const isUnacceptable = (error: unknown): error is HoldfastError =>
  error instanceof HoldfastError && ['invalid', 'too_large'].includes(error.kind)

const untellable = (key: string, { message }: HoldfastError): Outcome => ({
  key,
  ok: false,
  failure: {
    code: 'host.internal',
    message: `The agent carried it out, and the control plane does not take its answer: ${message}`,
    kind: 'internal',
    retryable: false,
  },
})

/** Node hides why a connection failed in the cause of its error. */
function reasonOf(error: unknown): string {
  if (error instanceof HoldfastError) return error.message
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED') return 'nothing listens there'
  if (cause instanceof Error && cause.message !== '') return cause.message
  return error instanceof Error ? error.message : String(error)
}
