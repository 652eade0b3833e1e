/**
 * The door in a real Chromium: somebody is added, joins on a phone in Japanese, signs in by name, and a deployment waits for them.
 * Their authenticator is the library that the server uses, with the secret that the page showed; that of passkeys is Chromium's own.
 */
import { Secret, TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build, page as served, placePath, publicKey, signed } from '../deploying/site.ts'
import { seriousFaults } from './accessible.ts'
import { type Console, goByKeys, openConsole } from './console.ts'
import { Api } from './machines.ts'

const desktop = { viewport: { width: 1440, height: 900 } }
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, locale: 'ja-JP' }
const password = 'four lamps over the sea'

let console: Console
let api: Api
beforeAll(async () => {
  console = await openConsole()
  api = new Api(console)
  await api.call('POST /v1/keys', { name: 'mika', publicKey })
})
afterAll(() => console.close())

const faultless = async (page: Page): Promise<void> =>
  expect({ page: page.url(), faults: await seriousFaults(page) }).toEqual({ page: page.url(), faults: [] })
const fits = async (page: Page): Promise<void> =>
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
/** A secret that is shown once: neither Escape nor a click beside it throws it away. */
const staysInSight = async (page: Page): Promise<void> => {
  const secret = await page.getByText(/^hf_/).innerText()
  await page.keyboard.press('Escape')
  await page.mouse.click(3, 3)
  expect(await page.getByText(/^hf_/).innerText()).toBe(secret)
  await faultless(page)
}
const codeOf = (secret: string, ahead = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + ahead * 30_000 })
/** Of Chromium itself: it keeps passkeys, and takes its owner for proven. */
const addAuthenticator = async (page: Page): Promise<void> => {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true } as const
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options: { ...options, isUserVerified: true } })
}
const deploy = async (version: string): Promise<string> => {
  const { id } = await api.call<{ readonly id: string }>(
    'POST /v1/deployments',
    signed(await build(console.folder, version)),
  )
  return id
}

