/** Taking over what nodes have left that are no more: executions with something under way, and events that wait. */
import type { Transaction } from '../../store/index.ts'
import { takeExpress } from '../express/rows.ts'
import { buryLife } from '../node/node-rows.ts'
import type { Effects } from './effects.ts'
import type { Core } from './core.ts'
import { loadLive } from './live.ts'
import type { RoundOutcome } from './work.ts'

/** Executions taken in one transaction. More waits for the next, so that other nodes get their share and commits stay short. */
const executionsPerRound = 200

export function takeOver(core: Core, tx: Transaction, effects: Effects): RoundOutcome {
  const { node } = core
  if (node === undefined) return { executions: 0, more: false }
  for (const life of node.round(tx)) {
    const room = executionsPerRound - effects.taken.length
    for (const id of node.takeExecutions(tx, life, room)) take(core, tx, effects, id)
    if (effects.taken.length === executionsPerRound) return { executions: executionsPerRound, more: true }
    effects.waiting.push(...node.takeInbox(tx, life))
    const express = takeExpress(tx, core.store.dialect, { from: life, to: node.life }, executionsPerRound)
    effects.express.push(...express)
    if (express.length === executionsPerRound) return { executions: effects.taken.length, more: true }
    buryLife(tx, life)
  }
  return { executions: effects.taken.length, more: false }
}

/** One execution that cannot be read must not keep all others from going on: it is left as it is. */
function take(core: Core, tx: Transaction, effects: Effects, id: number): void {
  try {
    effects.touched.set(id, loadLive(core, core.revisions, tx, id))
    effects.taken.push(id)
  } catch (error) {
    core.logger.error('an execution cannot be read and is left as it is', { executionId: id, error })
  }
}
