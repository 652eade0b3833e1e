import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openWorld, type World } from './fake-world.ts'

let folder: string
let world: World
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  world = await openWorld({}, { consoleFolder: folder })
})
afterEach(async () => {
  await world.server.close()
  rmSync(folder, { recursive: true })
})

function build(): void {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<meta content="__CSP_NONCE__"><script src="/assets/main-a1.js"></script>')
  writeFileSync(join(folder, 'assets/main-a1.js'), 'plain')
  writeFileSync(join(folder, 'assets/main-a1.js.gz'), gzipSync('packed'))
}
const html = { accept: 'text/html,*/*;q=0.8', authorization: '' }

describe('the built console', () => {
  it.each(['/', '/executions/order:run-1?state=Pay', '/sign-in'])('is one page at every address: %s', async (path) => {
    build()
    const { status, headers, text } = await world.call({ path, headers: html })
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'text/html; charset=utf-8' })
    const [, nonce = ''] = /content="([\w-]{22})"/.exec(text) ?? []
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`)
    expect(policy).toContain("script-src 'self';")
    expect(policy).not.toContain('unsafe')
    expect(headers['cache-control']).toBe('no-store')
  })

  it('has another nonce each time', async () => {
    build()
    const [one, other] = [await world.call({ headers: html }), await world.call({ headers: html })]
    expect(one.text).not.toBe(other.text)
  })

  it('has files that are kept for ever, compressed for whoever takes that', async () => {
    build()
    const path = '/assets/main-a1.js'
    const plain = await world.call({ path, headers: { authorization: '' } })
    expect(plain).toMatchObject({ status: 200, text: 'plain' })
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const packed = await world.call({ path, headers: { 'accept-encoding': 'gzip', authorization: '' } })
    expect(packed.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': expect.stringContaining('javascript'),
    })
  })

  it.each(['/assets/none.js', '/assets/..%2findex.html', '/v1/nothing'])('is nothing else: %s', async (path) => {
    build()
    expect(await world.call({ path, headers: html })).toMatchObject({ status: 404 })
  })

  it('is not handed to another origin, nor under another name', async () => {
    build()
    const foreign = { ...html, origin: 'https://evil.example' }
    expect((await world.call({ headers: foreign })).status).toBe(403)
    expect((await world.call({ headers: { ...html, host: 'evil.example' } })).status).toBe(403)
  })

  it('says how it is built when it is not, and is there once it is', async () => {
    const before = await world.call({ headers: html })
    expect(before).toMatchObject({ status: 503, text: expect.stringContaining('npm run console') })
    build()
    expect((await world.call({ headers: html })).status).toBe(200)
    expect((await world.call({ path: '/assets/main-a1.js', headers: html })).status).toBe(200)
  })

  it('does not take the place of an API: what asks for no page gets a problem', async () => {
    build()
    expect(await world.call({ path: '/' })).toMatchObject({ status: 404, body: { code: 'server.route_missing' } })
  })
})
