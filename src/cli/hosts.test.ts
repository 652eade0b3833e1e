import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runIn, type RunningServer, serverIn, temporaryFolder } from './test-world.ts'

const home = temporaryFolder()
let server: RunningServer
beforeAll(async () => {
  server = await serverIn(home.path)
})
afterAll(async () => {
  await server.stop()
  home.remove()
})

const hosts = (...words: readonly string[]) => runIn(home.path, ['hosts', ...words, '--data', 'data'])

describe('holdfast hosts', () => {
  it('tells how there come to be some', async () => {
    const { exitCode, out } = await hosts()
    expect(exitCode).toBe(0)
    expect(out).toBe(
      [
        'No hosts. This machine becomes one with:',
        '  holdfast host --data data',
        'Another one is enrolled with:',
        '  holdfast hosts add NAME --data data',
        '',
      ].join('\n'),
    )
  })

  it('adds one: its token is told once, with the line to run on that machine', async () => {
    const { exitCode, out } = await hosts('add', 'tokyo-1', '--zone', 'tokyo', '--address', '10.0.0.7')
    expect(exitCode).toBe(0)
    expect(out).toMatch(/^✓ enrolled tokyo-1\n/)
    const token = /token +(hf_\S+)/.exec(out)?.[1]
    expect(out).toContain(
      `(umask 077; echo ${token} > host.token); holdfast host --url ${server.url} --token-file host.token`,
    )
    expect(out).toContain('reached from this machine only')
    const listed = await hosts()
    expect(listed.out).toMatch(/✗ away +tokyo-1 +tokyo +10\.0\.0\.7 +none/)
    expect(listed.out).toContain('tokyo-1 has not connected yet: run there the line that hosts add printed')
    expect(JSON.stringify(await hosts('--json'))).not.toContain(token)
  })

  it('refuses what cannot be, and says what can', async () => {
    expect(await hosts('add', 'tokyo-1')).toMatchObject({
      exitCode: 3,
      err: expect.stringContaining('host.name_taken'),
    })
    expect(await hosts('drain', 'nowhere')).toMatchObject({ exitCode: 1, err: expect.stringContaining('host.unknown') })
  })

  it('drains, takes back and removes', async () => {
    expect((await hosts('drain', 'tokyo-1')).out).toBe('■ draining  tokyo-1\n')
    expect((await hosts()).out).toMatch(/away, draining +tokyo-1/)
    expect((await hosts('undrain', 'tokyo-1')).out).toBe('✓ takes instances again  tokyo-1\n')
    expect((await hosts('remove', 'tokyo-1')).out).toBe('✓ removed  tokyo-1\n')
    expect(JSON.parse((await hosts('--json')).out)).toEqual({ items: [] })
  })
})

describe('holdfast host stop', () => {
  it('says when there is nothing to end', async () => {
    const { exitCode, out } = await runIn(home.path, ['host', 'stop', '--data', 'elsewhere'])
    expect([exitCode, out]).toEqual([0, '■ no agent runs here\n'])
  })

  it('does not stop everything without a yes', async () => {
    const words = ['host', 'stop', '--everything', '--data', 'elsewhere']
    expect(await runIn(home.path, words)).toMatchObject({ exitCode: 3, err: expect.stringContaining('--yes') })
    const { exitCode, out } = await runIn(home.path, [...words, '--yes'])
    expect([exitCode, out]).toEqual([0, '■ no agent was ever started here\n'])
  })
})

it('whatever took the port of a server that died is not sent its token', async () => {
  const folder = temporaryFolder()
  const seen: unknown[] = []
  const stranger = createServer((request, response) => {
    seen.push(request.headers.authorization)
    response.end('{}')
  })
  try {
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
    const connection = JSON.parse(readFileSync(join(home.path, 'data/connection.json'), 'utf8')) as object
    // Safe: it listens on a port.
    const { port } = stranger.address() as AddressInfo
    const stale = { ...connection, url: `http://127.0.0.1:${port}` }
    writeFileSync(join(folder.path, 'connection.json'), JSON.stringify(stale))
    const { exitCode, err } = await runIn(folder.path, ['hosts', '--data', '.'])
    expect(exitCode).toBe(5)
    expect(err).toContain('is not the Holdfast that wrote connection.json')
    expect(seen).toEqual([undefined])
  } finally {
    stranger.close()
    folder.remove()
  }
})
