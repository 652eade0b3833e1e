import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../../base/index.ts'
import { openStore, readMigrations } from '../../store/index.ts'
import { passkeyOf, passkeysOf } from './rows.ts'

it('passkeys of before their port was kept are those of https at the name they were made for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-passkeys-'))
  const options = { path: join(folder, 'holdfast.db'), clock: new VirtualClock(), logger: silentLogger }
  const before = openStore({ ...options, migrations: readMigrations().filter(({ number }) => number < 396) })
  await before.write((tx) =>
    tx
      .prepare(
        `INSERT INTO access_passkey (id, person_id, credential_id, rp_id, public_key, counter, transports, is_synced, name, created_at)
          VALUES ('pky_1', 'per_1', 'c', 'holdfast.example', 'k', 0, '[]', 0, 'phone', 1)`,
      )
      .run(),
  )
  await before.close()
  const store = openStore(options)
  const [row] = passkeysOf(store.read, 'per_1')
  expect(row?.origin).toBe('https://holdfast.example')
  expect(row && passkeyOf(row).address).toBe('holdfast.example')
  await store.close()
  rmSync(folder, { recursive: true })
})
