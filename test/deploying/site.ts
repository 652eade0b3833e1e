/** A site of files and its releases: something small that is really deployed. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestOf } from '../../examples/deployer-static-files/deployer.ts'
import type { PlainJson } from '../../src/audit/index.ts'
import { type SignedRelease, signRelease } from '../../src/deploy/index.ts'

const pem = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
export const publicKey = pem.publicKey
export const strangersKey = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey

export type Document = Readonly<Record<string, PlainJson>>
export const place = { project: 'acme/site', config: 'production' }
export const placePath = '/v1/places/acme%2Fsite/production'

/** Each release is newer than the one before it, however fast they come. */
let newest = Date.now() - 60_000

/** A version as somebody built it. */
export async function build(folder: string, version: string, more: Document = {}): Promise<Document> {
  const built = join(folder, version)
  mkdirSync(join(built, 'docs'), { recursive: true })
  writeFileSync(join(built, 'docs/index.html'), `version ${version}`)
  newest += 1000
  return {
    ...place,
    target: 'static-files',
    services: { docs: {} },
    artifact: { folder: built, sha256: await digestOf(built) },
    strategy: { kind: 'all-at-once', bake: { for: '0s' } },
    createdAt: new Date(newest).toISOString(),
    ...more,
  }
}

export const signed = (document: Document, privateKey: string = pem.privateKey): SignedRelease =>
  signRelease(privateKey, document)

const docs = (folder: string): string => join(folder, 'www/acme/site/production/docs')

/** What a visitor sees. */
export const page = (folder: string): string => readFileSync(join(docs(folder), 'current/index.html'), 'utf8')

/** Everything that stands in the folder of the site, markers of what was removed left out. */
export const left = (folder: string): readonly string[] =>
  readdirSync(docs(folder))
    .filter((name) => !/\.removed$|^(current|term)$/.test(name))
    .toSorted()
