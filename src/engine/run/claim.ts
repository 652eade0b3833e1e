import type { Transaction } from '../../store/index.ts'
import { Elsewhere, type Node } from '../node/node.ts'
import type { Core } from './core.ts'
import { type Live, loadLive } from './live.ts'

type Claiming = { readonly core: Core; readonly tx: Transaction; readonly node: Node }

/** A sleeper may have been woken by another node meanwhile: what is cached counts only if nothing was written since. */
export function claimLive(
  { core, tx, node }: Claiming,
  id: number,
  cached: Live | undefined,
): Live | Elsewhere | undefined {
  const claim = node.claim(tx, id)
  if (claim.kind === 'closed') return undefined
  if (claim.kind === 'elsewhere') return new Elsewhere(node, claim.node)
  return cached?.seq === claim.seq ? cached : loadLive(core, core.revisions, tx, id)
}
