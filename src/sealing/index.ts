/**
 * sealing: secrets at rest, in the database but under keys that lie outside it.
 * Words: keyring (all keys, the newest seals), purpose (what kind of secret), sealed (`KEY:…`, bound to purpose and name).
 */
export type { SealedColumn } from './column.ts'
export { type Keyring, type KeyringOptions, openKeyring, type SealingKey } from './keyring.ts'
