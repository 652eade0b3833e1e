/** The keys that secrets are sealed under. They lie outside the database, so that a copy of it tells nothing. */
import { hkdfSync } from 'node:crypto'
import type { RandomBytes } from '../base/index.ts'
import { seal, unseal } from './seal.ts'

/** A key of 32 random bytes under a name; the name stands in front of what was sealed under it. */
export type SealingKey = { readonly id: string; readonly key: Uint8Array }

export type KeyringOptions = {
  /** Newest first: what is sealed now is sealed under the first. */
  readonly keys: () => readonly SealingKey[]
  /** Looks again where they lie: another process may have added one. */
  readonly reload?: () => void
  readonly randomBytes: RandomBytes
}

export type Keyring = {
  /** `purpose` is what kind of secret it is, `name` whose: it can be opened as nothing else. */
  seal(purpose: string, name: string, text: string): string
  /** @throws Error when it was sealed under a key that is lost, or for something else */
  unseal(purpose: string, name: string, sealed: string): string
  /** Whether it is sealed under an older key than the newest. */
  isOld(sealed: string): boolean
}

export function openKeyring({ keys, reload, randomBytes }: KeyringOptions): Keyring {
  const find = (id: string): SealingKey | undefined => keys().find((key) => key.id === id)
  return {
    seal(purpose, name, text) {
      const [newest] = keys()
      if (newest === undefined) throw new Error('the keyring is empty')
      return `${newest.id}:${seal(keyFor(newest, purpose), bound(purpose, name), text, randomBytes)}`
    },
    unseal(purpose, name, sealed) {
      const { id, text } = partsOf(sealed)
      if (find(id) === undefined) reload?.()
      const held = find(id)
      if (held === undefined) throw new Error(`the key ${id}, which it was sealed under, is lost`)
      return unseal(keyFor(held, purpose), bound(purpose, name), text)
    },
    isOld: (sealed) => partsOf(sealed).id !== keys()[0]?.id,
  }
}

/** One key is not used for two things. */
const keyFor = ({ key }: SealingKey, purpose: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key, '', `holdfast ${purpose} v1`, 32))

const bound = (purpose: string, name: string): string => `${purpose} ${name}`

function partsOf(sealed: string): { readonly id: string; readonly text: string } {
  const colon = sealed.indexOf(':')
  return { id: sealed.slice(0, Math.max(colon, 0)), text: sealed.slice(colon + 1) }
}
