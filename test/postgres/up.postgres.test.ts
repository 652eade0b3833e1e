import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { Program } from './program.ts'

const server = (): string => process.env['HOLDFAST_TEST_POSTGRES'] ?? ''
const at = (database: string): string => Object.assign(new URL(server()), { pathname: `/${database}` }).href

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

async function administer(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: server() })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

let databases = 0
async function database(): Promise<string> {
  const name = `up_${process.pid}_${++databases}`
  await administer(`CREATE DATABASE ${name}`)
  undo.push(() => administer(`DROP DATABASE ${name} WITH (FORCE)`))
  return at(name)
}

async function program(url: string): Promise<Program> {
  const made = await Program.on(url)
  undo.push(() => made.remove())
  return made
}

async function definition(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'))
  undo.push(() => rm(folder, { recursive: true }))
  const states = {
    Rest: { Type: 'Wait', Seconds: 1, Next: 'Say' },
    Say: { Type: 'Pass', Result: { said: true }, End: true },
  }
  await writeFile(join(folder, 'rest.asl.json'), JSON.stringify({ StartAt: 'Rest', States: states }))
  return join(folder, 'rest.asl.json')
}

describe('holdfast up with DATABASE_URL', () => {
  it('keeps everything in PostgreSQL, and goes on there after a kill -9', async () => {
    const url = await database()
    const file = await definition()
    const one = await program(url)
    await one.up()
    expect(await one.run('asl', 'run', file, '--name', 'first')).toMatchObject({ code: 0 })
    expect(await one.run('asl', 'run', file, '--name', 'second', '--detach')).toMatchObject({ code: 0 })
    await one.end('SIGKILL')
    await one.up()
    const { output } = await one.run('executions', '--json')
    expect(output).toContain('first')
    expect(output).toContain('second')
    expect((await one.run('audit', 'verify')).code).toBe(0)
  })

  it('lets a second process beside it that has the same keys, and both do the work of one', async () => {
    const url = await database()
    const file = await definition()
    const one = await program(url)
    await one.up()
    const two = await one.beside(url)
    undo.push(() => two.remove())
    await two.up()
    const runs = await Promise.all([one, two].map((each, n) => each.run('asl', 'run', file, '--name', `run-${n}`)))
    expect(runs.map(({ code }) => code)).toEqual([0, 0])
    const { output } = await two.run('executions', '--json')
    for (const name of ['run-0', 'run-1']) expect(output).toContain(name)
    expect((await two.run('audit', 'verify')).code).toBe(0)
  })

  it('refuses a data folder with other keys, and names the files to copy', async () => {
    const url = await database()
    const one = await program(url)
    await one.up()
    const stranger = await program(url)
    await expect(stranger.up()).rejects.toThrow(/app\.identity_differs.*task-token\.key/)
  })

  it.each([
    ['no server', () => 'postgres://a:b@127.0.0.1:1/x', 'store.unreachable'],
    ['a wrong password', () => Object.assign(new URL(server()), { password: 'wrong' }).href, 'store.login'],
    ['a person that is not there', () => Object.assign(new URL(server()), { username: 'nobody' }).href, 'store.login'],
    ['no such database', () => at('nowhere'), 'store.database_missing'],
    ['an address of something else', () => 'mysql://a:b@127.0.0.1/x', 'store.url'],
  ])('says what to do about %s, without the password', async (_, url, code) => {
    const one = await program(url())
    const refusal = await one.up().catch((error: unknown) => String(error))
    expect(refusal).toContain(code)
    expect(refusal).toContain('repair')
    expect(refusal).not.toContain(decodeURIComponent(new URL(server()).password))
  })

  it('says what a person without rights needs', async () => {
    const url = new URL(await database())
    const person = `guest_${process.pid}`
    await administer(`CREATE ROLE ${person} LOGIN PASSWORD 'guest'`)
    undo.push(() => administer(`DROP ROLE ${person}`))
    const one = await program(Object.assign(url, { username: person, password: 'guest' }).href)
    await expect(one.up()).rejects.toThrow(/store\.rights.*OWNER/)
  })
})
