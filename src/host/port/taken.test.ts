import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { openTestHost, type TestHost } from '../agent-world.ts'

const hosts: TestHost[] = []
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.end()
})

const app = `require('node:http').createServer((_, answer) => answer.end('well')).listen(process.env.PORT, '127.0.0.1')`

it('tells that another program took the port between its choice and the start, until it is free again', async () => {
  const host = await openTestHost()
  hosts.push(host)
  const about = { project: 'acme/shop', config: 'production', release: 'dep_1' }
  const path = host.app('app.cjs', app)
  const { workingCopy } = await host.ok({
    kind: 'prepareArtifact',
    key: 'p',
    ...about,
    artifact: { kind: 'folder', path },
  })
  const go = join(path, 'go')
  const { port } = await host.ok({
    ...{ kind: 'startInstance', key: 's', ...about, service: 'web', instance: 'web-1', workingCopy },
    command: 'while [ ! -e "$GO" ]; do sleep 0.01; done; exec node app.cjs',
    environment: { GO: go },
    health: { kind: 'http', intervalMs: 20 },
    restart: { firstDelayMs: 50, longestDelayMs: 200, crashLoop: { exits: 100, withinMs: 1000 } },
  })
  const squatter = createServer().listen(port, '127.0.0.1')
  await once(squatter, 'listening')
  writeFileSync(go, '')
  let keys = 0
  const status = () => host.ok({ kind: 'instanceStatus', key: `i${++keys}`, instance: 'web-1' })
  await vi.waitFor(
    async () => expect(await status()).toMatchObject({ portTaken: true, lastExit: { code: 1 } }),
    120_000,
  )
  squatter.close()
  await once(squatter, 'close')
  expect(await host.ok({ kind: 'checkHealth', key: 'h', instance: 'web-1', withinMs: 120_000 })).toMatchObject({
    healthy: true,
  })
  expect((await status()).portTaken).toBeUndefined()
})
