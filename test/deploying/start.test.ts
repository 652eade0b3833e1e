/** What a control plane has when it is up: the procedures of its deployers, whatever store it finds, and a user's beside them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { systemClock } from '../../src/app/index.ts'
import { silentLogger } from '../../src/base/index.ts'
import { openStore } from '../../src/store/index.ts'
import { readMigrations } from '../../src/store/migration.ts'
import { Client } from './client.ts'
import { startPlane } from './control-plane.ts'
import { build, left, page, publicKey, signed } from './site.ts'

const root = join(import.meta.dirname, '../..')

let folder: string
const closing: (() => Promise<void>)[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-start-'))
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  rmSync(folder, { recursive: true, force: true })
})

async function start(): Promise<Client> {
  const plane = await startPlane(folder)
  closing.push(plane.stop)
  const client = new Client(plane)
  await client.call('POST /v1/keys', { name: 'ci', publicKey })
  return client
}

async function machines(client: Client): Promise<readonly string[]> {
  const { body } = await client.call('GET /v1/machines')
  return z
    .object({ items: z.array(z.looseObject({ name: z.string() })) })
    .parse(body)
    .items.map(({ name }) => name)
}

async function deploy(client: Client, release: ReturnType<typeof signed>): Promise<unknown> {
  const { id } = z.looseObject({ id: z.string() }).parse((await client.call('POST /v1/deployments', release)).body)
  for await (const { event, data } of client.events(`GET /v1/deployments/${id}/events`)) {
    if (event === 'end') return JSON.parse(data)
  }
  return undefined
}

/** A project's `holdfast.config.ts` with a procedure of this name, which writes down what it is given. */
function writeProcedure(name: string): void {
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(folder, 'holdfast.config.ts'),
    `import { writeFileSync } from 'node:fs'
import { z } from ${JSON.stringify(join(root, 'node_modules/zod/index.js'))}
import { procedure, task } from ${JSON.stringify(join(root, 'src/index.ts'))}
export const procedures = [
  procedure({
    name: ${JSON.stringify(name)},
    input: z.looseObject({}),
    machine: { StartAt: 'Write', States: { Write: { Type: 'Task', Resource: 'task:write', End: true } } },
    tasks: {
      write: task(z.looseObject({}), (given) => {
        writeFileSync(${JSON.stringify(join(folder, 'given.json'))}, JSON.stringify(given))
        return {}
      }),
    },
  }),
]
`,
  )
}

describe('a control plane', () => {
  it('on a store from before there were deployments has their procedures, and deploys', async () => {
    mkdirSync(join(folder, 'data'))
    const migrations = readMigrations().filter(({ number }) => number < 10)
    const path = join(folder, 'data/holdfast.sqlite')
    await openStore({ path, clock: systemClock, logger: silentLogger, migrations }).close()

    const client = await start()
    expect(await machines(client)).toEqual(expect.arrayContaining(['deploy-process', 'deploy-static-files']))
    expect(await deploy(client, signed(await build(folder, '1')))).toMatchObject({ status: 'succeeded' })
    expect(page(folder)).toBe('version 1')
  })

  it("runs a user's own procedure as a hook of a deployment", async () => {
    writeProcedure('announce')
    const client = await start()
    expect(await machines(client)).toContain('announce')
    const hooks = { after: [{ procedure: 'announce', input: { to: 'all' } }] }
    expect(await deploy(client, signed(await build(folder, '1', { hooks })))).toMatchObject({
      status: 'succeeded',
      hooks: [{ name: 'after/0', procedure: 'announce', done: true }],
    })
    const { default: given } = await import(join(folder, 'given.json'), { with: { type: 'json' } })
    expect(given).toMatchObject({ release: { project: 'acme/site', config: 'production' }, input: { to: 'all' } })
  })

  it('takes a release back whose hook there is none of', async () => {
    const client = await start()
    await deploy(client, signed(await build(folder, '1')))
    const before = left(folder)
    const hooks = { before: [{ procedure: 'migrate-nothing' }] }
    expect(await deploy(client, signed(await build(folder, '2', { hooks })))).toMatchObject({
      status: 'failed',
      diagnosis: { class: 'user', what: expect.stringContaining('migrate-nothing') },
    })
    expect([page(folder), left(folder)]).toEqual(['version 1', before])
  })

  it("refuses to start when a user's procedure has the name of one that deploys", async () => {
    writeProcedure('deploy-process')
    await expect(startPlane(folder)).rejects.toMatchObject({
      code: 'app.procedure_refused',
      place: 'deploy-process',
      repair: 'give the procedure another name',
    })
  })
})
