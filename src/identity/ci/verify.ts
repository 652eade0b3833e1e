/** ID tokens of jobs: whether an issuer that the configuration names has signed one, for here and for now. */
import { createRemoteJWKSet, customFetch, decodeJwt, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import type { Clock } from '../../base/index.ts'
import type { Gate } from '../../outbound/index.ts'
import { fetchThrough } from '../fetch.ts'
import type { CiIssuerSettings, CiSettings } from './settings.ts'

/** Signatures by a private key only: with a shared secret, the public key would do for one. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

const claimsSchema = z.looseObject({
  iss: z.string(),
  sub: z.string(),
  jti: z.string().min(1).max(500),
  iat: z.number(),
  exp: z.number(),
})
export type SignedClaims = z.output<typeof claimsSchema>

export type CiIssuer = {
  readonly name: string
  readonly settings: CiIssuerSettings
  /** @throws what the library or the gate throws */
  verify(token: string): Promise<SignedClaims>
}

type World = { readonly gate: Gate; readonly clock: Clock }

export const openCiIssuers = (ci: CiSettings, world: World): readonly CiIssuer[] =>
  Object.entries(ci).map(([name, settings]) => {
    const keys = keysOf(name, settings, world)
    return { name, settings, verify: async (token) => verified(token, settings, { keys, clock: world.clock }) }
  })

/** Which issuer a token says it is of, before anything of it is believed; undefined when it is none of ours. */
export function issuerOf(issuers: readonly CiIssuer[], token: string): CiIssuer | undefined {
  let claims: JWTPayload
  try {
    claims = decodeJwt(token)
  } catch {
    // No token at all.
    return undefined
  }
  return issuers.find(({ settings }) => settings.issuer === claims.iss)
}

type Keys = { readonly keys: () => Promise<JWTVerifyGetKey>; readonly clock: Clock }

async function verified(token: string, settings: CiIssuerSettings, { keys, clock }: Keys): Promise<SignedClaims> {
  const { payload } = await jwtVerify(token, await keys(), {
    ...{ issuer: settings.issuer, audience: settings.audience, algorithms },
    requiredClaims: ['sub', 'jti', 'iat', 'exp'],
    currentDate: new Date(clock.now()),
    clockTolerance: 30,
    // What lives longer was not made for one job.
    maxTokenAge: '2h',
  })
  return claimsSchema.parse(payload)
}

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() })

/** Fetched when they are first needed, and anew when a token names one that is not known. */
function keysOf(name: string, { issuer, jwks }: CiIssuerSettings, { gate }: World): () => Promise<JWTVerifyGetKey> {
  const through = fetchThrough(gate, { kind: 'provider', id: name })
  let known: Promise<JWTVerifyGetKey> | undefined
  const find = async (): Promise<JWTVerifyGetKey> => {
    const url = jwks ?? (await discovered(issuer, through))
    return createRemoteJWKSet(new URL(url), { [customFetch]: through })
  }
  return () => {
    known ??= find().catch((error: unknown) => {
      known = undefined
      throw error
    })
    return known
  }
}

async function discovered(issuer: string, through: ReturnType<typeof fetchThrough>): Promise<string> {
  const answer = await through(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const found = discoverySchema.parse(await answer.json())
  if (found.issuer !== issuer) throw new Error(`${issuer} says that it is ${found.issuer}`)
  return found.jwks_uri
}
