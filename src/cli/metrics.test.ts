import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { serverIn, temporaryFolder } from './test-world.ts'

it('the server tells its numbers to whoever has a token, and to nobody else', async () => {
  const folder = temporaryFolder()
  const server = await serverIn(folder.path)
  try {
    const token = readFileSync(join(folder.path, 'data/admin-token'), 'utf8').trim()
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401)
    const headers = { authorization: `Bearer ${token}` }
    await fetch(`${server.url}/v1/machines/${encodeURIComponent('none')}`, { headers })
    const answer = await fetch(`${server.url}/metrics`, { headers })
    expect(answer.headers.get('content-type')).toContain('text/plain')
    const text = await answer.text()
    expect(text).toContain(
      'holdfast_http_request_seconds_count{method="GET",route="/v1/machines/:machine",status="404"} 1',
    )
    expect(text).toMatch(/^holdfast_store_bytes [1-9]/m)
    expect(text).toMatch(/^holdfast_store_refuses 0$/m)
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m)
  } finally {
    await server.stop()
    folder.remove()
  }
})
