/** Whether a signed release may be deployed now. A decision: what is known comes in, the refusal comes out. */
import { formatDuration, type HoldfastError } from '../../base/index.ts'
import { deployError } from '../errors.ts'
import { isSignedBy } from './signature.ts'

export const oldestMs = 10 * 86_400_000
export const newestMs = 2 * 60_000

export type Candidate = {
  readonly id: string
  readonly canonical: string
  readonly createdAtMs: number
  readonly signature: { readonly key: string; readonly value: string }
}

export type KnownKey = { readonly pem: string; readonly revokedAt: number | null }

/** What is known of the project and config. */
export type Known = {
  readonly now: number
  readonly key: KnownKey | undefined
  /** The deployment that took this very release before. */
  readonly sameBefore: { readonly deployment: string; readonly status: string } | undefined
  /** When the newest release ever accepted was signed. */
  readonly newestCreatedAtMs: number | undefined
}

/** Why it is refused; undefined when it is accepted. Signature first: nothing is told to who cannot sign. */
export function refusal(candidate: Candidate, known: Known): HoldfastError | undefined {
  return signatureRefusal(candidate, known.key) ?? replayRefusal(candidate, known) ?? freshnessRefusal(candidate, known)
}

export function signatureRefusal(candidate: Candidate, key: KnownKey | undefined): HoldfastError | undefined {
  const { signature, canonical } = candidate
  if (key === undefined) {
    return deployError('deploy.key_unknown', `No key ${signature.key} is registered`, { place: 'signature.key' })
  }
  if (key.revokedAt !== null) {
    return deployError('deploy.key_revoked', `The key ${signature.key} was revoked`, { place: 'signature.key' })
  }
  if (isSignedBy(key.pem, canonical, signature.value)) return undefined
  return deployError('deploy.signature_invalid', 'The signature does not belong to this release', {
    place: 'signature.value',
  })
}

function replayRefusal({ id, createdAtMs }: Candidate, { sameBefore, newestCreatedAtMs }: Known) {
  if (sameBefore !== undefined) {
    const { deployment, status } = sameBefore
    return deployError(
      'deploy.release_replayed',
      `The release ${id} was deployed before, by ${deployment} (${status})`,
      {
        repair: repairOf(id, deployment, status),
      },
    )
  }
  if (newestCreatedAtMs === undefined || createdAtMs > newestCreatedAtMs) return undefined
  return deployError('deploy.release_older', `A release signed at ${isoOf(newestCreatedAtMs)} was accepted already`, {
    place: 'createdAt',
    accepted: `later than ${isoOf(newestCreatedAtMs)}`,
  })
}

function repairOf(release: string, deployment: string, status: string): string {
  if (status === 'running' || status === 'paused') return `it is under way; see: holdfast why ${deployment}`
  if (status !== 'succeeded') return `holdfast retry ${deployment}`
  return `if something else serves by now, return to it with: holdfast rollback PROJECT CONFIG --to ${release}`
}

function freshnessRefusal({ createdAtMs }: Candidate, { now }: Known) {
  if (createdAtMs <= now - oldestMs) {
    return deployError('deploy.release_stale', `The release was signed ${formatDuration(now - createdAtMs)} ago`, {
      place: 'createdAt',
      accepted: 'at most 10 days ago',
    })
  }
  if (createdAtMs < now + newestMs) return undefined
  return deployError('deploy.release_future', `The release is dated ${formatDuration(createdAtMs - now)} ahead`, {
    place: 'createdAt',
    accepted: 'at most 2 minutes ahead of this machine',
  })
}

const isoOf = (ms: number): string => new Date(ms).toISOString()
