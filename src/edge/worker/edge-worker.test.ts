import { once } from 'node:events'
import { BoundSocket, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { loadSettings } from '../keeper/load-settings.ts'
import { parseSettings } from '../routes/parse-routes.ts'
import { World } from '../world.fake.ts'
import { EdgeWorker } from './edge-worker.ts'

it('says that somebody else has the port, also when both had bound it before one of them listened', async () => {
  const bound = new BoundSocket({ host: '127.0.0.1', port: 0 })
  const { port } = bound.address()
  const other = createServer().listen(port, '127.0.0.1')
  await once(other, 'listening')
  const settings = await loadSettings(parseSettings({ listeners: [{ name: 'main', host: '127.0.0.1', port }] }))
  const worker = new EdgeWorker({ settings, machine: new World().machine, tell: () => undefined })
  await expect(worker.listen([{ fd: bound.fd() }])).rejects.toMatchObject({
    code: 'edge.port_taken',
    message: `Another process listens on 127.0.0.1:${port}`,
    place: '/listeners/main',
  })
  worker.destroy()
  other.close()
})
