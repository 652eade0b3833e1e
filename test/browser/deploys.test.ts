/**
 * A deployment in a real Chromium, with real processes behind a real edge: seen live, found broken, seen to come back, tried again,
 * audited. Waits for words on the screen; whatever changes is changed by the test when those words are there.
 */
import { rmSync, writeFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seriousFaults } from './accessible.ts'
import { Deploying } from './deploying.ts'

const desktop = { viewport: { width: 1440, height: 900 }, locale: 'en-US' }
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, locale: 'ja-JP' }
const greeting = 'greeting.txt'

let world: Deploying
beforeAll(async () => (world = await Deploying.begin()))
afterAll(() => world.close())

describe('a person who deploys', () => {
  it('sees it live from the first link on, in English', async () => {
    const page = await world.open(desktop)
    await page.getByText('All is well').waitFor()
    const first = world.holdfast('deploy', world.release('1.0.0'))
    await page.getByRole('link', { name: 'Deploys' }).first().click()
    await page.getByRole('row', { name: /acme\/hello › production/ }).click()
    await page
      .getByRole('status')
      .filter({ hasText: 'Deployed to production' })
      .filter({ hasText: '0 dropped requests' })
      .waitFor()
    expect(await first).toContain('the switch cost no request')
    await page
      .getByRole('list', { name: 'States of the deployment' })
      .getByRole('button', { name: /^Switch done/ })
      .waitFor()
    await page.getByText('healthy', { exact: true }).first().waitFor()
    await page.context().close()
  })

  it('finds out why a release broke, sees that it came back, mends it, tries again and proves it', async () => {
    const page = await world.open(desktop)
    writeFileSync(world.path(greeting), 'Good day')
    const file = world.release('2.0.0', { watched: true, greetingFile: world.path(greeting) })
    const deploying = world.holdfast('deploy', file)
    // From the overview, by what it says is under way.
    await page
      .getByRole('link', { name: /Deploying/ })
      .first()
      .click()
    await page.getByText(/^Watched until [\d,]+ more requests/).waitFor()
    await page.getByText('old 0 % · new 100 %').waitFor()
    // The plot is drawn, and says what it shows.
    await page.getByRole('img', { name: /^Requests: Old version .*New version/ }).waitFor()
    await page.getByText(/^switched \d\d:/).waitFor()
    await offers(page, ['Pause', 'Halt'])

    rmSync(world.path(greeting))
    // Whichever is seen first: an instance that is ill, or requests that fail.
    await page.getByRole('heading', { name: /web\/\d|more than chance/ }).waitFor()
    await page.getByText('Failed at Watch, and came back').waitFor()
    await page.getByText(/^back again \d\d:/).waitFor()
    expect(await deploying).toContain('✗')
    await page.getByText('old 100 % · new 0 %').waitFor()
    await offers(page, ['Try again', 'From which state'])
    await page.getByText(/^\d+ answers? 5xx$/).waitFor()
    expect({ faults: await seriousFaults(page) }).toEqual({ faults: [] })

    // Whoever comes later finds it from the first page on, with the command that mends it.
    await page.getByRole('link', { name: 'Overview' }).first().click()
    await page.getByRole('link', { name: /the last deployment failed at Watch/ }).click()
    await page.getByText('The author of the release can mend it').waitFor()
    await page.getByRole('button', { name: 'Copy command' }).first().click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('holdfast deploy FILE')

    // What its instances wrote is there, though they are gone.
    await page.getByRole('link', { name: 'Its logs' }).click()
    await page.getByLabel('Search the lines').fill('no greeting')
    await page
      .getByText(/ENOENT/)
      .first()
      .waitFor()

    await page.getByRole('link', { name: 'What went into Watch' }).click()
    await page.getByRole('tab', { name: 'Input/Output', selected: true }).waitFor()
    await page.getByText('HealthError').first().waitFor()
    await page.getByRole('tab', { name: 'Input/Output' }).press('ArrowRight')
    await page.getByRole('tab', { name: 'Calls', selected: true }).waitFor()
    await page.getByText('taken back').first().waitFor()

    writeFileSync(world.path(greeting), 'Good day')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('tries again what failed before').waitFor()
    await page.getByRole('tab', { name: 'Logs' }).click()
    await page.getByText('version 2.0.0 listens on port').first().waitFor()

    // Somebody looks at it in peace, stops it all the same, thinks again, and goes on past the checks that it had passed.
    await page.getByText(/^Watched until [\d,]+ more requests/).waitFor()
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await page.getByRole('status').filter({ hasText: 'Paused' }).waitFor()
    await offers(page, ['Halt', 'Resume', 'From which state'])
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Halt', exact: true }).click()
    await page.getByRole('status').filter({ hasText: 'Halted at Watch' }).waitFor()
    await offers(page, ['Try again', 'From which state'])
    const halted = page.url()
    await page.getByRole('button', { name: 'From which state' }).click()
    await page.getByRole('menuitem', { name: 'From CheckHealth' }).click()
    await page.waitForURL((url) => url.href !== halted)
    await world.crowd(page.getByRole('status').filter({ hasText: 'Deployed to production' }).waitFor())
    await offers(page, [expect.stringMatching(/^Roll back to /)])
    await page.getByText('one switch, no restart').waitFor()

    await page.getByRole('tab', { name: 'Audit' }).click()
    const records = page.getByRole('list', { name: 'Audit' })
    await records.getByText('deploy.start').waitFor()
    await records.getByText('local admin').waitFor()
    await page.getByRole('button', { name: 'Verify the chain' }).click()
    await page.getByText('The chain holds').waitFor()
    await records.getByRole('listitem').filter({ hasText: 'deploy.start' }).getByRole('link').click()
    await page.getByRole('heading', { name: /^Record \d+$/ }).waitFor()
    await page.context().close()
  })

  it('does the same on a phone, in Japanese', async () => {
    const page = await world.open(phone)
    const file = world.path('挨拶.txt')
    writeFileSync(file, 'こんにちは')
    const deploying = world.holdfast('deploy', world.release('3.0.0', { watched: true, greetingFile: file }))
    await page
      .getByRole('link', { name: /デプロイ中/ })
      .first()
      .click()
    await page.getByText(/^さらに [\d,]+ 件のリクエスト/).waitFor()
    await page.getByText('旧 0 % · 新 100 %').waitFor()

    rmSync(file)
    await page.getByText('Watch で失敗し、元に戻しました').waitFor()
    await deploying
    await page.getByText('旧 100 % · 新 0 %').waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)

    writeFileSync(file, 'こんにちは')
    await page.getByRole('button', { name: '再試行', exact: true }).click()
    await page.getByText('失敗したデプロイの再試行').waitFor()
    await world.crowd(page.getByRole('status').filter({ hasText: 'production にデプロイしました' }).waitFor())

    await page.getByRole('tab', { name: '監査' }).click()
    const records = page.getByRole('list', { name: '監査' })
    await records.getByText('deploy.start').waitFor()
    await page.getByRole('button', { name: 'チェーンを検証' }).click()
    await page.getByText('チェーンは正常です').waitFor()
    await records.getByRole('listitem').filter({ hasText: 'deploy.start' }).getByRole('link').click()
    await page.getByRole('heading', { name: /^記録 \d+$/ }).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
    await page.context().close()
  })

  it('rolls back on a phone, in Japanese, and shares it', async () => {
    const page = await world.open(phone)
    await page
      .getByRole('table')
      .getByRole('link', { name: /^\d{8}T/ })
      .first()
      .click()
    await page.getByText('production にデプロイしました').waitFor()
    await page.getByRole('button', { name: /にロールバック$/ }).click()
    await page.getByText('production をロールバックしました').waitFor()
    await page.getByRole('button', { name: 'リンクをコピー' }).click()
    await page.getByText('コピーしました').first().waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(page.url())
    await page.getByRole('tab', { name: '証跡' }).click()
    await page.getByText('失われたリクエスト：0 件').first().waitFor()
    await page.getByText(/切り戻されました/).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
    expect({ faults: await seriousFaults(page) }).toEqual({ faults: [] })
    await page.context().close()
  })
})

/** The buttons beside the title; they may come a moment after the words. */
const offers = async (page: Page, labels: readonly unknown[]): Promise<void> => {
  const buttons = page.getByRole('group', { name: 'What can be done' }).getByRole('button')
  const offered = () =>
    buttons.evaluateAll((all) => all.map((button) => button.getAttribute('aria-label') ?? button.textContent ?? ''))
  await expect.poll(offered).toEqual(labels)
}
