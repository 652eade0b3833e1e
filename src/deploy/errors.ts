/** Every error code of this folder, with its kind and what to do. How a *deployment* fails is in `failure.ts`. */
import { type ErrorDetails, type ErrorKind, HoldfastError } from '../base/index.ts'

type Entry = { readonly kind: ErrorKind; readonly repair?: string }

export const deployErrors = {
  'deploy.release_invalid': { kind: 'invalid' },
  'deploy.target_unknown': { kind: 'invalid' },
  'deploy.release_stale': {
    kind: 'invalid',
    repair: 'sign the release anew; to return to an old one: holdfast rollback PROJECT CONFIG --to RELEASE',
  },
  'deploy.release_future': { kind: 'invalid', repair: 'set the clock of the machine that signs, and sign again' },
  'deploy.release_replayed': { kind: 'conflict' },
  'deploy.release_older': {
    kind: 'conflict',
    repair: 'to return to an older release: holdfast rollback PROJECT CONFIG --to RELEASE',
  },
  'deploy.release_damaged': {
    kind: 'internal',
    repair: 'see who wrote to the database; deploy a release that is whole',
  },
  'deploy.release_missing': { kind: 'missing', repair: 'see them with: holdfast history PROJECT CONFIG' },

  'deploy.signature_invalid': { kind: 'forbidden', repair: 'sign the release again, after its last change' },
  'deploy.key_unknown': { kind: 'forbidden', repair: 'register the public key with: holdfast keys add FILE' },
  'deploy.key_revoked': { kind: 'forbidden', repair: 'sign with a key that is registered' },
  'deploy.key_invalid': { kind: 'invalid' },
  'deploy.key_missing': { kind: 'missing', repair: 'see them with: holdfast keys list' },

  'deploy.not_waiting': { kind: 'conflict' },
  'deploy.own_request': { kind: 'forbidden' },
  'deploy.maker_unknown': { kind: 'forbidden' },
  'deploy.plan_differs': { kind: 'conflict' },
  'deploy.approval_expired': { kind: 'conflict' },
  'deploy.nothing_to_review': { kind: 'conflict' },

  'deploy.locked': { kind: 'conflict' },
  'deploy.lock_settling': { kind: 'unavailable', repair: 'try again in a few seconds' },
  'deploy.lock_missing': { kind: 'missing', repair: 'see them with: holdfast locks' },
  'deploy.lock_lost': { kind: 'conflict' },

  'deploy.request_invalid': { kind: 'invalid' },
  'deploy.deployment_missing': { kind: 'missing', repair: 'see them with: holdfast history PROJECT CONFIG' },
  'deploy.ended': { kind: 'conflict' },
  'deploy.committed': {
    kind: 'conflict',
    repair: 'it is done but for cleaning up; go back with: holdfast rollback PROJECT CONFIG',
  },
  'deploy.not_paused': { kind: 'conflict' },
  'deploy.not_retryable': { kind: 'conflict' },
  'deploy.state_unknown': { kind: 'invalid' },
  'deploy.nothing_to_roll_back': { kind: 'conflict' },
} as const satisfies Readonly<Record<string, Entry>>

export type DeployErrorCode = keyof typeof deployErrors

export function deployError(code: DeployErrorCode, message: string, details: ErrorDetails = {}): HoldfastError {
  const entry: Entry = deployErrors[code]
  return new HoldfastError(code, message, { kind: entry.kind, repair: entry.repair, ...details })
}
