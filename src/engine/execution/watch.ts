import { type Actor, requirePermission } from '../../access/index.ts'
import type { HistoryRecord, WatchRequest } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { readHistory } from '../history/read.ts'
import type { WatchNews } from '../run/watchers.ts'
import { isRunning, requireExecution } from './rows.ts'

const pageSize = 500

/**
 * The history as it is committed: what is there already, then what comes, until the execution ends, the caller leaves or
 * the engine stops. @throws HoldfastError arn.invalid, execution.missing
 */
export async function* watchExecution(
  engine: Engine,
  actor: Actor,
  request: WatchRequest,
  signal: AbortSignal,
): AsyncGenerator<readonly HistoryRecord[], void, undefined> {
  const { executionArn } = request
  requirePermission(actor, 'execution.watch', { type: 'execution', id: executionArn })
  const { id, revisionId } = requireExecution(engine.store.read, engine.account, executionArn)
  const { machine } = engine.revisions.get(engine.store.read, revisionId)
  const bell = new Bell(signal)
  const leave = engine.watchers.add(id, (news) => bell.ring(news))
  let after = request.afterEventId ?? 0
  try {
    while (!signal.aborted) {
      // Asked before the events are read: what was committed with the end is among them then.
      const ended = bell.stopping || !isRunning(engine.store.read, id)
      const { items, more } = readHistory(engine.store.read, {
        machine,
        executionId: id,
        shown: after,
        limit: pageSize,
      })
      if (items.length > 0) yield items
      after = items.at(-1)?.id ?? after
      if (more) continue
      if (ended) return
      await bell.rung()
    }
  } finally {
    leave()
    bell.close()
  }
}

/** Rings between two looks are one ring. */
class Bell {
  readonly #signal: AbortSignal
  readonly #aborted = (): void => this.ring('stopping')
  #pending = false
  #wake: (() => void) | undefined
  stopping = false

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', this.#aborted, { once: true })
  }

  ring(news: WatchNews): void {
    this.stopping ||= news === 'stopping'
    this.#pending = true
    this.#wake?.()
  }

  async rung(): Promise<void> {
    if (!this.#pending) await new Promise<void>((resolve) => (this.#wake = resolve))
    this.#wake = undefined
    this.#pending = false
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#aborted)
  }
}
