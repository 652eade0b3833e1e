/** Control plane, host and edge as `holdfast up --with-host` starts them, examples/hello deployed to it from the command line, and visitors. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { Program } from '../hosts/processes.ts'
import { launchChromium } from './chromium.ts'
import { buildConsole } from './console.ts'

const hello = join(import.meta.dirname, '../../examples/hello')
export const place = 'acme/hello › production'

type Ready = { readonly url: string; readonly host: { readonly edge: { readonly url: string } } }

export class Deploying {
  readonly #folder: string
  readonly #environment: Readonly<Record<string, string>>
  readonly #server: Program
  readonly #ready: Ready
  readonly browser: Browser
  readonly #leave = new AbortController()
  readonly #visiting: Promise<void>

  private constructor(parts: {
    folder: string
    environment: Record<string, string>
    server: Program
    ready: Ready
    browser: Browser
  }) {
    this.#folder = parts.folder
    this.#environment = parts.environment
    this.#server = parts.server
    this.#ready = parts.ready
    this.browser = parts.browser
    this.#visiting = this.#visit()
  }

  static async begin(): Promise<Deploying> {
    // Before anything runs that would be left behind when it fails.
    const [browser] = await Promise.all([launchChromium(), buildConsole()])
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-deploying-')))
    const environment = {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: folder,
      HOLDFAST_DATA: join(folder, 'data'),
    }
    const words = ['up', '--with-host', '--json', '--port', '0', '--edge-port', '0']
    const server = new Program(words, environment)
    const [line] = await server.says(/^\{.*"edge".*$/m)
    return new Deploying({ folder, environment, server, ready: JSON.parse(line) as Ready, browser })
  }

  /**
   * A release file of examples/hello.
   * @param options.watched until the test calls a {@link crowd}: it bakes until it answered more requests than come by themselves
   *   in minutes. What the test wants to see meanwhile is there, however slow the machine.
   */
  release(
    version: string,
    { watched = false, greetingFile }: { watched?: boolean; greetingFile?: string } = {},
  ): string {
    const file = join(this.#folder, `${version}.yaml`)
    const environment = {
      ...{ VERSION: version, GREETING: 'Hello', COLOUR: 'royalblue' },
      ...(greetingFile === undefined ? {} : { GREETING_FILE: greetingFile, REFRESH_MS: '300' }),
    }
    const release = {
      ...{ project: 'acme/hello', config: 'production', artifact: { folder: hello } },
      services: {
        web: {
          instances: 2,
          command: 'node server.js',
          environment,
          health: { kind: 'http', path: '/healthz' },
          route: { hosts: ['*'] },
        },
      },
      strategy: { kind: 'all-at-once', bake: watched ? { for: '1s', requests: 3000 } : { for: '2s' } },
    }
    // JSON is YAML as well.
    writeFileSync(file, JSON.stringify(release))
    return file
  }

  /** Somewhere a release may look for a file. */
  path(name: string): string {
    return join(this.#folder, name)
  }

  /** As a person types it in another window; resolves when it has ended, well or not. */
  async holdfast(...words: readonly string[]): Promise<string> {
    const program = new Program(words, this.#environment)
    await program.ended
    return program.said
  }

  /** Signed in by the link, on the first screen. */
  async open(options: BrowserContextOptions): Promise<Page> {
    const link = (await this.holdfast('console')).split('\n')[0] ?? ''
    const context = await this.browser.newContext({ timezoneId: 'Asia/Tokyo', ...options })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const page = await context.newPage()
    await page.goto(link)
    await page.getByRole('heading', { level: 1 }).waitFor()
    return page
  }

  /** Visitors in great number, until `enough` is there. */
  async crowd<T>(enough: Promise<T>): Promise<T> {
    const leave = new AbortController()
    const crowd = Array.from({ length: 12 }, async () => {
      while (!leave.signal.aborted) await this.#ask(leave.signal)
    })
    try {
      return await enough
    } finally {
      leave.abort()
      await Promise.all(crowd)
    }
  }

  get url(): string {
    return this.#ready.url
  }

  async close(): Promise<void> {
    this.#leave.abort()
    await this.#visiting
    await this.browser.close()
    await this.holdfast('down', '--everything', '--yes')
    await this.#server.ended
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** One after the other, as fast as they are answered, with a breath between them. */
  async #visit(): Promise<void> {
    const { signal } = this.#leave
    while (!signal.aborted) {
      await this.#ask(signal)
      await new Promise<void>((resolve) => setTimeout(resolve, 40))
    }
  }

  /** Before the first deployment, and in the end, nobody answers. */
  async #ask(signal: AbortSignal): Promise<void> {
    await fetch(this.#ready.host.edge.url, { signal })
      .then((answer) => answer.text())
      .catch(() => {})
  }
}
