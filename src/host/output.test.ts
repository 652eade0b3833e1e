import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { address, AgentRoom } from './agent-room.fake.ts'
import type { TestHost } from './agent-world.ts'

const room = new AgentRoom()
const { key, logs, open, output, prepare, start, stop } = room
afterEach(room.end)

describe('output', () => {
  it('is rotated, and followed over the rotation', async () => {
    const host = await open()
    const { workingCopy } = await prepare(
      host,
      `const fs = require('node:fs')
       const path = require('node:path')
       const folder = path.join(process.cwd(), '../../instances/web-1')
       let line = 0
       const write = (count) => { while (count-- > 0) fs.writeSync(1, 'line ' + String(line++).padStart(20, '0') + '\\n') }
       write(1000)
       fs.watch(folder, (_, name) => {
         if (!/^output\\.\\d+/.test(name) || line > 1000) return
         write(10)
         console.log('done')
       })`,
    )
    await host.ok(start({ workingCopy, port: 'none', limits: { logBytes: 16_384, logFiles: 2 } }))
    const lines = (await output(host, 'done')).match(/line \d{20}/g) ?? []
    expect(lines).toHaveLength(1010)
    expect(new Set(lines).size).toBe(1010)
    const kept = readdirSync(join(host.folder, 'instances/web-1')).filter((name) => name.startsWith('output.'))
    expect(kept.toSorted()).toEqual(['output.0000000000000000.log', 'output.log'])
    expect((await logs(host, { lines: 3 })).text).toMatch(/^line \d*8\nline \d*9\ndone\n$/)
  })
})

describe('the output of what was removed', () => {
  const noisy = `console.log('my key is', process.env.KEY); console.error('it breaks'); setInterval(() => {}, 1e6)`
  const outputs = async (host: TestHost, members: object = {}) =>
    (await host.ok({ kind: 'listOutputs', key: key(), release: 'r1', ...members })).outputs

  it('can be read for a while, by the next agent too, and holds no secret on the disk', async () => {
    const host = await open({ environment: { KEY: 'a-secret-value' } })
    const { workingCopy } = await prepare(host, noisy)
    await host.ok(start({ workingCopy, port: 'none', secrets: { KEY: 'env:KEY' } }))
    await output(host, 'it breaks')
    expect(await outputs(host)).toEqual([{ ...address, service: 'web', of: { instance: 'web-1' } }])
    const following = logs(host, { after: (await logs(host)).next, waitMs: 60_000 })
    await stop(host, { remove: true })
    expect(await following).toMatchObject({ text: '', ended: true })
    expect(await outputs(host)).toEqual([])
    const gone = { ...address, service: 'web', of: { instance: 'web-1' }, removedAt: expect.any(Number) }
    expect(await outputs(host, { removed: true })).toEqual([gone])
    await host.restart()
    expect(await outputs(host, { removed: true })).toEqual([gone])
    expect(await logs(host)).toMatchObject({ text: 'my key is ***\nit breaks\n', ended: true })
    const folder = join(host.folder, 'removed', 'web-1')
    for (const name of readdirSync(folder)) expect(readFileSync(join(folder, name), 'utf8')).not.toContain('a-secret')
    expect(await host.failure({ kind: 'logs', key: key(), of: { instance: 'web-9' } })).toMatchObject({
      code: 'host.instance_missing',
    })
  })

  it('of a build that failed can be found by its release', async () => {
    const host = await open({ environment: { KEY: 'a-secret-value' } })
    const path = host.app('app.cjs', noisy)
    const build = { command: 'echo "no compiler for $KEY"; exit 3', secrets: { KEY: 'env:KEY' } }
    const artifact = { kind: 'folder' as const, path }
    await host.failure({ kind: 'prepareArtifact', key: key(), ...address, artifact, build })
    const [found] = await outputs(host, { removed: true })
    expect(found).toMatchObject({ ...address, of: { workingCopy: expect.any(String) } })
    if (found === undefined) return
    const { text } = await host.ok({ kind: 'logs', key: key(), of: found.of })
    expect(text).toBe('no compiler for ***\n')
  })
})
