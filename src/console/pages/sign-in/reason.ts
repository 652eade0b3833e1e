/** The usual reasons for which nobody is let in, of a problem document. Pure. */
import type { Problem } from '../../api/generated.ts'

export type Reason = {
  readonly kind: 'refused' | 'code' | 'over' | 'wait' | 'many' | 'recovery' | 'signOn' | 'provider'
  readonly wait: string
}

const kinds: Readonly<Record<string, Reason['kind']>> = {
  'access.sign_in_refused': 'refused',
  'access.second_factor_wrong': 'code',
  'access.sign_in_step_over': 'over',
  'access.sign_in_wait': 'wait',
  'server.too_many_attempts': 'many',
  'identity.sign_on_refused': 'signOn',
  'identity.provider_unavailable': 'provider',
  'access.recovery_refused': 'recovery',
}

export function reasonOf({ code, accepted = '' }: Pick<Problem, 'code' | 'accepted'>): Reason | undefined {
  const kind = kinds[code]
  return kind === undefined ? undefined : { kind, wait: /(\d+\s*(?:h|m|s)\b.*)$/.exec(accepted)?.[1] ?? '' }
}
