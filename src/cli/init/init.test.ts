/** The command itself, on folders of its own. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { runIn, temporaryFolder, type TestWorldOptions } from '../test-world.ts'

let home: ReturnType<typeof temporaryFolder>
const write = (name: string, content: unknown): void =>
  writeFileSync(join(home.path, name), typeof content === 'string' ? content : JSON.stringify(content))
const holdfast = (words: readonly string[], options?: TestWorldOptions) => runIn(home.path, ['init', ...words], options)
const file = (): string => readFileSync(join(home.path, 'holdfast.yaml'), 'utf8')

beforeEach(() => {
  home = temporaryFolder()
  write('package.json', { name: '@acme/shop', scripts: { start: 'node server.js' }, engines: { node: '>=20' } })
  write('server.js', "createServer(answer('/healthz')).listen(process.env.PORT)")
})
afterEach(() => home.remove())

describe('holdfast init', () => {
  it('writes the file, says what it found and where, and what comes next', async () => {
    const { exitCode, out, err } = await holdfast([])
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    expect(out).toContain('✓ wrote holdfast.yaml  acme/shop › production')
    expect(out).toContain('node server.js  (package.json: scripts.start)')
    expect(out).toContain('healthy when GET /healthz answers  (server.js:1 names it)')
    expect(out).toMatch(/Could not know\n {2}- by which host names/)
    expect(out).toMatch(/Worth knowing\n {2}- it wants Node >=20/)
    expect(out).toMatch(
      /Next\n {2}holdfast deploy holdfast\.yaml --plan\n {4}every call.*\n {2}holdfast deploy holdfast\.yaml\n$/,
    )
    expect(parse(file())).toMatchObject({ project: 'acme/shop', services: { web: { command: 'node server.js' } } })
  })

  it('never overwrites by itself', async () => {
    write('holdfast.yaml', 'mine')
    const refused = await holdfast([])
    expect(refused.exitCode).toBe(3)
    expect(refused.err).toMatch(/holdfast\.yaml is there already[\s\S]*--force/)
    expect(file()).toBe('mine')
    expect((await holdfast(['--force'])).exitCode).toBe(0)
    expect(file()).toContain('project: acme/shop')
  })

  it('prints the file alone with --stdout, and everything with --json; both write nothing', async () => {
    const { out, err } = await holdfast(['--stdout'])
    expect(parse(out)).toMatchObject({ config: 'production' })
    expect(err).toContain('Could not know')
    const asJson = JSON.parse((await holdfast(['--json'])).out)
    expect(asJson).toMatchObject({
      project: { value: 'acme/shop', from: 'package.json: name' },
      services: [{ name: 'web' }],
    })
    expect(asJson.file).toBe(out)
    expect(readdirSync(home.path)).not.toContain('holdfast.yaml')
  })

  it('takes what the person says', async () => {
    const said = ['--project', 'acme/store', '--config', 'staging', '--command', 'node other.js']
    await holdfast([...said, '--host', 'a.example.com', '--host', '*.b.example.com'])
    expect(parse(file())).toMatchObject({
      project: 'acme/store',
      config: 'staging',
      services: { web: { command: 'node other.js', route: { hosts: ['a.example.com', '*.b.example.com'] } } },
    })
  })

  it('asks what it cannot know, where there is somebody to ask', async () => {
    write('package.json', { scripts: { start: 'node server.js' } })
    write('server.js', 'listen()')
    const { out } = await holdfast([], { answers: ['acme/asked', 'shop.example.com', '/up'] })
    expect(parse(file())).toMatchObject({
      project: 'acme/asked',
      services: { web: { health: { path: '/up' }, route: { hosts: ['shop.example.com'] } } },
    })
    expect(out).toContain('Could not know\n  - whether it listens on $PORT')
    expect(out).not.toContain('host names')
  })

  it('takes the usual answers when they are accepted', async () => {
    await holdfast([], { answers: [] })
    expect(file()).toBe((await holdfast(['--stdout'])).out)
  })

  it('looks at the repository around the app, and into no dependency', async () => {
    mkdirSync(join(home.path, '.git'))
    write('.git/config', '[remote "origin"]\n\turl = https://example.com/acme/whole.git\n')
    mkdirSync(join(home.path, 'api/node_modules/dependency'), { recursive: true })
    write('api/package.json', { main: 'index.js' })
    write('api/index.js', 'listen()')
    write('api/node_modules/dependency/index.js', "process.env.PORT; '/health'")
    expect(JSON.parse((await holdfast(['api', '--json'])).out)).toMatchObject({
      project: { value: 'acme/api' },
      unknowns: [{ what: 'whether it listens on $PORT' }, { what: 'which path tells that it is healthy' }, {}],
    })
  })

  it.each([
    ['a folder that is not there', ['nowhere'], 2, /There is no folder nowhere/],
    ['a project without organisation', ['--project', 'shop'], 2, /accepted +org\/name/],
    ['a host name that is none', ['--host', 'http://x'], 2, /is no host name/],
    ['a folder that nothing starts', ['empty'], 1, /Nothing here says how[\s\S]*--command 'node server\.js'/],
  ])('refuses %s', async (_name, words, code, message) => {
    mkdirSync(join(home.path, 'empty'))
    const { exitCode, err } = await holdfast(words)
    expect(exitCode).toBe(code)
    expect(err).toMatch(message)
  })
})
