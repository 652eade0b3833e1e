/** The pictures of people, groups, tokens and one's own account, and what somebody sees who may little. */
import type { Page } from 'playwright-core'
import type { Shot } from './shots.ts'

const dialog = (page: Page): Promise<unknown> => page.getByRole('dialog').waitFor()
/** In either language; of the last one where there are several. */
const press = (page: Page, name: RegExp): Promise<void> => page.getByRole('button', { name }).last().click()
const opens =
  (name: RegExp) =>
  async (page: Page): Promise<void> => {
    await press(page, name)
    await dialog(page)
  }
const row =
  (name: RegExp) =>
  async (page: Page): Promise<void> => {
    await page.getByRole('row', { name }).first().click()
    await dialog(page)
  }
/** A secret that is shown once. */
const shownOnce = (page: Page): Promise<void> =>
  page
    .getByText(/Copy it now|今すぐコピー/)
    .first()
    .waitFor()
const field = (page: Page, name: RegExp, value: string): Promise<void> =>
  page.getByRole('dialog').getByLabel(name).fill(value)

export const peopleShots: readonly Shot[] = [
  { name: 'people', path: '/people' },
  { name: 'people-groups', path: '/people?tab=groups' },
  { name: 'people-roles', path: '/people?tab=roles' },
]

const add = opens(/^(Add somebody|ユーザーを追加)$/)

export const personShots: readonly Shot[] = [
  { name: 'people-person', path: '/people?one=ken', ready: dialog },
  { name: 'people-disabled', path: '/people?one=sara.lindqvist', ready: dialog },
  { name: 'people-group', path: '/people?tab=groups&one=on-call', ready: dialog },
  { name: 'people-group-new', path: '/people?tab=groups', ready: opens(/Make a group|グループを作成/) },
  { name: 'people-role', path: '/people?tab=roles&one=responder', ready: dialog },
  { name: 'people-add', path: '/people', ready: add },
  {
    name: 'people-invite-again',
    path: '/people?one=hiro',
    async ready(page) {
      await dialog(page)
      await press(page, /New link|新しいリンク/)
      await shownOnce(page)
    },
  },
]

/** Somebody more each time: last. */
export const addedShots: readonly Shot[] = [
  {
    name: 'people-added',
    path: '/people',
    async ready(page) {
      await add(page)
      await field(page, /Full name|氏名/, 'Noriko Hayashi')
      await field(page, /Signs in as|ユーザー名/, `noriko-${Math.random().toString(36).slice(2, 6)}`)
      await press(page, /^(Add somebody|ユーザーを追加)$/)
      await shownOnce(page)
    },
  },
]

const makeToken = opens(/Make a token|トークンを作成/)
const made = async (page: Page): Promise<void> => {
  await makeToken(page)
  await field(page, /^(Name|名前)$/, 'laptop')
  const keys = page.getByRole('dialog').getByLabel(/AWS/)
  if (await keys.isVisible()) await keys.check()
  await press(page, /Make a token|トークンを作成/)
  await shownOnce(page)
}

/** `session`: of somebody else than who looks. */
export const tokenShots = (session: string): readonly Shot[] => [
  { name: 'access-token-new', path: '/access', ready: makeToken },
  { name: 'access-token-made', path: '/access', ready: made },
  {
    name: 'access-token-renewed',
    path: '/access',
    async ready(page) {
      await row(/auditors 2026/)(page)
      await press(page, /New secret|シークレットを更新/)
      await shownOnce(page)
    },
  },
  { name: 'access-session', path: `/access?tab=sessions&one=${session}`, ready: dialog },
]

export const accountShots: readonly Shot[] = [
  { name: 'account', path: '/account' },
  { name: 'account-session', path: '/account', ready: row(/this one|現在使用中/) },
  { name: 'account-token-new', path: '/account', ready: makeToken },
  { name: 'account-token-made', path: '/account', ready: made },
  { name: 'account-token', path: '/account', ready: row(/nightly reports/) },
  {
    name: 'account-elsewhere',
    path: '/account',
    ready: opens(/Sign out everywhere else|ほかのすべてからサインアウト/),
  },
]

/** By whoever has some: at the name that they are for. */
export const passkeyShots = (named: string): readonly Shot[] => [
  { name: 'account-passkeys', path: `${named}/account` },
  {
    name: 'account-passkey',
    path: `${named}/account`,
    async ready(page) {
      await row(/MacBook/)(page)
      await field(page, /^(Name|名前)$/, 'MacBook of the office')
    },
  },
  {
    name: 'account-passkey-add',
    path: `${named}/account`,
    ready: opens(/Add a passkey|パスキーを追加/),
  },
]

/** By whoever has one passkey and nothing else. */
export const lastPasskeyShots = (named: string): readonly Shot[] => [
  {
    name: 'account-passkey-last',
    path: `${named}/account`,
    async ready(page) {
      await row(/Pixel/)(page)
      await press(page, /^(Remove|削除)$/)
      await page.getByRole('alert').waitFor()
    },
  },
]
export const noPasskeyShots = (named: string): readonly Shot[] => [
  { name: 'account-no-passkeys', path: `${named}/account` },
]

/** A command line that asks to act as whoever looks. */
export function loginShots(codeOfLogin: () => Promise<string>): readonly Shot[] {
  const ask = async (page: Page): Promise<void> => {
    const code = await codeOfLogin()
    await page.goto(new URL(`/login?code=${code}`, page.url()).href)
    await page.getByText(code, { exact: true }).waitFor()
  }
  return [
    { name: 'login', path: '/account', ready: ask },
    {
      name: 'login-allowed',
      path: '/account',
      async ready(page) {
        await ask(page)
        await press(page, /Let it act as me|許可する/)
        await page.getByText(/Go back to your terminal|ターミナルに戻って/).waitFor()
      },
    },
    {
      name: 'login-over',
      path: '/account',
      async ready(page) {
        await page.goto(new URL('/login?code=ABCD-EFGH', page.url()).href)
        await page.getByText(/Nothing waits under this code|待機中のコマンドはありません/).waitFor()
      },
    },
    {
      name: 'login-missing',
      path: '/account',
      async ready(page) {
        await page.goto(new URL('/login', page.url()).href)
        await page.getByText(/holdfast login/).waitFor()
      },
    },
  ]
}

/** By an approver who sees everything. */
export const lookingShots = (execution: string): readonly Shot[] => [
  { name: 'not-yours', path: '/people' },
  {
    name: 'locks-looking',
    path: '/locks',
    async ready(page) {
      await page.getByRole('button', { name: /Lock a place|ロックする/ }).focus()
      await page.getByRole('tooltip').waitFor()
    },
  },
  { name: 'machine-looking', path: '/machines/approval?tab=versions' },
  {
    name: 'execution-looking',
    path: `/executions/${execution}`,
    ready: (page) => page.locator('.react-flow__node').first().waitFor(),
  },
]

export const viewerShots: readonly Shot[] = [
  { name: 'viewer-overview', path: '/' },
  { name: 'viewer-deploys', path: '/deploys' },
  { name: 'viewer-hosts', path: '/hosts' },
  { name: 'viewer-access', path: '/access' },
  { name: 'viewer-tokens', path: '/access?tab=tokens' },
]

/** By whoever may nothing yet. */
export const nothingShots: readonly Shot[] = [
  { name: 'nothing-yet', path: '/' },
  { name: 'nothing-yet-deploys', path: '/deploys' },
]
