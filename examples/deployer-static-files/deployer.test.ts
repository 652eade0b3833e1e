import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PlainJson } from '../../src/audit/index.ts'
import { describePlan, planDeployment, rollBack } from '../../src/deploy/index.ts'
import { admin, endWorlds, World } from '../../src/deploy/world.ts'
import { digestOf, staticFilesDeployer } from './deployer.ts'

let folder: string
let world: World

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-static-'))
  world = await new World({ deployers: { 'static-files': staticFilesDeployer(join(folder, 'www')) } }).begin()
})
afterEach(async () => {
  await endWorlds()
  rmSync(folder, { recursive: true })
})

const page = (): string => readFileSync(join(folder, 'www/acme/site/production/docs/current/index.html'), 'utf8')
const copies = (): string[] =>
  readdirSync(join(folder, 'www/acme/site/production/docs')).filter((name) => /^dep_\w+$/.test(name))

/** A site as somebody built it, and its release. */
async function build(version: string, more: Readonly<Record<string, PlainJson>> = {}) {
  const built = join(folder, version)
  mkdirSync(join(built, 'docs/images'), { recursive: true })
  writeFileSync(join(built, 'docs/index.html'), `version ${version}`)
  writeFileSync(join(built, 'docs/images/logo.svg'), '<svg/>')
  return {
    project: 'acme/site',
    target: 'static-files',
    services: { docs: {} },
    artifact: { folder: built, sha256: await digestOf(built) },
    strategy: { kind: 'all-at-once', bake: { for: '0s' } },
    ...more,
  }
}

async function deploy(release: Readonly<Record<string, PlainJson>>) {
  await world.advance(1000)
  return world.untilEndedAtOnce((await world.deploy(release)).id)
}

describe('the deployer of static files', () => {
  it('plans, deploys, updates and rolls back', async () => {
    const first = await build('1')
    const { plan, hash, problems } = await planDeployment(
      world.deploys,
      admin,
      { release: world.document(first) },
      new AbortController().signal,
    )
    expect(problems).toEqual([])
    expect(describePlan(plan, hash)).toContain('+ copy the files of docs    undo: delete the files of docs')

    expect(await deploy(first)).toMatchObject({ status: 'succeeded' })
    expect(page()).toBe('version 1')
    expect(await deploy(await build('2'))).toMatchObject({ status: 'succeeded' })
    expect(page()).toBe('version 2')

    const { outcome, deployment } = await rollBack(world.deploys, admin, { project: 'acme/site', config: 'production' })
    expect(outcome).toBe('rollback')
    expect(await world.untilEndedAtOnce(deployment)).toMatchObject({ status: 'succeeded' })
    expect(page()).toBe('version 1')
    expect(copies()).toHaveLength(1)
  })

  it.each<[string, Readonly<Record<string, PlainJson>>, string]>([
    ['files that are not those that were signed', { artifact: { sha256: 'f'.repeat(64) } }, 'artifact.sha256'],
    ['a folder that is not there', { artifact: { folder: '/nowhere' } }, 'artifact.folder'],
    ['a strategy that links cannot follow', { strategy: { kind: 'one-box' } }, 'strategy'],
  ])('refuses %s, and leaves nothing behind', async (_what, wrong, field) => {
    await deploy(await build('1'))
    const right = await build('2')
    const artifact = { ...right.artifact, ...(wrong['artifact'] as object | undefined) }
    const failed = await deploy({ ...right, ...wrong, artifact })
    expect(failed).toMatchObject({ status: 'failed', diagnosis: { class: 'user', field, mender: 'author' } })
    expect(page()).toBe('version 1')
    expect(copies()).toHaveLength(1)
  })

  it('comes back from a site without its page', async () => {
    await deploy(await build('1'))
    const failed = await deploy(await build('2', { services: { docs: { index: 'start.html' } } }))
    expect(failed.diagnosis).toMatchObject({ class: 'health', state: 'CheckHealth' })
    expect(failed.diagnosis?.what).toContain('start.html is not there')
    expect(page()).toBe('version 1')
    expect(copies()).toHaveLength(1)
  })
})
