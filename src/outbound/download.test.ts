import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, expect, it, vi } from 'vitest'
import type { Address } from './address.ts'
import { openDownload } from './download.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  vi.unstubAllEnvs()
})

/** Counts who connects, and hangs up: TLS is the platform's. */
async function listener(): Promise<{ readonly port: number; connected(): number }> {
  let connected = 0
  const server = createServer((socket) => {
    connected++
    socket.on('error', () => undefined).destroy()
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, connected: () => connected }
}

const at = (address: string): Address => ({ address, family: address.includes(':') ? 6 : 4 })
const get = { headers: {}, redirect: 'manual', signal: new AbortController().signal } as const

it.each([
  'https://127.0.0.1/a.tgz',
  'https://[::ffff:169.254.169.254]/a.tgz',
  'https://[fd00:ec2::254]/a.tgz',
  'https://100.100.100.200/a.tgz',
  'https://10.1.2.3/a.tgz',
  'https://metadata.google.internal/a.tgz',
  'http://files.example/a.tgz',
])('%s is refused before anything is connected to', async (url) => {
  const download = openDownload({ allow: [], resolve: async () => [at('169.254.169.254')] })
  await expect(download(url, get)).rejects.toMatchObject({ code: 'outbound.refused' })
})

it('connects to the address that was judged, however often the name changes', async () => {
  const there = await listener()
  const answers = ['127.0.0.1', '127.0.0.2']
  const download = openDownload({ allow: ['127.0.0.1'], resolve: async () => [at(answers.shift() ?? '')] })
  await expect(download(`https://files.example:${there.port}/a.tgz`, get)).rejects.toThrow(/socket|TLS|ECONNRESET/)
  expect(there.connected()).toBe(1)
  await expect(download(`https://files.example:${there.port}/a.tgz`, get)).rejects.toMatchObject({
    code: 'outbound.refused',
  })
  expect(there.connected()).toBe(1)
})

const fixture = (name: string): Buffer => readFileSync(new URL(`../edge/fixtures/${name}`, import.meta.url))

it.each([
  ['a status that HTTP does not know', 'HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n', RangeError],
  ['what is no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n', /Parse Error/],
])('%s fails the download, and nothing else', async (_, answer, fault) => {
  // Nobody has signed this certificate; whoever asks here is not to mind.
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  const server = createTlsServer({ cert: fixture('shop.pem'), key: fixture('test-only.key') }, (socket) => {
    socket.on('error', () => undefined).once('data', () => socket.end(answer))
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const download = openDownload({ allow: ['127.0.0.1'], resolve: async () => [at('127.0.0.1')] })
  const url = `https://files.example:${(server.address() as AddressInfo).port}/a.tgz`
  await expect(download(url, get)).rejects.toThrow(fault)
})
