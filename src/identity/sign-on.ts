/** Signing on at an identity provider: sent there with a ticket in the browser, and taken in with what comes back. */
import { timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { type BegunSession, signInFromOutside } from '../access/index.ts'
import { HoldfastError } from '../base/index.ts'
import { providerMissing, providerUnavailable, signOnRefused, whyOf } from './errors.ts'
import type { Identity } from './identity.ts'
import type { Claims, Provider } from './provider.ts'
import { spendOnce } from './spent.ts'

/** Which there are, for the sign-in page: short name and what people read. */
export const listProviders = ({ providers }: Identity): readonly { readonly id: string; readonly name: string }[] =>
  [...providers].map(([id, { settings }]) => ({ id, name: settings.name }))

export type SignOn = {
  readonly provider: string
  /** Of the console, as the browser calls it: the provider sends back to its page `/sign-on`, and only where it was told before. */
  readonly origin: string
  /** Path of the console to go to afterwards. */
  readonly from?: string | undefined
  /** Of an invitation: the account becomes that of whoever it invites. */
  readonly joinCode?: string | undefined
}

export type BegunSignOn = {
  readonly url: string
  /** For a cookie of this browser: without it nothing that comes back is taken. */
  readonly ticket: string
  readonly expiresAt: number
}

/** What a ticket holds, sealed: nobody but we can read or make one. */
const ticketSchema = z.object({
  provider: z.string(),
  redirectUri: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  from: z.string(),
  joinCode: z.string().optional(),
  expiresAt: z.number(),
})

const ticketLivesMs = 10 * 60_000
const [sealedAs, sealedFor] = ['sign-on', 'ticket']

/** @throws HoldfastError identity.provider_missing, identity.provider_unavailable */
export async function beginSignOn(identity: Identity, signOn: SignOn): Promise<BegunSignOn> {
  const { randomBytes, keyring, clock } = identity.access
  const provider = identity.providers.get(signOn.provider)
  if (provider === undefined) throw providerMissing(signOn.provider)
  const random = (): string => Buffer.from(randomBytes(32)).toString('base64url')
  const secrets = { state: random(), nonce: random(), verifier: random() }
  const redirectUri = `${signOn.origin}/sign-on`
  const url = await provider.authorizationUrl(redirectUri, secrets).catch((cause: unknown) => {
    identity.access.logger.warn('an identity provider cannot be used', { provider: signOn.provider, error: cause })
    throw providerUnavailable(signOn.provider, cause)
  })
  const expiresAt = clock.now() + ticketLivesMs
  const { joinCode } = signOn
  const held: z.output<typeof ticketSchema> = {
    ...{ provider: signOn.provider, redirectUri, ...secrets, from: ownPath(signOn.from), expiresAt },
    ...(joinCode === undefined ? {} : { joinCode }),
  }
  const ticket = Buffer.from(keyring.seal(sealedAs, sealedFor, JSON.stringify(held))).toString('base64url')
  return { url: url.href, ticket, expiresAt }
}

export type SignedOn = BegunSession & {
  /** Path of the console. */
  readonly from: string
}

export type Returned = {
  /** Of the cookie. */
  readonly ticket: string | undefined
  /** What stood behind `?` when the browser came back. */
  readonly query: string
  readonly userAgent?: string | undefined
}

/**
 * Taken only from the browser that began it, once, within ten minutes; and only when the provider stands by it.
 * @throws HoldfastError identity.sign_on_refused, identity.provider_unavailable, access.outside_unknown, access.outside_login_taken,
 * access.code_refused
 */
export async function finishSignOn(identity: Identity, { ticket, query, userAgent }: Returned): Promise<SignedOn> {
  const held = opened(identity, ticket)
  const provider = held === undefined ? undefined : identity.providers.get(held.provider)
  const callback = held === undefined ? undefined : new URL(`?${query.replace(/^\?/, '')}`, held.redirectUri)
  const isOurs = held !== undefined && equal(callback?.searchParams.get('state') ?? '', held.state)
  if (held === undefined || provider === undefined || callback === undefined || !isOurs)
    throw signOnRefused({ why: held === undefined ? 'no ticket of this browser' : 'another state' })
  await spend(identity, held)
  const claims = await provider.exchange(callback, held).catch((cause: unknown) => {
    throw told(identity, held.provider, cause)
  })
  const session = await signInFromOutside(identity.access, {
    account: accountOf(provider, claims),
    provider: held.provider,
    createPeople: provider.settings.createPeople,
    joinCode: held.joinCode,
    userAgent,
  })
  return { ...session, from: held.from }
}

type Ticket = z.output<typeof ticketSchema>

function opened({ access }: Identity, ticket: string | undefined): Ticket | undefined {
  if (ticket === undefined) return undefined
  try {
    const text = access.keyring.unseal(sealedAs, sealedFor, Buffer.from(ticket, 'base64url').toString('utf8'))
    const held = ticketSchema.parse(JSON.parse(text))
    return held.expiresAt > access.clock.now() ? held : undefined
  } catch {
    // Made by somebody else, or under a key that is lost: no ticket.
    return undefined
  }
}

/** Before the provider is asked: a state that comes twice does not reach it twice. */
async function spend({ access }: Identity, { state, expiresAt }: Ticket): Promise<void> {
  const nowMs = access.clock.now()
  const isFirst = await access.store.write((tx) => spendOnce(tx, { parts: ['state', state], nowMs, expiresAt }))
  if (!isFirst) throw signOnRefused({ why: 'used before' })
}

function accountOf({ settings }: Provider, claims: Claims) {
  const text = (claim: string): string | undefined => {
    const value = claims[claim]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const there = claims[settings.groupsClaim]
  const names = Array.isArray(there) ? there.filter((one) => typeof one === 'string') : []
  const mapped = Object.entries(settings.groups)
  const member = mapped.flatMap(([theirs, ours]) => (names.includes(theirs) ? [ours] : []))
  return {
    ...{ issuer: claims.iss, subject: claims.sub },
    login: text('preferred_username') ?? text('email'),
    name: text('name') ?? text('preferred_username'),
    groups: mapped.length === 0 ? undefined : { decided: mapped.map(([, ours]) => ours), member },
  }
}

/** For the log why it is, for the person only which of two things to do. */
function told({ access }: Identity, provider: string, cause: unknown): HoldfastError {
  access.logger.warn('a sign-on was refused', { provider, error: cause })
  return isOutage(cause) ? providerUnavailable(provider, cause) : signOnRefused({ provider, why: whyOf(cause) }, cause)
}

/** The gate's own faults lie below what the library makes of them. */
function isOutage(cause: unknown): boolean {
  if (cause instanceof HoldfastError) return cause.code.startsWith('outbound.')
  return cause instanceof Error && cause.cause !== undefined && isOutage(cause.cause)
}

/** Only into the console itself: an address that somebody else made may lead anywhere. */
export function ownPath(path: string | undefined): string {
  const isPath = path !== undefined && /^\/(?![/\\])[^\p{Cc}\\]*$/u.test(path) && !/^\/sign-(in|on)/.test(path)
  return isPath ? path : '/'
}

function equal(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)]
  return first.length === second.length && timingSafeEqual(first, second)
}
