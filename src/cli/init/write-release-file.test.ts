import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseRelease, processArtifactSchema, processServiceSchema } from '../../deploy/index.ts'
import { apps } from './apps.fake.ts'
import { describeApp, type Wishes } from './describe-app.ts'
import { writeReleaseFile } from './write-release-file.ts'

function written(name: keyof typeof apps, wishes?: Wishes): string {
  const findings = describeApp(apps[name], wishes)
  if (findings === undefined) throw new Error(`nothing was found in ${name}`)
  return writeReleaseFile(findings)
}
const names = Object.keys(apps).filter((name): name is keyof typeof apps => Object.hasOwn(apps, name))

const deployers = { process: { kind: 'process', artifact: processArtifactSchema, service: processServiceSchema } }
/** As `deploy` sends it. */
const asRelease = (text: string) => parseRelease(deployers, { ...parse(text), createdAt: '2026-11-20T20:00:00Z' })

describe('the release file of', () => {
  it.each(names)('%s is one that the deployer of processes takes', (name) => {
    const { project, services } = asRelease(written(name))
    expect(project).toMatch(/^[a-z0-9._-]+\/[a-z0-9._-]+$/)
    expect(Object.values(services)).toMatchObject(
      describeApp(apps[name])?.services.map(({ command }) => ({ command: command.value })) ?? [],
    )
  })

  it.each(names)('%s says nothing without a reason', (name) => {
    const lines = written(name).trimEnd().split('\n')
    const bare = lines.filter((line, at) => {
      const isExplained = line === '' || line.includes('# ') || /^\s*# /.test(lines[at - 1] ?? '')
      // Names of services, variables and references explain themselves under an explained head.
      return !isExplained && !/^ {2}[a-z0-9-]+:$|^ {6}\w+: /.test(line)
    })
    expect(bare).toEqual([])
    expect(lines.filter((line) => line.length > 118 && !line.includes('command:'))).toEqual([])
  })

  it('an app with values that YAML would misread keeps them', () => {
    const { services } = parse(written('hostile names', { hosts: ['*.example.com', 'shop.example.com'] }))
    expect(services.web.command).toBe(`node "a: b.js" '# c'`)
    expect(services.web.route.hosts).toEqual(['*.example.com', 'shop.example.com'])
  })

  it('an app with a worker', () => {
    expect(parse(written('a Procfile')).services['mail-worker']).toEqual({
      instances: 1,
      command: 'node worker.js --queue mail',
      environment: { NODE_ENV: 'production' },
      secrets: { DATABASE_URL: 'env:DATABASE_URL', SESSION_KEY: 'env:SESSION_KEY' },
      health: { kind: 'staying-up', for: '10s' },
      queueWorker: true,
    })
  })
})

describe('the guide to servers', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../../docs/guide/servers.md'), 'utf8')

  it.each(['json-server', 'verdaccio', 'node-red'] as const)('shows the file that init writes for %s', (name) => {
    const file = written(name, { project: `acme/${name}`, hosts: [`${name}.localhost`] })
    expect(guide).toContain(`\`\`\`yaml\n${file}\`\`\``)
  })
})
