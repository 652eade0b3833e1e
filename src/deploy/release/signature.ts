/** Ed25519 keys and signatures of releases. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { deployError } from '../errors.ts'
import { identityOf, signedText } from './identity.ts'
import type { ReleaseDocument, SignedRelease } from './schemas.ts'

export type PublicKey = {
  /** First 16 hexadecimal digits of the SHA-256 of the key. */
  readonly id: string
  readonly pem: string
}

/** @throws HoldfastError deploy.key_invalid */
export function readPublicKey(pem: string): PublicKey {
  const key = parseKey(pem, (text) => createPublicKey(text))
  return { id: idOf(key), pem: key.export({ type: 'spki', format: 'pem' }).toString() }
}

/** Whether the holder of the key signed exactly this canonical text. */
export function isSignedBy(publicPem: string, canonical: string, signature: string): boolean {
  return verify(null, Buffer.from(signedText(canonical)), createPublicKey(publicPem), Buffer.from(signature, 'base64'))
}

/** Signs a release file. For the CLI and for tests: the server holds no private key. @throws HoldfastError deploy.key_invalid */
export function signRelease(privatePem: string, document: ReleaseDocument): SignedRelease {
  const secret = parseKey(privatePem, (text) => createPrivateKey(text))
  const createdAt = document['createdAt']
  const { canonical } = identityOf(document, typeof createdAt === 'string' ? createdAt : '1970-01-01T00:00:00Z')
  const value = sign(null, Buffer.from(signedText(canonical)), secret).toString('base64')
  return { release: asJson(canonical), signature: { key: idOf(createPublicKey(secret)), value } }
}

function parseKey(pem: string, parse: (pem: string) => KeyObject): KeyObject {
  try {
    const key = parse(pem)
    if (key.asymmetricKeyType !== 'ed25519') throw new TypeError(`a key of type ${String(key.asymmetricKeyType)}`)
    return key
  } catch (cause) {
    throw deployError('deploy.key_invalid', 'This is no Ed25519 key', {
      place: 'publicKey',
      accepted: 'an Ed25519 key in PEM, as `openssl genpkey -algorithm ed25519` makes one',
      cause,
    })
  }
}

function idOf(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('hex').slice(0, 16)
}

/** What canonicalJson wrote is an object, because it was given one. */
const asJson = (canonical: string): SignedRelease['release'] => JSON.parse(canonical) as SignedRelease['release']
