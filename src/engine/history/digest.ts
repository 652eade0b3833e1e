/** The digest of a history: stored with the execution at its end, and in the trail, which cannot be changed unseen. */
import { type Actor, requirePermission } from '../../access/index.ts'
import type { SealedRecord, Trail } from '../../audit/index.ts'
import type { Engine } from '../engine.ts'
import { requireExecution } from '../execution/rows.ts'
import { historyDigest } from './rows.ts'

/**
 * `running`: it has none yet. `unsealed`: the history is as it was at the end, and the trail has not sealed (or no longer
 * keeps) the record of it. `verified`: it is what the trail says. `changed`: the history, or the digest beside it, is not
 * what `expected` says, which is the trail's word where it has one.
 */
export type DigestVerification =
  | { readonly kind: 'running' }
  | { readonly kind: 'unsealed' | 'verified'; readonly digest: string }
  | { readonly kind: 'changed'; readonly expected: string | null; readonly found: string | null }

/**
 * Whether an execution's history is still what it was when it ended.
 * @throws HoldfastError arn.invalid, execution.missing
 */
export function verifyDigest(
  engine: Pick<Engine, 'store' | 'account'>,
  trail: Pick<Trail, 'query'>,
  actor: Actor,
  arn: string,
): DigestVerification {
  requirePermission(actor, 'trail.verify', { type: 'execution', id: arn })
  const { id, status, digest, startedAt } = requireExecution(engine.store.read, engine.account, arn)
  if (status === 0) return { kind: 'running' }
  const found = historyDigest(engine.store.read, id)
  const recorded = recordedDigest(trail, arn, startedAt)
  const expected = recorded ?? digest
  if (found !== expected) return { kind: 'changed', expected, found }
  if (digest !== expected) return { kind: 'changed', expected, found: digest }
  return { kind: recorded === undefined ? 'unsealed' : 'verified', digest: found }
}

/** A name can be used again once its execution is no longer kept: only what was recorded since the start counts. */
function recordedDigest(trail: Pick<Trail, 'query'>, arn: string, since: number): string | undefined {
  const { items } = trail.query({
    action: 'execution.close',
    subject: { type: 'execution', id: arn },
    since,
    limit: 1,
  })
  return digestIn(items[0])
}

function digestIn(record: SealedRecord | undefined): string | undefined {
  if (record?.change === undefined) return undefined
  const change: unknown = JSON.parse(record.change)
  return typeof change === 'object' && change !== null && 'historySha256' in change
    ? String(change.historySha256)
    : undefined
}
