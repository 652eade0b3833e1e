/**
 * `npm run screenshots [-- page …]`: every page at 1440 and 390 px, light and dark, empty, ordinary, with many rows and failed, into
 * coverage/screenshots. To be looked at; nothing compares them. Each is also asked of axe: with a serious fault it ends with 1.
 */
import type { Page } from 'playwright-core'
import { signOnSettingsSchema } from '../../src/identity/index.ts'
import { type Console, openConsole } from './console.ts'
import { seedMany } from './crowd.ts'
import { doorPages, shootDoor, signOn } from './door-shots.ts'
import { startHost } from './host.ts'
import { seedAccess, seedDeploys, seedExecutions, seedMachines } from './seeds.ts'
import { Api } from './machines.ts'
import { faults, folder, isWanted, type Shot, shoot, shootInBoth, wanted } from './shots.ts'

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
  ...doorPages,
]
const unknown = wanted.filter((name) => !pages.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`there is no page ${unknown.join(', ')}: the pages are ${pages.join(', ')}\n`)
  process.exit(2)
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
    await shootInBoth({ console, state: 'busy', shots })
    clearInterval(traffic)
  } finally {
    await host.stop()
  }
  await shoot({ console, state: 'failed', shots: [{ name: 'host', path: '/hosts/tokyo-1' }] })
}

const routed = (page: Page): Promise<unknown> => page.getByText('p99').first().waitFor()

const isPhone = (page: Page): boolean => page.viewportSize()?.width === 390
const written = async (page: Page): Promise<void> => {
  await page.locator('.cm-content').first().waitFor({ state: 'attached' })
  // In the editor a phone shows text or graph.
  if (!isPhone(page)) await drawn(page)
}
const ran = async (page: Page): Promise<void> => {
  if (isPhone(page)) await page.getByRole('button', { name: /Findings and runs|検証と試行/ }).click()
  await page.getByRole('button', { name: /^(Run|実行)$/ }).click()
  await page.getByText(/of virtual time|仮想時間/).waitFor()
  if (!isPhone(page)) await drawn(page)
}
const machineShots: readonly Shot[] = [
  { name: 'machine', path: '/machines/approval?state=Approve', ready: drawn },
  { name: 'machine-revisions', path: '/machines/approval?tab=revisions' },
  { name: 'machine-versions', path: '/machines/approval?tab=versions' },
  { name: 'machine-settings', path: '/machines/approval?tab=settings' },
  { name: 'editor', path: '/machines/approval/edit?state=Approve', ready: written },
  { name: 'editor-run', path: '/machines/order/edit?sample=order&side=run', ready: ran },
  { name: 'editor-state', path: '/machines/approval/edit?side=state&state=Receive', ready: written },
]

const console = await openConsole({
  settings: { signOn: signOnSettingsSchema.parse(signOn) },
  // So that they come from as many addresses as there are windows: one address alone may try to sign in but so often.
  server: { trustedProxies: ['127.0.0.1', '::1'] },
})
try {
  await shoot({ console, state: 'empty', shots: lists })
  const api = new Api(console)
  const executions = await seedExecutions(api)
  await seedMachines(api)
  const deploys = await seedDeploys(console, api)
  const ordinary: readonly Shot[] = [
    ...lists,
    { name: 'execution', path: `/executions/${executions.waiting}`, ready: drawn },
    { name: 'deploy', path: `/deploys/${deploys.good}` },
    ...access(await seedAccess(api)),
    { name: 'record', path: '/audit/3' },
    ...machineShots,
  ]
  await shootInBoth({ console, state: 'ordinary', shots: ordinary })
  if (wanted.length === 0 || wanted.some((name) => name.startsWith('host'))) await shootHost(console)
  const failed: readonly Shot[] = [
    { name: 'execution', path: `/executions/${executions.failed}?state=Too+large`, ready: drawn },
    { name: 'execution-flow', path: `/executions/${executions.failed}?state=Approve&side=timeline`, ready: drawn },
    { name: 'deploy', path: `/deploys/${deploys.failed}` },
  ]
  await shootInBoth({ console, state: 'failed', shots: failed })
  await shootDoor(console, api, executions.waiting)
  const crowded = ['executions', 'audit', 'execution', 'people', 'access', 'access-sessions', 'hosts']
  if (crowded.some((name) => isWanted({ name }))) {
    await seedMany(console, api)
    const many = await executions.many()
    const shots = [
      ...lists.filter(({ name }) => crowded.includes(name)),
      { name: 'people', path: '/people' },
      { name: 'access-sessions', path: '/access?tab=sessions' },
      { name: 'execution', path: `/executions/${many}`, ready: drawn },
    ]
    await shoot({ console, state: 'many', shots })
  }
  process.stdout.write(`the screenshots are in ${folder}; axe finds ${faults.length} serious faults on them\n`)
  for (const fault of faults) process.stdout.write(`\n${fault}\n`)
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  await console.close()
}
