import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { paintFor } from '../paint.ts'
import { temporaryFolder, worldFor } from '../test-world.ts'
import { checkRelease } from './check-release.ts'
import { expectWord, prepareRelease, readExpect } from './prepare-release.ts'
import { readReleaseFile } from './release-file.ts'
import { ReportedError } from '../reported-error.ts'

describe('a release file', () => {
  const home = temporaryFolder()
  afterAll(() => home.remove())
  const world = worldFor(home.path)
  const style = { paint: paintFor(world.out, {}), width: 100 }
  const read = (name: string, text: string) => {
    writeFileSync(join(home.path, name), text)
    return readReleaseFile(world, name)
  }
  const faults = async (name: string, text: string): Promise<string> => {
    const error: unknown = await read(name, text)
      .then(checkRelease)
      .catch((thrown: unknown) => thrown)
    return error instanceof ReportedError ? error.report(style) : String(error)
  }

  const yaml = `project: acme/shop
config: production
artifact:
  foldr: .
services:
  web:
    instnces: 3
    command: node server.js
metadata:
  a.b: 7
`

  it('in YAML: every fault with its line and column, and the nearest right key', async () => {
    expect(await faults('bad.yaml', yaml)).toBe(
      [
        '✗ bad.yaml: 4 faults',
        '  ✗ bad.yaml:3:1  artifact.folder',
        '    either "folder" or "url"',
        '  ✗ bad.yaml:4:3  artifact.foldr',
        '    unknown key; did you mean "folder"?',
        '  ✗ bad.yaml:7:5  services.web.instnces',
        '    unknown key; did you mean "instances"?',
        '  ✗ bad.yaml:10:3  metadata.a.b',
        '    expected string, received number: put it in quotes',
      ].join('\n'),
    )
  })

  it('in JSON as well', async () => {
    const json =
      '{\n  "project": "acme/shop",\n  "config": "Production",\n  "artifact": {"folder": "."},\n  "services": {"web": {"command": ["a", 7]}}\n}'
    const report = await faults('bad.json', json)
    expect(report).toContain('✗ bad.json:3:3  config')
    expect(report).toContain('✗ bad.json:5:41  services.web.command.1')
  })

  it.each([
    ['cut.json', '{"project": ', /^HoldfastError: cut\.json:1:1\d: /],
    ['cut.yaml', 'project: "x\nconfig: [', /^HoldfastError: cut\.yaml:2:\d+: /],
    ['twice.yaml', 'project: a\nproject: b\n', /^HoldfastError: twice\.yaml:2:1: /],
    ['list.yaml', '- a\n- b\n', /^HoldfastError: list\.yaml:1:1: A release file holds members/],
    [
      'bomb.yaml',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefg'].map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdef'[i]}`).join()}]`).join('\n')}\n`,
      /alias/,
    ],
  ])('that cannot be read says where: %s', async (name, text, words) => {
    expect(await faults(name, text)).toMatch(words)
  })

  it('is dated, its folder made absolute and measured: another content is another release', async () => {
    mkdirSync(join(home.path, 'app/src'), { recursive: true })
    writeFileSync(join(home.path, 'app/src/server.js'), 'one')
    const file = await read('app/good.yaml', 'project: a/b\nartifact:\n  folder: src\n')
    const first = await prepareRelease(file, Date.parse('2026-11-20T07:00:00.123Z'))
    expect(first).toEqual({
      project: 'a/b',
      createdAt: '2026-11-20T07:00:00.123Z',
      artifact: { folder: join(home.path, 'app/src'), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    })
    expect(await prepareRelease(file, Date.parse('2026-11-20T07:00:00.123Z'))).toEqual(first)
    writeFileSync(join(home.path, 'app/src/server.js'), 'two')
    const second = await prepareRelease(file, 0)
    expect(second['artifact']).not.toEqual(first['artifact'])
    const stale = { ...file, document: { ...file.document, artifact: { ...Object(first['artifact']) } } }
    await expect(prepareRelease(stale, 0)).rejects.toMatchObject({
      code: 'cli.release_invalid',
      place: 'artifact.sha256',
    })
  })

  it("whose folder holds Holdfast's own data is refused with what to leave out, before that is read", async () => {
    mkdirSync(join(home.path, 'shop/data'), { recursive: true })
    writeFileSync(join(home.path, 'shop/data/admin-token'), 'hf_x')
    const text = 'project: a/b\nartifact:\n  folder: .\n'
    const own = [join(home.path, 'shop/data')]
    await expect(prepareRelease(await read('shop/own.yaml', text), 0, own)).rejects.toMatchObject({
      code: 'host.artifact_forbidden',
      repair: expect.stringContaining('artifact.exclude: [.git, data]'),
    })
    const without = await read('shop/without.yaml', `${text}  exclude: [data]\n`)
    expect(await prepareRelease(without, 0, own)).toMatchObject({ artifact: { folder: join(home.path, 'shop') } })
  })

  it('whose folder is not there names its line', async () => {
    const file = await read('gone.yaml', 'project: a/b\nartifact:\n  folder: gone\n')
    await expect(prepareRelease(file, 0)).rejects.toThrow(
      /^gone\.yaml:3:3: Cannot read .*gone: there is no such folder$/,
    )
  })

  it('has a plan that names its date, for the same release is planned and deployed', () => {
    const hash = 'a'.repeat(64)
    const word = expectWord('2026-11-20T07:00:00.123Z', hash)
    expect(word).toBe(`20261120T070000123Z-${hash}`)
    expect(readExpect(word)).toEqual({ createdAt: '2026-11-20T07:00:00.123Z', hash })
    expect(readExpect(expectWord('2026-11-20T07:00:00Z', hash))).toEqual({ createdAt: '2026-11-20T07:00:00Z', hash })
    expect(readExpect(hash)).toEqual({ createdAt: undefined, hash })
    expect(readExpect('a'.repeat(63))).toBeUndefined()
  })
})
