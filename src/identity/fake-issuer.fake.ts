/** An identity provider for tests that signs whatever it is told to, right or wrong. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose'

export type FakeIssuer = Awaited<ReturnType<typeof openIssuer>>

/** What the token endpoint answers to a code; tests change it. */
type IdTokenOf = (code: string) => Promise<string> | string

/** Made once: they take their time. */
const pairs = Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')])

export async function openIssuer() {
  const [own, foreign] = await pairs
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
  let idToken: IdTokenOf = () => ''
  let says: Record<string, unknown> = {}
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(`${request.method} ${path}`)
    const send = (body: object): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (path === '/.well-known/openid-configuration') return send({ ...discovery(), ...says })
    if (path === '/jwks') return send({ keys: [jwk] })
    let text = ''
    request.on('data', (piece: Buffer) => (text += piece.toString()))
    request.on('end', () => {
      const code = new URLSearchParams(text).get('code') ?? ''
      void Promise.resolve(idToken(code)).then((token) =>
        send({ access_token: 'a', token_type: 'Bearer', expires_in: 60, id_token: token }),
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const discovery = () => ({
    ...{
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/jwks`,
    },
    ...{ response_types_supported: ['code'], subject_types_supported: ['public'] },
    ...{ id_token_signing_alg_values_supported: ['RS256'], authorization_response_iss_parameter_supported: true },
  })
  return {
    url,
    asked,
    /** Its public key as PEM, for whoever signs with that as if it were a shared secret. */
    publicPem: await exportSPKI(own.publicKey),
    answerWith: (answer: IdTokenOf) => void (idToken = answer),
    discoverySays: (changes: Record<string, unknown>) => void (says = changes),
    sign: (claims: Record<string, unknown>, by: 'own' | 'foreign' = 'own') =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
        .sign(by === 'own' ? own.privateKey : foreign.privateKey),
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

/** A token that nobody has signed. */
export function unsigned(claims: Record<string, unknown>, header: Record<string, unknown> = { alg: 'none' }): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part(header)}.${part(claims)}.`
}
