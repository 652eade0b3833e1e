/**
 * Servers from npm that nobody here wrote: `holdfast init` in a folder that depends on one, deploy, update to another version and
 * roll back, both under load, by the commands a person would type. Nothing of the server is changed, and of the release file only
 * the time it is watched.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort, Program } from '../../hosts/processes.ts'
import { Clients } from './clients.ts'

type Server = {
  readonly name: string
  /** Where it answers 200. */
  readonly path: string
  readonly versions: readonly [string, string]
  /** Beside package.json and its lock file. */
  readonly manifest?: Readonly<Record<string, unknown>>
  readonly files?: (version: string) => Readonly<Record<string, string>>
}

const servers: readonly Server[] = [
  {
    ...{ name: 'json-server', path: '/notes', versions: ['0.17.4', '0.17.4'] },
    files: (version) => ({ 'db.json': JSON.stringify({ notes: [{ id: 1, text: `of ${version}` }] }) }),
  },
  {
    ...{ name: 'verdaccio', path: '/-/ping', versions: ['6.10.3', '6.10.4'] },
    // One of its dependencies asks for the tag `cjs`, and a mirror of the registry may hold versions without tags.
    manifest: { overrides: { 'node-fetch': '2.7.0' } },
  },
  { name: 'node-red', path: '/', versions: ['5.0.7', '5.0.4'] },
]

export type ServerReport = {
  readonly server: string
  readonly update: { readonly requests: number; readonly failed: number }
  readonly rollback: { readonly requests: number; readonly failed: number; readonly switchedAfter: string }
}
export type ServersReport = { readonly servers: readonly ServerReport[]; readonly problems: readonly string[] }
export type SoakServers = { readonly folder: string; readonly say: (line: string) => void }

export async function soakServers({ folder, say }: SoakServers): Promise<ServersReport> {
  const site = new Site(folder)
  const found: ServerReport[] = []
  const problems: string[] = []
  await site.begin()
  try {
    for (const server of servers) {
      const report = await site.tryOut(server)
      found.push(report)
      const { update, rollback } = report
      say(
        `  ${server.name}: updated under ${update.requests} requests, ${update.failed} failed; ` +
          `rolled back under ${rollback.requests}, ${rollback.failed} failed, switched after ${rollback.switchedAfter}`,
      )
      if (update.failed + rollback.failed > 0) problems.push(`${server.name} failed requests`)
    }
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error))
  }
  await site.end()
  return { servers: found, problems }
}

class Site {
  readonly #folder: string
  readonly #environment: Readonly<Record<string, string>>
  #edgePort = 0
  #up: Program | undefined

  constructor(folder: string) {
    this.#folder = folder
    // npm's own settings too: where it finds packages is the machine's affair.
    const inherited = Object.entries(process.env).filter(([name]) => /^(HOME|PATH|npm_config_|NODE_EXTRA|HTTPS?_PROXY|NO_PROXY)/i.test(name)) // prettier-ignore
    const own = { HOLDFAST_DATA: join(folder, 'data'), HOLDFAST_URL: '' }
    this.#environment = { ...Object.fromEntries(inherited.map(([name, value]) => [name, value ?? ''])), ...own }
  }

  async begin(): Promise<void> {
    this.#edgePort = await freePort()
    this.#up = new Program(
      ['up', '--with-host', '--json', '--port', '0', '--edge-port', `${this.#edgePort}`],
      this.#environment,
    )
    await this.#up.says(/^\{.*\}$/m)
  }

  async tryOut(server: Server): Promise<ServerReport> {
    const { name } = server
    const folder = join(this.#folder, name)
    mkdirSync(folder)
    const place = [`acme/${name}`, 'production']
    const file = join(folder, 'holdfast.yaml')
    await this.#write(server, 0)
    await this.#holdfast(['init', folder, '--project', `acme/${name}`, '--host', `${name}.localhost`])
    writeFileSync(file, readFileSync(file, 'utf8').replace('for: 30s', 'for: 5s'))
    await this.#holdfast(['deploy', file])

    const clients = new Clients({ port: this.#edgePort, host: `${name}.localhost`, path: server.path })
    await clients.answered()
    await this.#write(server, 1)
    await this.#holdfast(['deploy', file])
    const update = clients.take()
    const said = await this.#holdfast(['rollback', ...place])
    await clients.answered()
    await clients.stop()
    const switched = /\+(\S+) ✓ Switch/.exec(said)?.[1] ?? 'unknown'
    return { server: name, update, rollback: { ...clients.take(), switchedAfter: switched } }
  }

  async end(): Promise<void> {
    const down = new Program(['down', '--everything', '--yes'], this.#environment)
    await down.ended
    await this.#up?.ended
  }

  /** One of its two versions, as somebody would have made the folder: a package that depends on it, and npm's lock file. */
  async #write({ name, versions, files, manifest: more }: Server, which: 0 | 1): Promise<void> {
    const folder = join(this.#folder, name)
    const manifest = { name: `our-${name}`, version: `${which + 1}.0.0`, private: true, dependencies: { [name]: versions[which] }, ...more } // prettier-ignore
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2))
    for (const [file, text] of Object.entries(files?.(manifest.version) ?? {})) writeFileSync(join(folder, file), text)
    await promisify(execFile)('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund'], { cwd: folder, env: this.#environment }) // prettier-ignore
  }

  /** @returns what it said @throws Error when it did not end with 0 */
  async #holdfast(words: readonly string[]): Promise<string> {
    const program = new Program(words, this.#environment)
    await program.ended
    if (program.exitCode !== 0) throw new Error(`holdfast ${words.join(' ')} ended with ${program.exitCode}:\n${program.said}`) // prettier-ignore
    return program.said
  }
}
