/** The keys of the trail. They live in files, outside the database: who can write the one cannot forge the other. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RandomBytes } from '../base/index.ts'
import { fileFaultOf, readPrivate, writePrivate } from '../store/index.ts'
import { keyDamaged, keyMissing } from './errors.ts'

export type SigningKey = {
  /** First 16 hex digits of the SHA-256 of the public key. */
  readonly id: string
  readonly publicPem: string
  /** Base64 Ed25519 signature of the UTF-8 text. */
  sign(text: string): string
  verify(text: string, signature: string): boolean
}

export type TrailKeys = { readonly signing: SigningKey; readonly redaction: Uint8Array }

export type KeyOptions = {
  readonly folder: string
  readonly randomBytes: RandomBytes
  /** Whether something was signed already: then a missing key is a loss and not a first start. */
  readonly signedBefore: boolean
}

/** What precedes the 32 secret bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Reads the keys; at the first start makes them. @throws HoldfastError audit.key_missing, audit.key_damaged */
export function openKeys({ folder, randomBytes, signedBefore }: KeyOptions): TrailKeys {
  makeFolder(folder)
  const signingFile = join(folder, 'trail-signing.pem')
  const redactionFile = join(folder, 'redaction.key')
  if (signedBefore && !existsSync(signingFile)) throw keyMissing(signingFile)
  const pem = readOrMake(signingFile, () => newPrivateKey(randomBytes))
  const redaction = readOrMake(redactionFile, () => `${Buffer.from(randomBytes(32)).toString('hex')}\n`)
  return { signing: parseSigningKey(signingFile, pem), redaction: parseRedactionKey(redactionFile, redaction) }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw fileFaultOf(error, folder)
  }
}

function newPrivateKey(randomBytes: RandomBytes): string {
  const der = Buffer.concat([pkcs8Prefix, randomBytes(32)])
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString()
}

function parseSigningKey(file: string, pem: string): SigningKey {
  try {
    return signingKeyOf(createPrivateKey(pem))
  } catch (error) {
    throw keyDamaged(file, error)
  }
}

function signingKeyOf(secret: KeyObject): SigningKey {
  if (secret.asymmetricKeyType !== 'ed25519') throw new TypeError(`not Ed25519 but ${secret.asymmetricKeyType}`)
  const open = createPublicKey(secret)
  const der = open.export({ type: 'spki', format: 'der' })
  return {
    id: createHash('sha256').update(der).digest('hex').slice(0, 16),
    publicPem: open.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (text) => sign(null, Buffer.from(text), secret).toString('base64'),
    verify: (text, signature) => verify(null, Buffer.from(text), open, Buffer.from(signature, 'base64')),
  }
}

function parseRedactionKey(file: string, text: string): Uint8Array {
  if (!/^[0-9a-f]{64}\n?$/.test(text)) throw keyDamaged(file, undefined)
  return Buffer.from(text.trim(), 'hex')
}

function readOrMake(file: string, make: () => string): string {
  const kept = readPrivate(file)
  if (kept !== undefined) {
    chmodSync(file, 0o600)
    return kept.toString('utf8')
  }
  const text = make()
  writePrivate(file, text)
  return text
}
