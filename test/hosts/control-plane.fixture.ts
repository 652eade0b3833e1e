/**
 * A control plane that is its hosts only: store, registry and server as `app` wires them, told by its parent which commands to
 * run. It can be killed at any moment; the next one on the folder knows the same hosts.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { actorWith, type Actor, openAccess } from '../../src/access/index.ts'
import { systemClock, systemRandom, writeConnection } from '../../src/app/index.ts'
import { bindHostVerbs } from '../../src/app/host-verbs.ts'
import { proofKeyOf, proofOf } from '../../src/app/server-proof.ts'
import { HoldfastError, silentLogger, ulid } from '../../src/base/index.ts'
import { type CommandInput, openHostRegistry } from '../../src/host/index.ts'
import { createServer, type ServerDependencies } from '../../src/server/index.ts'
import { openStore } from '../../src/store/index.ts'
import { openKeyring } from '../../src/sealing/index.ts'

export type Order = { readonly id: number; readonly host: string; readonly command: CommandInput }
export type Word =
  | { readonly up: string }
  | { readonly id: number; readonly result: unknown; readonly tookMs: number }
  | { readonly id: number; readonly code: string; readonly message: string }

const [folder = ''] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const [clock, randomBytes, logger] = [systemClock, systemRandom, silentLogger]
const store = openStore({ path: join(folder, 'holdfast.sqlite'), clock, logger })
const access = openAccess({
  store,
  clock,
  logger,
  randomBytes,
  keyring: openKeyring({
    keys: () => [{ id: '0', key: new Uint8Array(32) }],
    randomBytes: (length) => new Uint8Array(length),
  }),
})
const registry = openHostRegistry({ store, access, clock, logger, randomBytes })
const key = proofKeyOf(folder, randomBytes)
const admin: Actor = { type: 'user', id: 'admin', via: 'api', grants: [{ role: 'admin' }] }

const server = createServer(
  {
    ...nothing('verbs', 'deploys', 'trail', 'connections', 'news', 'sessions', 'people', 'tokens', 'identity'),
    consoleFolder: undefined,
    hosts: bindHostVerbs(registry),
    answers: { effects: () => [], find: () => undefined, keep: () => undefined },
    platform: {
      version: '0.0.0',
      startedAt: clock.now(),
      account: { region: 'eu-west-1', accountId: '000000000000' },
      health: () => ({ status: 'ready' }),
      prove: (challenge) => proofOf(key, server.address?.port ?? 0, challenge),
      stop: () => undefined,
      rotateKeys: () => Promise.reject(new Error('not asked for')),
    },
    authenticate: (token) => (token === undefined ? undefined : actorWith(access, token, 'api')) ?? admin,
    metrics: { contentType: 'text/plain', text: async () => '', answered() {} },
    elapsed: () => 0,
    clock,
    logger,
    noteRefusal() {},
    newRequestId: () => ulid(clock.now(), randomBytes),
  },
  { port: 0 },
)
const { url } = await server.listen()
writeConnection(folder, { url, key, pid: process.pid })
process.on('message', (order: Order) => void carryOut(order))
say({ up: url })

async function carryOut({ id, host, command }: Order): Promise<void> {
  const startedAt = performance.now()
  try {
    const found = registry.list().find(({ name }) => name === host)
    if (found === undefined) throw new Error(`no host ${host}`)
    const result: unknown = await registry.run(found.id, command, new AbortController().signal)
    say({ id, result, tookMs: performance.now() - startedAt })
  } catch (error) {
    const code = error instanceof HoldfastError ? error.code : 'internal'
    say({ id, code, message: error instanceof Error ? error.message : String(error) })
  }
}

function say(word: Word): void {
  process.send?.(word)
}

/** What no request of this test reaches. */
function nothing(...names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, undefined])) as unknown as Pick<
    ServerDependencies,
    'verbs' | 'deploys' | 'trail' | 'connections' | 'news' | 'sessions' | 'people' | 'tokens' | 'identity'
  >
}
