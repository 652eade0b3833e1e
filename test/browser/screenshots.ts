/**
 * `npm run screenshots [-- page …]`: every page at 1440 and 390 px, light and dark, empty, ordinary, with many rows and failed, into
 * coverage/screenshots. To be looked at; nothing compares them.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { type Console, openConsole } from './console.ts'
import { startHost } from './host.ts'
import { seedAccess, seedDeploys, seedExecutions, seedMachines } from './seeds.ts'
import { fontLoaded, useJapaneseFont } from './japanese.ts'
import { Api } from './machines.ts'

const folder = join(import.meta.dirname, '../../coverage/screenshots')
const sizes = {
  wide: { viewport: { width: 1440, height: 900 } },
  narrow: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
} as const
type Shot = { readonly name: string; readonly path: string; readonly ready?: (page: Page) => Promise<unknown> }

const drawn = (page: Page): Promise<unknown> => page.locator('.react-flow__node').first().waitFor()
const lists: readonly Shot[] = [
  '/',
  '/deploys',
  '/executions',
  '/machines',
  '/hosts',
  '/locks',
  '/access',
  '/audit',
].map((path) => ({
  name: path === '/' ? 'overview' : path.slice(1),
  path,
}))

const machinePages = [
  'machine',
  'machine-revisions',
  'machine-versions',
  'machine-settings',
  'editor',
  'editor-run',
  'editor-state',
]

const pages = [
  ...lists.map(({ name }) => name),
  'execution',
  'execution-flow',
  'deploy',
  'host',
  'access-keys',
  'access-sessions',
  'access-token',
  'record',
  ...machinePages,
]
const [, , ...wanted] = process.argv
const unknown = wanted.filter((name) => !pages.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`there is no page ${unknown.join(', ')}: the pages are ${pages.join(', ')}\n`)
  process.exit(2)
}
mkdirSync(folder, { recursive: true })

async function shoot(console: Console, state: string, shots: readonly Shot[], locale = 'en-US'): Promise<void> {
  // What differs between languages does so in either light.
  const schemes = locale === 'en-US' ? (['light', 'dark'] as const) : (['light'] as const)
  for (const colorScheme of schemes) {
    for (const [size, options] of Object.entries(sizes)) {
      const isJapanese = locale === 'ja-JP'
      const page = await console.open({ ...options, colorScheme, locale, bypassCSP: isJapanese })
      if (isJapanese) await useJapaneseFont(page.context())
      for (const { name, path, ready } of shots) {
        if (wanted.length > 0 && !wanted.includes(name)) continue
        await page.goto(new URL(path, console.url).href)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.getByText(/Loading …|読み込み中…/).waitFor({ state: 'detached' })
        await ready?.(page)
        if (isJapanese) await fontLoaded(page)
        const file = [name, state, size, colorScheme, ...(locale === 'en-US' ? [] : [locale])].join('-')
        await page.screenshot({ path: join(folder, `${file}.png`), fullPage: true })
      }
      await page.context().close()
    }
  }
}

async function shootSignIn(console: Console): Promise<void> {
  const context = await console.browser.newContext(sizes.wide)
  const page = await context.newPage()
  await page.goto(console.url)
  await page.getByRole('heading', { name: /Sign in/ }).waitFor()
  await page.screenshot({ path: join(folder, 'sign-in-wide-light.png') })
  await context.close()
}

const access = (token: string): readonly Shot[] => [
  { name: 'access-keys', path: '/access?tab=keys' },
  { name: 'access-sessions', path: '/access?tab=sessions' },
  { name: 'access-token', path: `/access?one=${token}` },
]

/** With traffic on two versions of one service, and then with its agent gone. */
async function shootHost(console: Console): Promise<void> {
  const host = await startHost(console)
  try {
    await host.holdfast('deploy examples/hello/holdfast.yaml')
    const second = host.holdfast('deploy examples/hello/v2.yaml')
    const traffic = setInterval(() => void fetch(host.edgeUrl).catch(() => undefined), 25)
    await second
    const shots = [
      { name: 'hosts', path: '/hosts' },
      { name: 'host', path: '/hosts/tokyo-1', ready: routed },
    ]
    await shoot(console, 'busy', shots)
    await shoot(console, 'busy', shots, 'ja-JP')
    clearInterval(traffic)
  } finally {
    await host.stop()
  }
  await shoot(console, 'failed', [{ name: 'host', path: '/hosts/tokyo-1' }])
}

const routed = (page: Page): Promise<unknown> => page.getByText('p99').first().waitFor()

const written = async (page: Page): Promise<void> => {
  await page.locator('.cm-content').first().waitFor()
  await drawn(page).catch(() => undefined)
}
const ran = async (page: Page): Promise<void> => {
  if (page.viewportSize()?.width === 390)
    await page.getByRole('button', { name: /Findings and runs|検証と試行/ }).click()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByText(/of virtual time/).waitFor()
  if (page.viewportSize()?.width !== 390) await drawn(page)
}
const machineShots: readonly Shot[] = [
  { name: 'machine', path: '/machines/approval?state=Approve', ready: written },
  { name: 'machine-revisions', path: '/machines/approval?tab=revisions' },
  { name: 'machine-versions', path: '/machines/approval?tab=versions' },
  { name: 'machine-settings', path: '/machines/approval?tab=settings' },
  { name: 'editor', path: '/machines/approval/edit?state=Approve', ready: written },
  { name: 'editor-run', path: '/machines/order/edit?sample=order&side=run', ready: ran },
  { name: 'editor-state', path: '/machines/approval/edit?side=state&state=Receive', ready: written },
]

const console_ = await openConsole()
try {
  await shootSignIn(console_)
  await shoot(console_, 'empty', lists)
  const api = new Api(console_)
  const executions = await seedExecutions(api)
  await seedMachines(api)
  const deploys = await seedDeploys(console_, api)
  const ordinary: readonly Shot[] = [
    ...lists,
    { name: 'execution', path: `/executions/${executions.waiting}`, ready: drawn },
    { name: 'deploy', path: `/deploys/${deploys.good}` },
    ...access(await seedAccess(api)),
    { name: 'record', path: '/audit/3' },
    ...machineShots,
  ]
  await shoot(console_, 'ordinary', ordinary)
  await shoot(console_, 'ordinary', ordinary, 'ja-JP')
  if (wanted.length === 0 || wanted.some((name) => name.startsWith('host'))) await shootHost(console_)
  await shoot(console_, 'failed', [
    { name: 'execution', path: `/executions/${executions.failed}?state=Too+large`, ready: drawn },
    { name: 'execution-flow', path: `/executions/${executions.failed}?state=Approve&side=timeline`, ready: drawn },
    { name: 'deploy', path: `/deploys/${deploys.failed}` },
  ])
  await shoot(
    console_,
    'failed',
    [
      { name: 'execution', path: `/executions/${executions.failed}?state=Too+large`, ready: drawn },
      { name: 'deploy', path: `/deploys/${deploys.failed}` },
    ],
    'ja-JP',
  )
  const many = await executions.many()
  await shoot(console_, 'many', [
    ...lists.filter(({ name }) => name === 'executions' || name === 'audit'),
    { name: 'execution', path: `/executions/${many}`, ready: drawn },
  ])
  process.stdout.write(`the screenshots are in ${folder}\n`)
} finally {
  await console_.close()
}
