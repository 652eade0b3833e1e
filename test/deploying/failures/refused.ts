/** What is refused before anything is touched. */
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Case } from './case.ts'
import type { System } from './system.ts'

const daysMs = 86_400_000
/** The good version has all hosts. */
const elsewhere = { route: { hosts: ['staging.example.com'], path: '/staging' } }
const dated = (ms: number) => ({ createdAt: new Date(Date.now() + ms).toISOString() })

function strangersKey(system: System): string {
  const path = join(system.folder, 'stranger.pem')
  const { privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  return path
}

export const refused: readonly Case[] = [
  {
    name: 'unknown field',
    expected: { exit: 2, says: [/release-\d+\.json:\d+:\d+/, /instnces/, /did you mean "instances"/] },
    run: (system, version) => system.deploy(system.file(version, {}, {}, { instnces: 3 })),
  },
  {
    name: 'unknown signing key',
    expected: { exit: 3, says: [/No key [0-9a-f]{16} is registered/, /keys add/] },
    run: (system, version) => system.deploy(system.file(version, {}), ['--key', strangersKey(system)]),
  },
  {
    name: 'forged signature',
    expected: { exit: 3, says: [/signature does not belong to this release/] },
    run: (system, version) =>
      system.meddled(system.file(version, {}), ({ headers, body }) => ({
        headers,
        body: body.replace('"app.mjs"', '"../../other.mjs"'),
      })),
  },
  {
    name: 'replayed',
    expected: { exit: 3, says: [/was deployed before, by dep_/] },
    run: (system) => {
      const { sent } = system
      if (sent === undefined) throw new Error('nothing was overheard')
      return system.meddled(system.file('1', {}), ({ headers }) => ({
        headers: { ...headers, 'idempotency-key': randomUUID() },
        body: sent.body,
      }))
    },
  },
  {
    name: 'older than what serves',
    expected: { exit: 3, says: [/was accepted already/] },
    run: (system, version) => system.deploy(system.file(version, {}, dated(-60_000))),
  },
  {
    name: 'stale date',
    expected: { exit: 3, says: [/signed .* ago/, /at most 10 days/] },
    run: (system, version) =>
      system.deploy(system.file(version, {}, { config: 'staging', ...dated(-11 * daysMs) }, elsewhere)),
  },
  {
    name: 'future date',
    expected: { exit: 3, says: [/dated .* ahead/, /2 minutes ahead/] },
    run: (system, version) => system.deploy(system.file(version, {}, dated(5 * 60_000))),
  },
  {
    name: 'wrong SHA of a folder',
    expected: { exit: 2, says: [/release-\d+\.json:\d+:\d+/, /does not hold what the release file says/] },
    run: (system, version) =>
      system.deploy(system.file(version, {}, { artifact: { folder: system.artifact, sha256: 'a'.repeat(64) } })),
  },
  {
    name: 'folder with a link out',
    expected: { exit: 2, says: [/link/, /out\.txt/] },
    run: (system, version) => {
      const folder = join(system.folder, 'linked')
      mkdirSync(folder)
      symlinkSync('/etc/hostname', join(folder, 'out.txt'))
      return system.deploy(system.file(version, {}, { artifact: { folder } }))
    },
  },
]
