/** The pictures of coming in: by name, by passkey, by an identity provider, by recovery code, by token; and joining. */
import type { Page } from 'playwright-core'
import type { Shot } from './shots.ts'
import { codeOf, password } from './somebody.ts'

const press = (page: Page, name: RegExp): Promise<void> => page.getByRole('button', { name }).last().click()
const alert = (page: Page): Promise<void> => page.getByRole('alert').waitFor()
const proceed = (page: Page): Promise<void> => press(page, /^(Continue|続ける)$/)
const otherWays = async (page: Page): Promise<void> => {
  await page.getByText(/With a recovery code, a link or a token|リカバリーコード、リンク、トークンで/).click()
  await page.getByLabel(/^(Token|トークン)$/).waitFor()
}

/** A name that nobody has used: one that failed often would have to wait. */
const fresh = (): string => `nobody-${Math.random().toString(36).slice(2, 8)}`

async function fill(page: Page, login: string, typed: string): Promise<void> {
  await page.getByLabel(/^(Name|ユーザー名)$/).fill(login)
  await page.getByLabel(/^(Password|パスワード)$/).fill(typed)
  await proceed(page)
}
const toCode = async (page: Page): Promise<void> => {
  await fill(page, 'ken', password)
  await page.getByLabel(/Six digits|6 桁/).waitFor()
}
const newPassword = (page: Page, typed: string): Promise<void> =>
  page.getByLabel(/New password|新しいパスワード/).fill(typed)

const kept = new WeakSet<Page>()
/** Of Chromium itself: it keeps passkeys, and takes its owner for proven. One a page. */
async function addAuthenticator(page: Page): Promise<void> {
  if (kept.has(page)) return
  kept.add(page)
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true } as const
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options: { ...options, isUserVerified: true } })
}

export type Coming = {
  /** The code of an invitation of somebody new. */
  readonly invite: (login: string) => Promise<string>
  /** Where the server has passkeys. */
  readonly named: string
  /** Of an invitation that nobody takes up. */
  readonly code: string
}

const signIn: readonly Shot[] = [
  { name: 'sign-in', path: '/sign-in' },
  { name: 'sign-in-token', path: '/sign-in', ready: otherWays },
  { name: 'sign-in-code', path: '/sign-in', ready: toCode },
  {
    name: 'sign-in-code-lost',
    path: '/sign-in',
    async ready(page) {
      await toCode(page)
      await press(page, /Use a recovery code|リカバリーコードを使う/)
    },
  },
  {
    name: 'sign-in-refused',
    path: '/sign-in',
    async ready(page) {
      await fill(page, fresh(), 'something')
      await alert(page)
    },
  },
  { name: 'sign-on', path: '/sign-on?error=access_denied&state=x', ready: alert },
]

const signInByPasskey = (named: string): readonly Shot[] => [
  { name: 'sign-in-passkey', path: `${named}/sign-in` },
  {
    name: 'sign-in-recovery',
    path: `${named}/sign-in`,
    async ready(page) {
      await otherWays(page)
      await page.getByLabel(/Your name here|あなたのユーザー名/).fill(fresh())
      await page.getByLabel(/^(Recovery code|リカバリーコード)$/).fill('abcde-fghij-klmno')
      await press(page, /Sign in with the code|コードでサインイン/)
      await alert(page)
    },
  },
]

const join = ({ named, code }: Coming): readonly Shot[] => [
  { name: 'join', path: `/join#${code}`, ready: (page) => newPassword(page, 'lamps') },
  { name: 'join-passkey', path: `${named}/join#${code}` },
  { name: 'join-over', path: '/join#no-such-code', ready: alert },
  {
    name: 'join-authenticator',
    path: `/join#${code}`,
    async ready(page) {
      await newPassword(page, password)
      await proceed(page)
      await page.getByRole('img', { name: /QR/ }).waitFor()
    },
  },
]

/** Each time by somebody new: they are in afterwards, so these come last. */
const joinWhole = ({ invite, named }: Coming): readonly Shot[] => {
  const codes = (page: Page): Promise<void> => page.getByRole('listitem').first().waitFor()
  const byPasskey = async (page: Page): Promise<void> => {
    await addAuthenticator(page)
    await page.goto(`${named}/join#${await invite(fresh())}`)
    await press(page, /Join with a passkey|パスキーで参加/)
    await codes(page)
  }
  return [
    {
      name: 'join-codes',
      path: '/sign-in',
      async ready(page) {
        await page.goto(new URL(`/join#${await invite(fresh())}`, page.url()).href)
        await newPassword(page, password)
        await proceed(page)
        const secret = await page.locator('code').first().innerText()
        await page.getByLabel(/Six digits|6 桁/).fill(codeOf(secret))
        await press(page, /^(Finish|完了する)$/)
        await codes(page)
      },
    },
    { name: 'join-passkey-codes', path: `${named}/sign-in`, ready: byPasskey },
    {
      name: 'sign-in-passkey-refused',
      path: `${named}/sign-in`,
      async ready(page) {
        // What the authenticator has is somebody else's.
        if (!kept.has(page)) await byPasskey(page)
        await page.goto(`${named}/sign-in`)
        await page.getByLabel(/^(Name|ユーザー名)$/).fill(fresh())
        await press(page, /Sign in with a passkey|パスキーでサインイン/)
        await alert(page)
      },
    },
  ]
}

export const comingShots = (coming: Coming): readonly Shot[] => [
  ...signIn,
  ...signInByPasskey(coming.named),
  ...join(coming),
  ...joinWhole(coming),
]
