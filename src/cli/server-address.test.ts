/** No token goes over the wire in clear unless somebody says that it may. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { agentFolderOf, readEnrolment, writeEnrolment } from '../app/index.ts'
import { enrolHere } from './host/enrol-here.ts'
import { commandLine } from './command-line.ts'
import { runIn, temporaryFolder, type TestWorldOptions, worldFor } from './test-world.ts'

const home = temporaryFolder()
afterAll(() => home.remove())
const holdfast = (line: string, options: TestWorldOptions = {}) => runIn(home.path, line.split(' '), options)
/** Reserved for documents: nobody answers there, and nobody is asked. */
const remote = 'http://192.0.2.1:7400'

describe('plain http to another machine', () => {
  it.each([
    ['named on the command line', `executions --url ${remote}`, {}],
    ['named by the environment', 'executions', { HOLDFAST_URL: remote }],
    ['of an agent that enrols itself', `host --no-edge --url ${remote}`, {}],
  ])('is refused before anything is sent: %s', async (_how, line, environment) => {
    const { exitCode, err } = await holdfast(line, { environment: { HOLDFAST_TOKEN: 'hf_x', ...environment } })
    expect(exitCode).toBe(2)
    expect(err).toContain('cli.insecure_http')
    expect(err).toContain('--insecure-http')
  })

  it('is refused for an agent with a token of its own, and its token is not kept', async () => {
    writeFileSync(join(home.path, 'host.token'), 'hf_agent')
    const { exitCode, err } = await holdfast(`host --no-edge --url ${remote} --token-file host.token`)
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringContaining('cli.insecure_http') })
    expect(readEnrolment(agentFolderOf(join(home.path, '.holdfast')))).toBeUndefined()
  })
})

describe('an agent that was told that plain http may be', () => {
  const world = worldFor(home.path)
  const folder = join(home.path, 'agent')

  it('remembers it, so that it comes back by itself', async () => {
    writeFileSync(join(home.path, 'host.token'), 'hf_agent')
    const options = { url: `${remote}/`, tokenFile: 'host.token', insecureHttp: true }
    const controlPlane = { url: remote, insecureHttp: true }
    expect((await enrolHere(world, folder, options)).enrolment).toEqual({ token: 'hf_agent', controlPlane })
    expect(await enrolHere(world, folder, {})).toEqual({ enrolment: { token: 'hf_agent', controlPlane }, isNew: false })
  })

  it('does not take it as told for another address, nor where an older version did not ask', async () => {
    await expect(enrolHere(world, folder, { url: 'http://192.0.2.2:7400' })).rejects.toMatchObject({
      code: 'cli.insecure_http',
    })
    writeEnrolment(folder, { token: 'hf_agent', controlPlane: { url: remote } })
    await expect(enrolHere(world, folder, {})).rejects.toMatchObject({ code: 'cli.insecure_http' })
    await enrolHere(world, folder, { insecureHttp: true })
    expect(await enrolHere(world, folder, {})).toMatchObject({ isNew: false })
  })
})

it('command lines to copy say it again', () => {
  const world = worldFor(home.path)
  expect(commandLine(world, 'why dep_1', { url: remote, insecureHttp: true })).toBe(
    `${world.program} why dep_1 --url ${remote} --insecure-http`,
  )
})