describe('somebody new', () => {
  let admin: Page
  let ken: Page
  let secret: string
  let spent: string

  it('is added by an admin, and joins by the link on a phone', async () => {
    admin = await console.open(desktop)
    await goByKeys(admin, 'p', '/people')
    await admin.getByText('Nobody signs in by name yet').waitFor()
    await faultless(admin)
    await admin.getByRole('button', { name: 'Add somebody' }).click()
    await admin.getByLabel('Full name').fill('Ken Sato')
    await admin.getByLabel('Signs in as').fill('ken')
    await admin.getByLabel('Role').selectOption('approver')
    await admin.getByLabel('Where: a project, or project/config').fill('acme/site')
    await faultless(admin)
    await admin.getByRole('dialog').getByRole('button', { name: 'Add somebody' }).click()
    const link = await admin.getByText(/\/join#/).innerText()
    await admin.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
    await admin.getByRole('row', { name: /invited.*Ken Sato · ken.*approver@acme\/site/ }).waitFor()

    const context = await console.browser.newContext(phone)
    ken = await context.newPage()
    await ken.goto(link)
    await ken.getByRole('heading', { name: 'ようこそ、Ken Sato さん' }).waitFor()
    expect(ken.url()).not.toContain('#')
    await ken.getByLabel('新しいパスワード').fill('too short')
    expect(await ken.getByRole('button', { name: '続ける' }).isDisabled()).toBe(true)
    await ken.getByLabel('新しいパスワード').fill(password)
    await faultless(ken)
    await ken.getByRole('button', { name: '続ける' }).click()
    await ken.getByRole('img', { name: /QR コード/ }).waitFor()
    secret = await ken.locator('code').first().innerText()
    await faultless(ken)
    await fits(ken)
    spent = codeOf(secret)
    await ken.getByLabel('6 桁の確認コード').fill(spent)
    await ken.getByRole('button', { name: '完了する' }).click()
    await ken.getByText('表示されるのは今回限りです。').waitFor()
    expect(await ken.getByRole('listitem').count()).toBe(10)
    await faultless(ken)
    await fits(ken)
    await ken.getByLabel('保管しました').check()
    await ken.getByRole('button', { name: '概要へ進む' }).click()
    await ken.getByRole('heading', { name: '概要' }).waitFor()

    // Whoever finds the link later is told what to do.
    const late = await (await console.browser.newContext(desktop)).newPage()
    await late.goto(link)
    await late.getByText('This link was used already, or is over').waitFor()
    await late.context().close()
    await admin.getByRole('row', { name: /active.*Ken Sato/ }).waitFor()
    // Among thousands they are found by name, group or what they may do.
    await admin.getByRole('textbox', { name: 'Find …' }).fill('nobody of that name')
    await admin.getByRole('row', { name: /Ken Sato/ }).waitFor({ state: 'detached' })
    await admin.getByRole('textbox', { name: 'Find …' }).fill('sato APPROVER')
    await admin.getByRole('row', { name: /active.*Ken Sato/ }).waitFor()
    await admin.getByRole('textbox', { name: 'Find …' }).fill('')
  })

  it('sees what they may, and signs in by name with a code', async () => {
    await ken.getByRole('button', { name: 'ナビゲーションを開く' }).click()
    await ken.getByRole('navigation').last().getByRole('link', { name: 'ロック' }).waitFor()
    const links = await ken.getByRole('navigation').last().getByRole('link').allInnerTexts()
    expect(links).toEqual(['概要', 'デプロイ', 'ロック', 'トークンと鍵'])
    await ken.goto(`${console.url}/executions`)
    await ken.getByText('このページを表示する権限がありません').waitFor()
    await ken.getByText('holdfast people set ken --also-may viewer').waitFor()
    // What others may is there, does nothing, and says what it takes.
    await ken.goto(`${console.url}/locks`)
    const closing = ken.getByRole('button', { name: 'ロックする' })
    await closing.and(ken.locator('[aria-disabled=true]')).waitFor()
    await closing.focus()
    await ken.getByRole('tooltip', { name: /deployer、responder、または\s?admin のロールが必要です/ }).waitFor()
    await closing.press('Enter')
    expect(await ken.getByRole('dialog').count()).toBe(0)
    await faultless(ken)
    await fits(ken)
    await ken.getByRole('button', { name: '設定とアカウント' }).click()
    await ken.getByRole('menuitem', { name: 'アカウント', exact: true }).click()
    await ken.getByText('approver@acme/site').first().waitFor()
    await ken.getByRole('button', { name: 'トークンを作成' }).click()
    await ken.getByRole('textbox', { name: '名前' }).fill('laptop')
    await ken.getByRole('dialog').getByRole('button', { name: 'トークンを作成' }).click()
    await ken.getByText(/^hf_/).waitFor()
    await faultless(ken)
    await ken.getByRole('button', { name: '閉じる' }).last().click()
    await ken.getByRole('row', { name: /laptop/ }).click()
    await ken.getByLabel('古いシークレットの有効期間').selectOption('直ちに無効')
    await ken.getByText(/サインインリンクも終了します/).waitFor()
    await faultless(ken)
    await ken.getByRole('button', { name: 'シークレットを更新' }).click()
    await staysInSight(ken)
    await fits(ken)
    await ken.getByRole('button', { name: '閉じる' }).last().click()
    await ken.getByRole('dialog').waitFor({ state: 'detached' })
    await ken.getByRole('button', { name: 'サインアウト' }).click()

    await ken.getByLabel('ユーザー名').fill('ken')
    await ken.getByLabel('パスワード', { exact: true }).fill('not this one at all')
    await ken.getByRole('button', { name: '続ける' }).click()
    await ken.getByText('ユーザー名またはパスワードが正しくありません').waitFor()
    await faultless(ken)
    await ken.getByLabel('パスワード', { exact: true }).fill(password)
    await ken.getByRole('button', { name: '続ける' }).click()
    await ken.getByLabel('6 桁の確認コード').fill(spent)
    await ken.getByRole('button', { name: 'サインインする' }).click()
    // It has opened a session already.
    await ken.getByText('コードが正しくないか、すでに使われています').waitFor()
    await ken.getByLabel('6 桁の確認コード').fill(codeOf(secret, 1))
    await ken.getByRole('button', { name: 'サインインする' }).click()
    await ken.getByRole('heading', { name: '概要' }).waitFor()
  })

  it('gives the token it is signed in by a new secret with time to change over only, and stays signed in', async () => {
    const made = await api.call<{ readonly token: { readonly id: string }; readonly secret: string }>(
      'POST /v1/tokens',
      { name: 'ops laptop', grants: [{ role: 'admin' }] },
    )
    const ops = await (await console.browser.newContext({ ...desktop, locale: 'en-US' })).newPage()
    await ops.goto(console.url)
    await ops.getByText('With a recovery code, a link or a token').click()
    await ops.getByLabel('Token', { exact: true }).fill(made.secret)
    await ops.getByRole('button', { name: 'Sign in with the token' }).click()
    await ops.getByRole('navigation').first().waitFor()
    await ops.goto(`${console.url}/access?one=${made.token.id}`)
    await ops.getByText(/without time to change over this session would end/).waitFor()
    const choices = ops.getByLabel('The old one is good').getByRole('option')
    expect(await choices.allInnerTexts()).toEqual(['for an hour', 'for a day', 'for a week'])
    await ops.getByRole('button', { name: 'New secret' }).click()
    await ops.getByRole('dialog', { name: 'The new secret of ops laptop' }).waitFor()
    await staysInSight(ops)
    await ops.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
    await ops.getByRole('row', { name: /ops laptop/ }).waitFor()
    await ops.context().close()
  })

  it('joins with a passkey instead, at a name of this machine, and signs in by it', async () => {
    const { join } = await api.call<{ readonly join: { readonly code: string } }>('POST /v1/people', {
      ...{ login: 'yuki', name: 'Yuki Mori', grants: [{ role: 'viewer' }] },
    })
    const yuki = await (await console.browser.newContext(phone)).newPage()
    await addAuthenticator(yuki)
    await yuki.goto(`${console.url}/join#${join.code}`)
    // An IP address has no passkeys: the page says where the same server has some, and takes the invitation there.
    await yuki.getByText('IP アドレスではパスキーを使えません').waitFor()
    await yuki.getByRole('link', { name: /^localhost:/ }).click()
    await yuki.getByRole('heading', { name: 'ようこそ、Yuki Mori さん' }).waitFor()
    expect(new URL(yuki.url())).toMatchObject({ hostname: 'localhost', hash: '' })
    await faultless(yuki)
    await yuki.getByRole('button', { name: 'パスキーで参加' }).click()
    await yuki.getByText('表示されるのは今回限りです。').waitFor()
    const [recoveryCode = ''] = await yuki.getByRole('listitem').allInnerTexts()
    await yuki.getByLabel('保管しました').check()
    await yuki.getByRole('button', { name: '概要へ進む' }).click()
    await yuki.getByRole('heading', { name: '概要' }).waitFor()

    await yuki.goto(new URL('/account', yuki.url()).href)
    await yuki
      .getByRole('row', { name: /Chrome/ })
      .first()
      .waitFor()
    await fits(yuki)
    await yuki.getByRole('button', { name: 'パスキーを追加' }).click()
    await yuki.getByRole('dialog').getByRole('button', { name: '続ける' }).click()
    await yuki.getByText('このデバイスには、すでにあなたのパスキーがあります').waitFor()
    await faultless(yuki)
    await yuki.getByRole('button', { name: 'キャンセル' }).click()
    await yuki
      .getByRole('table', { name: 'パスキー' })
      .getByText(/Chrome/)
      .click()
    await yuki.getByRole('dialog').getByRole('button', { name: '削除' }).click()
    await yuki.getByText('ここにサインインできる最後の手段です').waitFor()
    await yuki.getByRole('textbox', { name: '名前' }).fill('Pixel')
    await yuki.getByRole('button', { name: '名前を変更' }).click()
    await yuki.getByRole('dialog').getByRole('heading', { name: 'Pixel' }).waitFor()
    await faultless(yuki)
    await yuki.getByRole('button', { name: '閉じる' }).last().click()
    await yuki.getByRole('button', { name: 'サインアウト' }).click()

    await yuki.getByRole('button', { name: 'パスキーでサインイン' }).click()
    await yuki.getByRole('heading', { name: '概要' }).waitFor()
    await yuki.goto(new URL('/account', yuki.url()).href)
    await yuki.getByRole('button', { name: 'サインアウト' }).click()
    await yuki.getByLabel('ユーザー名', { exact: true }).fill('ken')
    await yuki.getByRole('button', { name: 'パスキーでサインイン' }).click()
    await yuki.getByText('このパスキーではサインインできません').waitFor()
    await yuki.getByText('リカバリーコード、リンク、トークンでサインイン').click()
    await yuki.getByLabel('あなたのユーザー名').fill('yuki')
    await yuki.getByLabel('リカバリーコード').fill(recoveryCode)
    await faultless(yuki)
    await fits(yuki)
    await yuki.getByRole('button', { name: 'コードでサインインする' }).click()
    await yuki.getByRole('heading', { name: 'Yuki Mori' }).waitFor()
    await yuki.context().close()
    await admin.getByRole('row', { name: /active.*Yuki Mori · yuki.*viewer/ }).click()
    await admin.getByRole('dialog').getByText('Passkeys', { exact: true }).waitFor()
    await faultless(admin)
    await admin.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
  })

  it('approves what another asked for, and looks at what went ahead without', async () => {
    await deploy('1')
    await goByKeys(admin, 'l', '/locks')
    const row = admin.getByRole('listitem').filter({ hasText: 'acme/site › production' }).filter({ hasText: 'nobody' })
    await row.getByRole('button', { name: 'Change' }).click()
    await faultless(admin)
    await admin.getByRole('button', { name: 'Save' }).click()
    await admin.getByText('one other has to approve, within 4h').waitFor()
    expect(await api.call(`GET ${placePath}`)).toMatchObject({ protection: { approvals: 1 } })

    const waiting = await deploy('2')
    await admin.goto(`${console.url}/deploys/${waiting}`)
    await admin.getByText('1 more has to approve').waitFor()
    // Who asked is not offered it.
    await admin.getByText('You have asked for it').waitFor()
    expect(await admin.getByRole('button', { name: 'Approve …' }).count()).toBe(0)
    await faultless(admin)

    await ken.getByRole('link', { name: 'acme/site › production が承認を待っています' }).click()
    await ken.getByRole('button', { name: '承認…' }).click()
    await ken.getByText('この計画だけを承認します').waitFor()
    await fits(ken)
    await faultless(ken)
    await ken.getByRole('button', { name: 'この計画を承認する' }).click()
    await admin.getByRole('status').filter({ hasText: 'Deployed to production' }).waitFor()
    await admin.getByRole('list', { name: 'Who has decided' }).getByText('Ken Sato').waitFor()
    expect(served(console.folder)).toBe('version 2')

    const urgent = await deploy('3')
    await admin.goto(`${console.url}/deploys/${urgent}`)
    await admin.getByRole('button', { name: 'Break the glass' }).click()
    await admin.getByLabel('Why it cannot wait').fill('checkout is down, the fix is in')
    await admin.getByRole('button', { name: 'Go ahead without approval' }).click()
    await admin.getByText('Nobody else has looked at it yet').waitFor()
    await admin.getByRole('status').filter({ hasText: 'Deployed to production' }).waitFor()
    expect(await admin.getByRole('button', { name: 'I have looked at it' }).count()).toBe(0)
    await ken.goto(console.url)
    await ken.getByRole('link', { name: /承認なしで実行されました/ }).click()
    await ken.getByText('checkout is down, the fix is in').first().waitFor()
    await ken.getByRole('button', { name: '確認を記録…' }).click()
    await ken.getByRole('textbox', { name: '確認した内容' }).fill('right; a test was added')
    await ken.getByRole('button', { name: '記録する' }).click()
    await admin.getByText('Looked at by Ken Sato: right; a test was added').waitFor()
    await fits(ken)
    await faultless(ken)

    const refused = await deploy('4')
    await ken.goto(`${console.url}/deploys/${refused}`)
    await ken.getByRole('button', { name: '却下…' }).click()
    await ken.getByRole('textbox', { name: '理由' }).fill('not on sale day')
    await ken.getByRole('button', { name: '却下する' }).click()
    await ken.getByText('却下', { exact: true }).first().waitFor()
    expect(served(console.folder)).toBe('version 3')
  })

  it('is disabled, and does nothing any more', async () => {
    await admin.goto(`${console.url}/people?tab=roles&one=approver`)
    await admin.getByRole('dialog').getByText('Ken Sato').waitFor()
    await faultless(admin)
    await admin.goto(`${console.url}/people?one=ken`)
    await faultless(admin)
    await admin.getByRole('button', { name: 'Disable' }).click()
    await admin.getByRole('dialog').getByText('disabled', { exact: true }).waitFor()
    await ken.goto(console.url)
    await ken.getByRole('heading', { name: 'サインイン' }).waitFor()
  })
})
