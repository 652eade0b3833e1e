import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { smokeRequest } from './smoke-request.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const plain = { method: 'GET', headers: {}, redirect: 'manual', signal: new AbortController().signal } as const

describe('the request of a smoke test', () => {
  it('names the host it is told to name, and brings its body', async () => {
    const url = await serving((request, response) => {
      request.on('data', (chunk: Buffer) => response.write(chunk)).on('end', () => response.end(request.headers.host))
    })
    const init = { ...plain, method: 'POST', headers: { host: 'shop.example' }, body: 'hello ' }
    expect(await (await smokeRequest(`${url}/x`, init)).text()).toBe('hello shop.example')
  })

  it('follows no redirect, and answers headers and an empty body', async () => {
    const url = await serving((_, response) =>
      response.writeHead(304, { 'x-release-id': 'dep_1', location: '/' }).end(),
    )
    const answer = await smokeRequest(url, plain)
    expect([answer.status, answer.headers.get('x-release-id'), await answer.text()]).toEqual([304, 'dep_1', ''])
  })

  it('ends with its signal, and tells who is not there', async () => {
    const url = await serving(() => {})
    const leave = new AbortController()
    const asked = smokeRequest(url, { ...plain, signal: leave.signal })
    leave.abort()
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
    await expect(smokeRequest('http://127.0.0.1:9/', plain)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
