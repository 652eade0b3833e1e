/** The codes of this folder. */
import { HoldfastError } from '../base/index.ts'

export const identityErrorCodes = [
  'identity.ci_refused',
  'identity.ci_replayed',
  'identity.ci_unmapped',
  'identity.provider_missing',
  'identity.provider_unavailable',
  'identity.sign_on_refused',
] as const

/** For the trail: what is known, and what was wrong. */
type About = Readonly<Record<string, string>>

/** A stable word for what a library did not believe: its own words may hold what it was sent. */
export function whyOf(cause: unknown): string {
  const { code, claim }: { code?: unknown; claim?: unknown } = Object(cause)
  return [code, claim].filter((part) => typeof part === 'string').join(' ') || 'not to be believed'
}

export const providerMissing = (name: string): HoldfastError =>
  new HoldfastError('identity.provider_missing', `There is no identity provider "${name.slice(0, 80)}"`, {
    kind: 'missing',
    place: 'provider',
    accepted: 'one of GET /v1/sign-on',
  })

/** One answer for all that does not fit: who forges learns nothing. What it was stands in the log. */
export const signOnRefused = (about: About, cause?: unknown): HoldfastError =>
  new HoldfastError('identity.sign_on_refused', 'This sign-on was not begun here, was used, or is not to be trusted', {
    kind: 'unauthenticated',
    repair: 'begin again on the sign-in page; the log of the server says why',
    ...{ about, cause },
  })

export const providerUnavailable = (name: string, cause: unknown): HoldfastError =>
  new HoldfastError('identity.provider_unavailable', `The identity provider ${name} does not answer as it should`, {
    kind: 'unavailable',
    repair: 'try again; the log of the server says why',
    cause,
  })

export const ciRefused = (about: About, cause?: unknown): HoldfastError =>
  new HoldfastError('identity.ci_refused', 'This is no ID token that a job of a configured issuer was given for here', {
    kind: 'unauthenticated',
    place: 'token',
    accepted: 'a signed ID token that is not over, with the audience of the configuration',
    ...{ about, cause },
  })

export const ciReplayed = (): HoldfastError =>
  new HoldfastError('identity.ci_replayed', 'This ID token was used before', {
    kind: 'unauthenticated',
    place: 'token',
    repair: 'request another one from the pipeline',
  })

export const ciUnmapped = (who: string, about: About): HoldfastError =>
  new HoldfastError('identity.ci_unmapped', `No rule lets ${who} do anything here`, {
    ...{ kind: 'forbidden', about },
    place: 'token',
    repair: 'add a rule to ci in holdfast.config.ts; holdfast tokens ci-rules shows those there are',
  })
