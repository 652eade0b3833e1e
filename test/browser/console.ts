/** A real server on a free port of loopback, and a browser that is signed in to its console by the link that it printed. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { staticFilesDeployer } from '../../examples/deployer-static-files/deployer.ts'
import { type Configuration, readConfiguration, startRuntime, systemClock, systemRandom } from '../../src/app/index.ts'
import { silentLogger } from '../../src/base/index.ts'
import { launchChromium } from './chromium.ts'

const root = join(import.meta.dirname, '../..')

export type Console = {
  readonly folder: string
  readonly url: string
  readonly tokenFile: string
  readonly browser: Browser
  /** A new page with a session of its own, on its first screen. */
  open(options?: BrowserContextOptions, path?: string): Promise<Page>
  signInLink(): Promise<string>
  close(): Promise<void>
}

/** Whatever runs the tests: they are about the console as its sources are. */
export async function buildConsole(): Promise<void> {
  await promisify(execFile)(process.execPath, [join(root, 'scripts/console/build.ts')])
}

/** `g` and a letter; once more where the machine was too slow for two keys that have to follow each other within a moment. */
export async function goByKeys(page: Page, letter: string, path: string): Promise<void> {
  while (new URL(page.url()).pathname !== path) {
    await page.keyboard.press('g')
    await page.keyboard.press(letter)
    await page.waitForURL((url) => url.pathname === path, { timeout: 2000 }).catch(() => {})
  }
}

export type ConsoleOptions = {
  readonly settings?: Partial<Pick<Configuration, 'signOn' | 'outbound'>>
  readonly server?: Partial<Configuration['server']>
  readonly environment?: Readonly<Record<string, string>>
}

/** With the deployer of static files, which deploys to a folder. */
export async function openConsole(options: ConsoleOptions = {}): Promise<Console> {
  const { settings = {}, server = {}, environment = {} } = options
  await buildConsole()
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-browser-'))
  const { configuration, file } = await readConfiguration({
    workingFolder: folder,
    file: undefined,
    overrides: { port: 0 },
  })
  const [runtime, browser] = await Promise.all([
    startRuntime({
      version: '0.0.0',
      dataFolder: join(folder, 'data'),
      configuration: { ...configuration, ...settings, server: { ...configuration.server, ...server } },
      configurationFile: file,
      deployers: { 'static-files': staticFilesDeployer(join(folder, 'www')) },
      environment,
      clock: systemClock,
      randomBytes: systemRandom,
      logger: silentLogger,
      pid: process.pid,
    }),
    launchChromium(),
  ])
  return {
    folder,
    url: runtime.address.url,
    tokenFile: runtime.tokenFile ?? '',
    browser,
    signInLink: () => runtime.signInLink(),
    async open(options = {}, path = '/') {
      const context = await browser.newContext({ locale: 'en-US', timezoneId: 'Europe/Berlin', ...options })
      context.setDefaultNavigationTimeout(120_000)
      await context.grantPermissions(['clipboard-read', 'clipboard-write'])
      const page = await context.newPage()
      await page.goto(await runtime.signInLink())
      await page
        .getByRole('navigation')
        .or(page.getByRole('button', { name: /navigation|ナビゲーション/ }))
        .first()
        .waitFor()
      if (path !== '/') await page.goto(new URL(path, runtime.address.url).href)
      return page
    },
    async close() {
      await browser.close()
      await runtime.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
