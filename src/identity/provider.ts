/** One OpenID Connect provider: where it sends people, and what it says about whoever comes back. */
import * as oidc from 'openid-client'
import type { Clock } from '../base/index.ts'
import type { Gate } from '../outbound/index.ts'
import { fetchThrough } from './fetch.ts'
import type { ProviderSettings } from './settings.ts'

/** One-time secrets of a sign-on, which only the browser that began it and we know. */
export type Secrets = { readonly state: string; readonly nonce: string; readonly verifier: string }

export type Claims = Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string }

export interface Provider {
  readonly settings: ProviderSettings
  /** Where the browser is sent: code flow, PKCE, state and nonce. */
  authorizationUrl(redirectUri: string, secrets: Secrets): Promise<URL>
  /**
   * What its ID token says, and its userinfo. The code is spent by it; signature, issuer, audience, times and nonce are checked.
   * `callback` is the redirect URI with the query that the browser came back with.
   * @throws what the library or the gate throws
   */
  exchange(callback: URL, secrets: Secrets): Promise<Claims>
}

export type ProviderOptions = {
  /** In the configuration. */
  readonly name: string
  readonly settings: ProviderSettings
  readonly gate: Gate
  readonly readSecret: (reference: string) => string
  readonly clock: Clock
}

/** Keys and endpoints change seldom; a provider that was reconfigured is known again after so long. */
const knownForMs = 3_600_000

export function openProvider(options: ProviderOptions): Provider {
  const { settings, clock } = options
  let known: { readonly at: number; readonly configuration: Promise<oidc.Configuration> } | undefined
  const configuration = (): Promise<oidc.Configuration> => {
    if (known === undefined || clock.now() - known.at > knownForMs) {
      const asked = { at: clock.now(), configuration: discover(options) }
      known = asked
      asked.configuration.catch(() => {
        // What failed is asked for anew the next time; whoever waits for it is told.
        if (known === asked) known = undefined
      })
    }
    return known.configuration
  }
  return {
    settings,
    async authorizationUrl(redirectUri, { state, nonce, verifier }) {
      return oidc.buildAuthorizationUrl(await configuration(), {
        ...{ redirect_uri: redirectUri, scope: settings.scopes.join(' '), response_type: 'code', state, nonce },
        ...{ code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
      })
    },
    async exchange(callback, { state, nonce, verifier }) {
      const found = await configuration()
      const tokens = await oidc.authorizationCodeGrant(found, callback, {
        ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
      })
      const claims = tokens.claims()
      if (claims === undefined) throw new Error('no ID token came')
      const { userinfo_endpoint: userinfo } = found.serverMetadata()
      const more = userinfo === undefined ? {} : await oidc.fetchUserInfo(found, tokens.access_token, claims.sub)
      return { ...more, ...claims }
    },
  }
}

async function discover({ name, settings, gate, readSecret }: ProviderOptions): Promise<oidc.Configuration> {
  const { issuer, clientId, secret } = settings
  const through = fetchThrough(gate, { kind: 'provider', id: name })
  const customFetch: oidc.CustomFetch = (url, asked) => through(url, asked)
  // In clear only where the gate lets it: loopback and what the configuration allows.
  const inClear = issuer.startsWith('http:') ? { execute: [oidc.allowInsecureRequests] } : {}
  const found = await oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), {
    ...{ [oidc.customFetch]: customFetch, ...inClear },
  })
  const server = found.serverMetadata()
  const proof = secret === undefined ? oidc.None() : clientProof(server, readSecret(secret))
  const configuration = new oidc.Configuration(server, clientId, undefined, proof)
  configuration[oidc.customFetch] = customFetch
  if (issuer.startsWith('http:')) oidc.allowInsecureRequests(configuration)
  // The signature of an ID token is checked too, however safe the way it came.
  oidc.enableNonRepudiationChecks(configuration)
  return configuration
}

function clientProof({ token_endpoint_auth_methods_supported: methods }: oidc.ServerMetadata, secret: string) {
  const isBasic = methods === undefined || methods.includes('client_secret_basic')
  return isBasic ? oidc.ClientSecretBasic(secret) : oidc.ClientSecretPost(secret)
}
