import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
      server: { host: '127.0.0.1', port: 7400, allowedHosts: [], maxInFlight: 1000, grace: 10_000 },
      auth: 'token',
      limits: 'embedded',
      account: {},
      retention: { executions: 90 * 86_400_000, trail: 400 * 86_400_000, logs: 14 * 86_400_000 },
      log: { level: 'info' },
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
    ['ends its process', 'process.exit(0)\n', 'it ended its process'],
  ])('says why when the file %s', async (name, text, words) => {
    const file = `${name.replaceAll(' ', '-')}.config.ts`
    if (text !== undefined) write(file, text)
    const fault = await faultOf(() => read(file))
    expect(fault.code).toBe('app.config_unreadable')
    expect(fault.message).toContain(words)
  })
})
