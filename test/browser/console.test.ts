/** The console in a real Chromium, as a person walks through it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyExport } from '../../src/audit/index.ts'
import { seriousFaults } from './accessible.ts'
import { type Console, goByKeys, openConsole } from './console.ts'
import { Api, checkout } from './machines.ts'

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true }
const desktop = { viewport: { width: 1440, height: 900 } }

let console: Console
let api: Api
beforeAll(async () => {
  console = await openConsole()
  api = new Api(console)
  await api.approvals()
  await api.call('POST /v1/hosts', { name: 'tokyo-9' })
})
afterAll(() => console.close())

const order = { items: [1, 2, 3], total: 250, password: 'hunter2' }

it('what is loaded before anything is seen is at most 250 KB', () => {
  const { firstLoadBytes }: { readonly firstLoadBytes: number } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../dist/console/build.json'), 'utf8'),
  )
  process.stdout.write(`first load of the console: ${Math.round(firstLoadBytes / 1024)} KB gzip\n`)
  expect(firstLoadBytes).toBeLessThanOrEqual(250 * 1024)
})

describe('a first visit', () => {
  it('by the link: an execution is seen live, its failed state is found, shared and audited', async () => {
    const page = await console.open(desktop)
    await page.getByText('All is well').waitFor()
    await goByKeys(page, 'e', '/executions')
    await page.getByText('Nothing has run yet').waitFor()

    // Started elsewhere: the list shows it without being asked.
    await api.start('approval', 'order-1', order)
    await page.getByRole('row', { name: /running order-1/ }).click()
    await stateInGraph(page, 'Approve, waiting').waitFor()
    // Also who comes by a link sees it go on.
    await page.reload()
    await stateInGraph(page, 'Approve, waiting').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await api.approve({ by: 'ken' })
    await page.getByText('Failed at Too large: TooLarge').waitFor()
    await stateInGraph(page, 'Pack, done, ×3').waitFor()

    await stateInGraph(page, 'Too large, failed').click()
    await page.getByText('An order of 250 needs two people').waitFor()
    await stateInGraph(page, 'Approve, done').click()
    await page.getByText('$.approval').first().waitFor()
    expect(await page.getByText('hunter2').count()).toBe(0)

    // The address says what is looked at: whoever gets it sees the same.
    await page.reload()
    await page.getByRole('heading', { name: 'Approve' }).waitFor()
    await page.getByText('$.approval').first().waitFor()

    await page.getByRole('link', { name: 'In the audit trail' }).click()
    await page.getByRole('row', { name: /execution\.close/ }).click()
    await page.getByRole('heading', { name: /^Record \d+$/ }).waitFor()
    await page.getByRole('button', { name: 'Verify the chain' }).click()
    await page.getByText('The chain holds').waitFor()
    await page.context().close()
  })

  it('in Japanese, on a phone', async () => {
    const page = await console.open({ ...phone, locale: 'ja-JP' }, '/executions')
    await page.getByRole('row', { name: /失敗 order-1/ }).click()
    await page.getByText('Too large で失敗：TooLarge').waitFor()
    await page.getByRole('group', { name: '表示するもの' }).first().getByRole('button', { name: 'イベント' }).click()
    await page.getByText('Activity succeeded').click()
    await page.getByText('"ken"').first().waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
    await page.context().close()
  })

  it('into the past: what an input was three states ago, where a field comes from; then the input is mended', async () => {
    await api.machine('checkout', checkout)
    await api.start('checkout', 'shop-1', { id: 'A-7' })
    const page = await console.open(desktop, '/executions/checkout:shop-1')
    await page.getByText('Failed at Charge: States.Runtime').waitFor()

    // Three states ago, shared by its address.
    await page.getByLabel('Event to look at').focus()
    for (let back = 0; back < 5; back++) await page.keyboard.press('ArrowLeft')
    await page.getByText('At event 4: Running: in Price').waitFor()
    await stateInGraph(page, 'Charge').waitFor()
    await page.getByText('"desk 7"').waitFor()
    await page.waitForURL(/[?&]at=4/)
    await page.getByRole('button', { name: 'Copy link' }).click()
    const link = await page.evaluate<string>('navigator.clipboard.readText()')
    const other = await console.open({ ...phone, isMobile: true }, new URL(link).pathname + new URL(link).search)
    await other.getByText('At event 4: Running: in Price').waitFor()
    expect(await other.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
    await other.context().close()
    await page.getByRole('button', { name: 'Now', exact: true }).click()

    // Who set it: past the state that only passed it on, to where it came from.
    await stateInGraph(page, 'Charge, failed').click()
    await page.getByLabel('Input', { exact: true }).getByRole('button', { name: 'order', exact: true }).click()
    const lineage = page.getByRole('region', { name: 'Where $.priced.order comes from' })
    await lineage.getByText('Passed on unchanged by Tidy').waitFor()
    await lineage.getByText('put it there, from $.id of its input').waitFor()
    await lineage.getByText('It came with the input of the execution, as $.id').waitFor()
    expect(await seriousFaults(page)).toEqual([])

    await page.getByRole('button', { name: 'Fix and continue …' }).click()
    const input = page.getByRole('dialog').getByLabel('Input')
    await input.fill('{"total": 12.50')
    await page.getByText('Not valid JSON').waitFor()
    await input.fill('{"total": 12.50, "id": "A-7"}')
    await page.getByRole('dialog').getByText('$.total').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Continue at Charge' }).click()
    await page.getByText('Succeeded', { exact: true }).waitFor()
    await stateInGraph(page, 'Charge, done, ×2').waitFor()
    await page.getByRole('link', { name: 'In the audit trail' }).click()
    await page.getByRole('row', { name: /execution\.continue/ }).click()
    await page.getByText('$.total').first().waitFor()

    // Found again by what it was given.
    await page.goto(new URL('/executions?input=A-7', console.url).href)
    await page.getByRole('row', { name: /shop-1/ }).waitFor()
    await page.context().close()
  })

  it('by a link that was used already: it is told, and a token helps', async () => {
    const context = await console.browser.newContext(desktop)
    const page = await context.newPage()
    const link = await console.signInLink()
    await page.goto(link)
    await page.getByText('Overview').first().waitFor()
    expect(page.url()).not.toContain('#')
    await context.clearCookies()
    await page.goto(link)
    await page.getByText('access.code_refused').waitFor()
    await page.getByLabel('Token', { exact: true }).fill(readFileSync(console.tokenFile, 'utf8').trim())
    await page.getByRole('button', { name: 'Sign in with the token' }).click()
    await page.getByText('Overview').first().waitFor()
    await page.getByRole('button', { name: 'Settings and account' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await context.close()
  })
})

describe('whoever keeps the door', () => {
  it('makes a token, closes a place and finds both in the trail, which proves itself elsewhere', async () => {
    const page = await console.open(desktop)
    await page.keyboard.press('Control+k')
    await page.getByLabel('Search and commands').last().fill('tokens')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Make a token' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('release bot')
    await dialog.getByLabel('Where: a project, or project/config').fill('acme/shop')
    await dialog.getByRole('button', { name: 'Make a token' }).click()
    const secret = await dialog.getByText(/^hf_/).textContent()
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    await page.getByRole('row', { name: /good release bot deployer@acme\/shop/ }).click()
    await dialog.getByRole('button', { name: 'New secret' }).click()
    expect(await dialog.getByText(/^hf_/).textContent()).not.toBe(secret)
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    await page.getByRole('row', { name: /good release bot/ }).click()
    await dialog.getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('row', { name: /release bot/ }).waitFor({ state: 'detached' })
    expect(await page.content()).not.toContain(secret)

    await goByKeys(page, 'l', '/locks')
    await page.getByRole('button', { name: 'Lock a place' }).click()
    await dialog.getByLabel('Project › config').fill('acme/shop › production')
    await dialog.getByLabel('Reason').fill('sale day')
    await dialog.getByRole('button', { name: 'Lock a place' }).click()
    await page.getByText('sale day').waitFor()
    await page.getByRole('button', { name: 'Unlock' }).click()
    await page.getByRole('heading', { name: 'Nothing is locked' }).waitFor()

    await page.goto(new URL('/audit?text=SALE+day', console.url).href)
    await page.getByRole('row', { name: /lock\.acquire local admin/ }).click()
    await page.getByRole('link', { name: /^Record \d+$/ }).click()
    await page.getByText('Hangs on the records before and after it').waitFor()
    await page.goBack()
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export' }).click()
    const lines = readFileSync(await (await saved).path(), 'utf8').split('\n')
    expect(verifyExport(lines)).toMatchObject({ ok: true, from: 1, keyId: expect.any(String) })
    await page.context().close()
  })
})

describe('every page is accessible', () => {
  /** Each with what stands on it once all that was asked for has come: before that, there is little to find faults with. */
  const pages = {
    '/': 'TooLarge',
    '/deploys': 'Nothing was deployed yet',
    '/executions': 'order-1',
    '/executions/approval:order-1?state=Approve': '$.approval',
    '/executions/approval:order-1?state=Approve&side=timeline': 'Approve',
    '/machines': 'checkout',
    '/machines/approval?state=Approve': 'Small enough?',
    '/machines/approval/edit?side=run': '"StartAt"',
    '/hosts?find=TOKYO+default': 'tokyo-9',
    '/hosts/tokyo-9': 'tokyo-9',
    '/locks': 'Nothing is locked',
    '/access': 'host tokyo-9',
    '/access?tab=sessions': 'local admin',
    '/audit': 'execution.close',
    '/audit/1': 'Hangs on the records',
  }

  it.each(['light', 'dark'] as const)('in %s', async (colorScheme) => {
    const page = await console.open({ ...desktop, colorScheme })
    for (const [path, word] of Object.entries(pages)) {
      await page.goto(new URL(path, console.url).href)
      await expect.poll(() => page.locator('main').innerText()).toContain(word)
      await expect.poll(() => page.locator('main').innerText()).not.toMatch(/(Loading|Drawing the graph|Checking) …/)
      expect({ path, faults: await seriousFaults(page) }).toEqual({ path, faults: [] })
    }
    await page.context().close()
  })

  it('also before anybody is signed in', async () => {
    const context = await console.browser.newContext(phone)
    const page = await context.newPage()
    await page.goto(console.url)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await context.close()
  })
})

