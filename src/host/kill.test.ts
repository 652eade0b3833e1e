import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type EdgeClient, launchEdge } from '../edge/index.ts'
import { openTestHost, realClock } from './agent-world.ts'
import type { CommandInput } from './contract.ts'
import { killScript } from './kill-script.ts'
import { parseMarker } from './instance/marker.ts'
import { openMachine } from './machine/open.ts'

const { processes } = openMachine(process.platform)

/** Compiled once for all the agents of this test. */
const cache = mkdtempSync(join(tmpdir(), 'holdfast-test-'))

/** One edge that goes on through the deaths of all of them. */
const edgeFolder = join(cache, 'edge')
const socketPath = join(edgeFolder, 'admin.sock')
let edge: EdgeClient
beforeAll(async () => {
  edge = await launchEdge({
    folder: edgeFolder,
    settings: { listeners: [{ name: 'main', host: '127.0.0.1', port: 0 }] },
    launcher: {
      executable: process.execPath,
      before: [fileURLToPath(new URL('../app/edge-main.ts', import.meta.url))],
    },
    clock: realClock,
  })
})
afterAll(async () => {
  await edge.stop({ withinMs: 200 })
  rmSync(cache, { recursive: true })
})

/** What carries the host's marker, by owner. */
function owners(host: string): readonly string[] {
  return processes.list().flatMap(({ pid, zombie }) => {
    const marker = zombie ? undefined : parseMarker(processes.marker(pid))
    return marker?.host === host ? [marker.owner] : []
  })
}

/** @returns whether it was killed on the way */
async function runUntilKilled(folder: string, app: string, crashAt: number): Promise<boolean> {
  const script = join(import.meta.dirname, 'kill.fixture.ts')
  const child = spawn(process.execPath, [script, folder, app, String(crashAt), socketPath], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (signal === 'SIGKILL') return true
  expect({ code, said }).toEqual({ code: 0, said: 'survived' })
  return false
}

/** The next agent is told the same under the same keys, as an at-least-once delivery would; then all is as if nothing had been. */
async function recover(root: string, app: string, crashAt: number): Promise<void> {
  const folder = join(root, 'host')
  const host = await openTestHost({ folder, edge: { open: async () => edge } })
  const { id } = host.agent()
  try {
    for (const command of killScript(app)) {
      const outcome = await host.agent().run(command)
      expect(outcome, `killed at ${crashAt}`).toMatchObject({ ok: true })
    }
    const targets = async () => (await edge.routes()).routes.flatMap((route) => route.targets.map(({ id }) => id))
    expect(await targets(), `killed at ${crashAt}`).toEqual(['web-2'])
    const late = { ...killScript(app)[1], key: 'late' } as CommandInput
    expect(await host.failure(late), `killed at ${crashAt}`).toMatchObject({ code: 'host.term_over' })
    const found = await host.ok({ kind: 'listInstances', key: 'list' })
    expect(found.instances.map(({ instance, phase }) => [instance, phase])).toEqual([['web-2', 'running']])
    await expect.poll(() => owners(id), { interval: 20, message: `killed at ${crashAt}` }).toEqual(['web-2', 'web-2'])
    await host.ok({ kind: 'setRoutes', key: 'no-routes', project: 'acme/shop', config: 'production', routes: [] })
    expect(await targets(), `killed at ${crashAt}`).toEqual([])
    await host.ok({ kind: 'stopInstance', key: 'stop-2', instance: 'web-2', remove: true })
    expect(owners(id), `killed at ${crashAt}`).toEqual([])
    expect(['instances', 'drafts'].flatMap((name) => readdirSync(join(folder, name)))).toEqual([])
    const names = readdirSync(join(folder, 'copies'))
    expect(
      names.filter((name) => /\.[0-9a-f]{18}$/.test(name)),
      `killed at ${crashAt}`,
    ).toHaveLength(1)
    expect(await host.ok({ kind: 'hostFacts', key: 'facts' })).toMatchObject({ instances: 0, ports: { inUse: 0 } })
  } finally {
    await host.end()
  }
}

it('killed at any boundary of a change, real agents leave no process, port or folder, and do everything once', async () => {
  let kills = 0
  // Every third one of some ninety: crash.test.ts tries them all, thousands of times, on virtual time.
  for (let crashAt = 1; ; crashAt += 3) {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-test-')))
    const app = join(root, 'app')
    mkdirSync(app)
    writeFileSync(join(app, 'file'), 'x')
    const wasKilled = await runUntilKilled(join(root, 'host'), app, crashAt)
    await recover(root, app, crashAt)
    rmSync(root, { recursive: true })
    if (!wasKilled) break
    kills++
  }
  expect(kills).toBeGreaterThan(20)
}, 600_000)
