import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { HoldfastError } from '../../base/index.ts'
import { parseConfiguration, readConfiguration } from './read.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return name
}

// A project of its own, wherever the folder for temporary files lies.
write('package.json', '{"type":"module"}')

const read = (file: string | undefined, overrides = {}) => readConfiguration({ workingFolder: folder, file, overrides })

async function faultOf(act: () => unknown): Promise<HoldfastError> {
  try {
    await act()
  } catch (error) {
    if (error instanceof HoldfastError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('the configuration', () => {
  it('has a default for everything', async () => {
    const { configuration, file } = await read(undefined)
    expect(file).toBeUndefined()
    expect(configuration).toEqual({
      server: {
        host: '127.0.0.1',
        port: 7400,
        allowedHosts: [],
        trustedProxies: [],
        insecureHttp: false,
        maxInFlight: 1000,
        grace: 10_000,
      },
      auth: 'token',
      aws: { assumableRoles: [] },
      express: { maxRunning: 10_000 },
      objects: {},
      outbound: { allow: [] },
      connections: {},
      signOn: {},
      ci: {},
      limits: 'embedded',
      account: {},
      database: {},
      retention: { executions: 90 * 86_400_000, trail: 400 * 86_400_000, logs: 14 * 86_400_000 },
      log: { level: 'info', slow: 100 },
    })
  })

  it('is read from a TypeScript file, durations as people write them', async () => {
    const name = write(
      'some.config.ts',
      'const days: number = 7\nexport default { retention: { logs: `${days}d` }, server: { port: 1234 } }\n',
    )
    const { configuration, file } = await read(name)
    expect(file).toBe(join(folder, name))
    expect(configuration).toMatchObject({
      retention: { logs: 7 * 86_400_000 },
      server: { port: 1234, host: '127.0.0.1' },
    })
  })

  it('may export procedures and no settings', async () => {
    const { configuration } = await read(write('procedures.config.ts', 'export const procedures = []\n'))
    expect(configuration.server.port).toBe(7400)
  })

  it('yields to the command line', async () => {
    const name = write('other.config.ts', "export default { server: { port: 1, grace: '1s' }, auth: 'token' }\n")
    const { configuration } = await read(name, { port: 0, host: '::1', auth: 'none', awsLimits: true })
    expect(configuration).toMatchObject({ server: { port: 0, host: '::1', grace: 1000 }, auth: 'none', limits: 'aws' })
  })

  it('finds holdfast.config.ts in the working folder', async () => {
    write('holdfast.config.ts', "export default { log: { level: 'debug' } }\n")
    try {
      expect((await read(undefined)).configuration.log.level).toBe('debug')
    } finally {
      rmSync(join(folder, 'holdfast.config.ts'))
    }
  })

  it.each([
    ['a wrong key', { sever: {} }, 'sever is no setting, did you mean "server"?'],
    ['a wrong key in a section', { server: { prot: 1 } }, 'server.prot is no setting, did you mean "port"?'],
    ['a key that is like no other', { log: { zebra: 1 } }, 'log.zebra is no setting, accepted: level'],
    ['a wrong value', { server: { port: 70_000 } }, 'server.port'],
    ['a wrong choice', { auth: 'nobody' }, 'auth'],
    ['a duration that is none', { retention: { logs: 'ever' } }, 'retention.logs: "ever" is not a duration'],
    ['too short a retention', { retention: { trail: '1h' } }, 'retention.trail: at least 1d is accepted'],
    [
      'a folder that depends on where it is started',
      { objects: { folder: 'x' } },
      'objects.folder: an absolute path is accepted',
    ],
    ['a wrong account', { account: { id: '12' } }, 'account.id: twelve digits are accepted'],
    ['no object', 'nonsense', 'default export'],
  ])('stops the start for %s', async (_name, value, words) => {
    const fault = await faultOf(() => parseConfiguration(value, 'x.ts'))
    expect(fault.code).toBe('app.config_invalid')
    expect(fault.message).toContain(words)
    expect(fault.repair).toContain('docs/guide/configuration.md')
  })

  it.each([
    ['is not there', undefined, 'there is no such file'],
    ['throws', "throw new Error('broken on purpose')\n", 'broken on purpose'],
    ['has a mistake in it', 'export default {\n', 'cannot be read'],
    ['ends its process', 'process.exit(0)\n', 'it ended the process that loaded it'],
  ])('says why when the file %s', async (name, text, words) => {
    const file = `${name.replaceAll(' ', '-')}.config.ts`
    if (text !== undefined) write(file, text)
    const fault = await faultOf(() => read(file))
    expect(fault.code).toBe('app.config_unreadable')
    expect(fault.message).toContain(words)
  })

  it('names the line, and the repair where there is one', async () => {
    const syntax = await faultOf(() => read(write('syntax.config.ts', 'const x: number = 1\nexport default { x )\n')))
    expect(syntax.place).toBe(`${join(folder, 'syntax.config.ts')}:2:20`)
    const thrown = await faultOf(() => read(write('throws-at.config.ts', '\nnull.x\n')))
    expect(thrown.place).toBe(`${join(folder, 'throws-at.config.ts')}:2:6`)
    const missing = await faultOf(() => read(write('needs.config.ts', "import 'left-over'\n")))
    expect(missing.repair).toBe('npm install left-over')
    const ours = await faultOf(() => read(write('ours.config.ts', "import 'holdfast'\n")))
    expect(ours.repair).toBe('install it in the project: npm install /path/to/holdfast')
    const path = await faultOf(() => read(write('path.config.ts', "import './order'\n")))
    expect(path.repair).toContain('end in .ts')
    const syntaxOnly = await faultOf(() => read(write('enum.config.ts', 'enum Colour { Red }\n')))
    expect(syntaxOnly.repair).toContain('without enum')
  })

  it('says how a project of CommonJS is mended', async () => {
    mkdirSync(join(folder, 'common'))
    write('common/package.json', '{"type":"commonjs"}')
    const fault = await faultOf(() => read(write('common/holdfast.config.ts', "import 'node:fs'\nexport default {}\n")))
    expect(fault.repair).toContain('npm pkg set type=module')
  })

  it('passes on what procedure() says, with the line that called it', async () => {
    const engine = join(import.meta.dirname, '../../engine/index.ts')
    const text = [
      `import { z } from ${JSON.stringify(join(import.meta.dirname, '../../../node_modules/zod/index.js'))}`,
      `import { procedure } from ${JSON.stringify(engine)}`,
      'const machine = { StartAt: "A", States: { A: { Type: "Task", Resource: "task:pya", End: true } } }',
      'export const procedures = [procedure({ name: "p", input: z.any(), machine, tasks: { pay: () => 1 } })]',
    ]
    const fault = await faultOf(() => read(write('wrong-task.config.ts', text.join('\n'))))
    expect(fault.message).toContain('there is no task function "pya"')
    expect(fault.place).toBe(`${join(folder, 'wrong-task.config.ts')}:4:28 /States/A/Resource`)
    expect(fault.accepted).toBe('pay')
  })

  it('is given up when the person gives up', async () => {
    const file = write('never.config.ts', 'await new Promise(() => setInterval(() => {}, 1000))\n')
    const interruption = new AbortController()
    const reading = readConfiguration({ workingFolder: folder, file, overrides: {}, signal: interruption.signal })
    interruption.abort(new Error('no more'))
    await expect(reading).rejects.toThrow('no more')
  })
})
