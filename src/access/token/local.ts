import type { Access } from '../access.ts'
import { localTokenName } from '../schemas.ts'
import { makeToken } from './create.ts'
import { allTokens } from './rows.ts'
import { holderOf } from './authenticate.ts'
import { takeBack } from './revoke.ts'

export type LocalToken = {
  /** What the token file holds now, if there is one. */
  readonly held: string | undefined
  /** Writes the token file; called before the token counts. */
  readonly deliver: (secret: string) => void
}

/**
 * The admin token of whoever can read the data folder: made at the first start, and again when the file was lost, whereupon
 * the lost one is revoked. The file is written inside the transaction: after a crash between the two the held token does
 * not open anything, and the next start delivers another. Says whether one was made.
 */
export async function ensureLocalToken(access: Access, { held, deliver }: LocalToken): Promise<boolean> {
  if (held !== undefined && holderOf(access, held.trim()) !== undefined) return false
  const lost = allTokens(access.store.read).filter(
    ({ name, revoked_at }) => name === localTokenName && revoked_at === null,
  )
  const by = { type: 'system', id: 'start', via: 'api' } as const
  const cause = { type: 'human', id: 'start' } as const
  await access.store.write((tx) => {
    for (const { id } of lost) takeBack(access, tx, { id, by, cause })
    deliver(makeToken(access, tx, { name: localTokenName, holder: { grants: [{ role: 'admin' }] }, by, cause }).secret)
  })
  return true
}