it('a list of many rows reads its top and what is in sight, and nothing in it moves while somebody reads', async () => {
  await api.machine('tick', { StartAt: 'Pass', States: { Pass: { Type: 'Pass', End: true } } })
  await api.machine('nap', { StartAt: 'Nap', States: { Nap: { Type: 'Wait', Seconds: 3600, End: true } } })
  await api.start('nap', 'nap-1', {})
  for (let n = 1; n <= 350; n += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, at) => api.start('tick', `tick-${n + at}`, {})))
  }
  const page = await console.open(desktop, '/executions?machine=nap')
  await page.getByRole('row', { name: /running nap-1/ }).waitFor()
  await page.goto(new URL('/executions', console.url).href)
  await page.getByText('100 rows, more below').waitFor()
  const table = page.getByRole('table', { name: 'Executions' })
  const scrollTo = (top: number) =>
    table.evaluate((place, to) => {
      Reflect.set(place, 'scrollTop', to)
    }, top)
  for (const count of [/200 rows, more below/, /300 rows, more below/, /35\d rows$/]) {
    await scrollTo(100_000)
    await page.getByText(count).waitFor()
  }
  await scrollTo(100_000)
  await page.getByRole('row', { name: /running nap-1/ }).waitFor()
  const before = await page.getByRole('row', { name: /nap-1/ }).boundingBox()

  const asked: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/v1/executions?')) asked.push(request.url())
  })
  await api.call('POST /v1/executions/nap%3Anap-1/stop', {})
  await page.getByRole('row', { name: /stopped nap-1/ }).waitFor()
  await api.start('tick', 'latest', {})
  await page.getByRole('button', { name: '1 new' }).waitFor()
  expect(await page.getByRole('row', { name: /nap-1/ }).boundingBox()).toEqual(before)
  expect(await page.getByText('latest', { exact: true }).count()).toBe(0)
  // Of four pages that are there, the first and the one or two in sight; at the stop, at the start and its end.
  expect(asked.length).toBeLessThanOrEqual(12)

  await page.getByRole('button', { name: '1 new' }).click()
  await page.getByRole('row', { name: /succeeded latest/ }).waitFor()
  await page.mouse.move(1, 1)
  await api.start('tick', 'the-very-latest', {})
  await page.getByRole('row', { name: /the-very-latest/ }).waitFor()
  await page.context().close()
})

it('a lost connection is shown, and heals', async () => {
  const page = await console.open(desktop)
  await page.getByText('Live', { exact: true }).waitFor()
  await page.context().setOffline(true)
  await page.route('**/v1/trail/changes', (route) => route.abort())
  await page.evaluate('dispatchEvent(new Event("online"))')
  await page.getByText('Connection lost').waitFor()
  await page.unroute('**/v1/trail/changes')
  await page.context().setOffline(false)
  await page.getByText('Live', { exact: true }).waitFor()
  await page.context().close()
})

const stateInGraph = (page: Page, name: string) =>
  page.getByLabel('Graph of the state machine').getByRole('button', { name, exact: true })
