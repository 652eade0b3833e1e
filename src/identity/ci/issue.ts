/** A short-lived token for a job of a pipeline, in exchange for the ID token that its issuer gave it. */
import { appendRecord } from '../../audit/index.ts'
import { type CreatedToken, type Grant, makeToken } from '../../access/index.ts'
import { HoldfastError } from '../../base/index.ts'
import { ciRefused, ciReplayed, ciUnmapped, providerUnavailable, whyOf } from '../errors.ts'
import type { Identity } from '../identity.ts'
import { spendOnce } from '../spent.ts'
import { judgeJob } from './rules.ts'
import { type CiIssuer, issuerOf, type SignedClaims } from './verify.ts'

/** `secret` is told this once. */
export type CiToken = { readonly secret: string; readonly expiresAt: number; readonly grants: readonly Grant[] }

const tokenLivesMs = 15 * 60_000

/**
 * Each ID token is good for one. Who may what is what the rules of the configuration say, and nothing without one.
 * @throws HoldfastError identity.ci_refused, identity.ci_replayed, identity.ci_unmapped, identity.provider_unavailable
 */
export async function issueCiToken(identity: Identity, idToken: string): Promise<CiToken> {
  const issuer = issuerOf(identity.ciIssuers, idToken)
  if (issuer === undefined) throw ciRefused({ why: 'no issuer of the configuration' })
  const claims = await issuer.verify(idToken).catch((cause: unknown) => {
    identity.access.logger.warn('an ID token of a pipeline was refused', { issuer: issuer.name, error: cause })
    throw cause instanceof HoldfastError
      ? providerUnavailable(issuer.name, cause)
      : ciRefused({ issuer: issuer.name, why: whyOf(cause) }, cause)
  })
  const { grants, mattered } = judgeJob(issuer.settings.rules, claims)
  if (grants.length === 0) {
    identity.access.logger.warn('no rule fits a job of a pipeline', { issuer: issuer.name, subject: claims.sub })
    throw ciUnmapped(claims.sub.slice(0, 200), { issuer: issuer.name, subject: claims.sub })
  }
  const made = await exchanged(identity, { issuer, claims, grants, mattered })
  // Thrown after the commit: that it came twice stays in the trail.
  if (made === undefined) throw ciReplayed()
  return made
}

type Job = {
  readonly issuer: CiIssuer
  readonly claims: SignedClaims
  readonly grants: readonly Grant[]
  readonly mattered: Readonly<Record<string, string>>
}

function exchanged({ access }: Identity, job: Job): Promise<CiToken | undefined> {
  const { issuer, claims, grants, mattered } = job
  const by = { type: 'inbound', id: `ci/${issuer.name}`, via: 'api' } as const
  return access.store.write((tx) => {
    const at = access.clock.now()
    const told = { sub: claims.sub, jti: claims.jti, ...mattered }
    // As long as the clock's tolerance lets the ID token be taken.
    const end = claims.exp * 1000 + 60_000
    if (!spendOnce(tx, { parts: ['ci', issuer.settings.issuer, claims.jti], nowMs: at, expiresAt: end })) {
      const subject = { type: 'issuer', id: issuer.name }
      appendRecord(tx, { at, actor: by, action: 'token.replayed', subject, change: told })
      return undefined
    }
    const expiresAt = at + tokenLivesMs
    const made: CreatedToken = makeToken(access, tx, {
      ...{ name: nameOf(issuer.name, claims.sub), holder: { grants }, expiresAt, by, claims: told },
    })
    return { secret: made.secret, expiresAt, grants }
  })
}

/** As lists of tokens and of who did what show it. */
const nameOf = (issuer: string, subject: string): string =>
  `${issuer} ${subject}`.replaceAll(/[^\p{L}\p{N} ._@:/-]/gu, '-').slice(0, 80)
