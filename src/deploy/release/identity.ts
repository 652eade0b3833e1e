/** What a release is called: its canonical text (RFC 8785), the digest of that, and an id that sorts by time. Pure. */
import { createHash } from 'node:crypto'
import { canonicalJson, type PlainJson } from '../../audit/index.ts'

export type ReleaseIdentity = {
  /** `20260102T030405Z-0f1e2d3c4b5a`: when it was signed, and the beginning of its digest. */
  readonly id: string
  /** SHA-256 of the canonical text, in hexadecimal. */
  readonly digest: string
  readonly canonical: string
}

/** Of the document as it was written, before any default. `createdAt` has been checked. @throws HoldfastError audit.not_canonical */
export function identityOf(document: PlainJson, createdAt: string): ReleaseIdentity {
  const canonical = canonicalJson(document)
  const digest = createHash('sha256').update(canonical).digest('hex')
  const seconds = new Date(Date.parse(createdAt)).toISOString().replace(/\.\d+Z$/, 'Z')
  return { id: `${seconds.replaceAll(/[-:]/g, '')}-${digest.slice(0, 12)}`, digest, canonical }
}

/** What is signed: the text says for what, so that no signature of another thing passes for one of a release. */
export const signedText = (canonical: string): string => `holdfast release v1\n${canonical}`
