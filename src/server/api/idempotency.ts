/**
 * Writes that may be repeated. A caller that got no answer sends the request again with the same Idempotency-Key and gets the
 * first answer, not a second effect. Keys belong to their caller and are kept for a day.
 *
 * The answer is kept after the change is committed. When the process dies in between, the change says itself which request made it,
 * and the answer is made again from what it changed.
 */
import { createHash } from 'node:crypto'
import type { RequestEffect } from '../../audit/index.ts'
import type { Clock } from '../../base/index.ts'
import { serverError } from '../errors.ts'

export type PlainAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
export type KeptAnswer = PlainAnswer & {
  /** Of method, path and body: the same key with another request is refused. */
  readonly fingerprint: string
}

/** Where answers are kept. An implementation must have written an answer durably when `keep` resolves. */
export interface AnswerKeeper {
  /** What a request with this key has changed already: noted in the transaction of the change. */
  effects(key: string): Promise<readonly RequestEffect[]> | readonly RequestEffect[]
  find(key: string): Promise<KeptAnswer | undefined> | KeptAnswer | undefined
  keep(key: string, answer: KeptAnswer, untilMs: number): Promise<void> | void
}

const keptMs = 24 * 3_600_000
const keyForm = /^[\x21-\x7e]{1,128}$/

/** The key as given, made unique to the caller. @throws HoldfastError api.idempotency_key */
export function idempotencyKeyOf(actorId: string, header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  if (keyForm.test(header)) return digest(actorId, header)
  throw serverError('api.idempotency_key', 'The idempotency key is not well formed', {
    place: 'Idempotency-Key',
    accepted: '1 to 128 visible ASCII characters, for example a UUID',
  })
}

export const fingerprintOf = (method: string, path: string, body: string): string => digest(method, path, body)

function digest(...parts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length}:${part}`)
  return hash.digest('base64url')
}

/** Runs each key's request once at a time and keeps its answer. */
export class Idempotency {
  readonly #keeper: AnswerKeeper
  readonly #clock: Clock
  readonly #running = new Set<string>()

  constructor(keeper: AnswerKeeper, clock: Clock) {
    this.#keeper = keeper
    this.#clock = clock
  }

  /**
   * `again` answers out of what a request has changed whose answer was lost; undefined where that is to be done once more, which
   * then changes nothing further. @throws HoldfastError api.idempotency_key_reused, api.idempotency_in_progress, and whatever
   * `run` throws (not kept)
   */
  async once({ key, fingerprint, run, again }: Once): Promise<PlainAnswer> {
    if (this.#running.has(key)) {
      throw serverError('api.idempotency_in_progress', 'A request with this idempotency key is being carried out')
    }
    this.#running.add(key)
    try {
      const kept = await this.#keeper.find(key)
      if (kept !== undefined) return repeated(kept, fingerprint)
      const effects = await this.#keeper.effects(key)
      for (const effect of effects) requireSame(effect, fingerprint)
      const derived = effects.length === 0 ? undefined : await again(effects)
      const answer = derived ?? (await run())
      await this.#keeper.keep(key, { ...answer, fingerprint }, this.#clock.now() + keptMs)
      return derived === undefined ? answer : asRepeated(answer)
    } finally {
      this.#running.delete(key)
    }
  }
}

type Once = {
  readonly key: string
  readonly fingerprint: string
  readonly run: () => Promise<PlainAnswer>
  readonly again: (effects: readonly RequestEffect[]) => Promise<PlainAnswer | undefined>
}

function repeated(kept: KeptAnswer, fingerprint: string): PlainAnswer {
  requireSame(kept, fingerprint)
  return asRepeated(kept)
}

function requireSame(before: Pick<KeptAnswer, 'fingerprint'>, fingerprint: string): void {
  if (before.fingerprint === fingerprint) return
  throw serverError('api.idempotency_key_reused', 'This idempotency key was used for another request', {
    place: 'Idempotency-Key',
  })
}

const asRepeated = ({ status, headers, body }: PlainAnswer): PlainAnswer => ({
  ...{ status, body },
  headers: { ...headers, 'idempotency-replayed': 'true' },
})
