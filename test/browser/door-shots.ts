/** The pictures of the door: signing in and joining, people and groups, the account, approvals, and what somebody sees who may little. */
import { Secret, TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import { build, place, placePath, signed } from '../deploying/site.ts'
import type { Console } from './console.ts'
import type { Api } from './machines.ts'
import { isWanted, type Opening, type Shot, shootInBoth } from './shots.ts'

/** A provider that nobody goes to: its button is what is looked at. */
export const signOn = {
  acme: { name: 'Acme', issuer: 'https://id.acme.example', clientId: 'holdfast', createPeople: true },
} as const

const password = 'four lamps over the sea'
const codeOf = (secret: string): string => new TOTP({ secret: Secret.fromBase32(secret) }).generate()

const dialog = (page: Page): Promise<unknown> => page.getByRole('dialog').waitFor()
/** In either language; of the last one where there are several. */
const press = (page: Page, name: RegExp): Promise<void> => page.getByRole('button', { name }).last().click()

const peopleShots: readonly Shot[] = [
  { name: 'people', path: '/people' },
  { name: 'people-groups', path: '/people?tab=groups' },
]
const personShots: readonly Shot[] = [
  { name: 'people-person', path: '/people?one=ken', ready: dialog },
  {
    name: 'people-add',
    path: '/people',
    async ready(page) {
      await press(page, /Add somebody|ユーザーを追加/)
      await dialog(page)
    },
  },
]
const accountShots: readonly Shot[] = [
  { name: 'account', path: '/account' },
  {
    name: 'account-session',
    path: '/account',
    async ready(page) {
      await page.getByRole('row', { name: /this one|現在使用中/ }).click()
      await dialog(page)
    },
  },
]
const lookingShots = (execution: string): readonly Shot[] => [
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

export const doorPages: readonly string[] = [
  ...['sign-in', 'sign-in-token', 'sign-in-code', 'sign-in-refused', 'sign-on', 'join', 'join-over'],
  ...['join-authenticator', 'nothing-yet', 'approval-asked', 'approval', 'approval-dialog'],
  ...[...peopleShots, ...personShots, ...accountShots, ...lookingShots('')].map(({ name }) => name),
]

export async function shootDoor(console: Console, api: Api, execution: string): Promise<void> {
  if (!doorPages.some((name) => isWanted({ name }))) return
  const signedOut: Opening = async (options) => (await console.browser.newContext(options)).newPage()
  await shootInBoth({ console, state: 'empty', shots: peopleShots })
  const ken = await joined(console, api, 'ken', 'Ken Sato', [
    { role: 'approver', project: place.project },
    { role: 'viewer' },
  ])
  const yuki = await joined(console, api, 'yuki', 'Yuki Mori', [])
  const mika = await joined(console, api, 'mika', 'Mika Tanaka', [{ role: 'deployer', project: place.project }])
  await crowd(api)
  await shootInBoth({ console, state: 'ordinary', shots: await signInShots(api), open: signedOut })
  await shootInBoth({ console, state: 'ordinary', shots: [...peopleShots, ...personShots] })
  await shootInBoth({
    ...{ console, state: 'ordinary', open: ken },
    shots: [...accountShots, ...lookingShots(execution)],
  })
  await shootInBoth({ console, state: 'ordinary', shots: [{ name: 'nothing-yet', path: '/' }], open: yuki })
  await shootApprovals(console, api, { asker: undefined, approver: ken, looker: mika })
}

type Three = { readonly asker: Opening | undefined; readonly approver: Opening; readonly looker: Opening }

/** Waiting for somebody: as who asked for it sees it, who may agree, and who may not; and refused. */
async function shootApprovals(console: Console, api: Api, { approver, looker }: Three): Promise<void> {
  // Whoever had closed the place opens it.
  await api.call('POST /v1/locks/release', place)
  await api.call(`PUT ${placePath}/protection`, { approvals: 2 })
  const begin = async (version: string): Promise<{ readonly id: string; readonly planHash: string }> => {
    const { id } = await api.call<{ readonly id: string }>(
      'POST /v1/deployments',
      signed(await build(console.folder, version)),
    )
    for (;;) {
      const found = await api.call<{ readonly planHash: string | null; readonly approval: unknown }>(
        `GET /v1/deployments/${id}`,
      )
      if (found.planHash !== null && found.approval !== null) return { id, planHash: found.planHash }
    }
  }
  const { id } = await begin('7')
  const path = `/deploys/${id}`
  const asking = async (page: Page): Promise<void> => {
    await press(page, /Approve …|承認…/)
    await dialog(page)
  }
  await shootInBoth({ console, state: 'ordinary', shots: [{ name: 'approval-asked', path }] })
  await shootInBoth({ console, state: 'looking', shots: [{ name: 'approval', path }], open: looker })
  await shootInBoth({
    ...{ console, state: 'ordinary', open: approver },
    shots: [
      { name: 'approval', path },
      { name: 'approval-dialog', path, ready: asking },
    ],
  })
  await api.call(`POST /v1/deployments/${id}/halt`, {})
  await api.call(`PUT ${placePath}/protection`, { approvals: 0 })
}

/** What nobody has to be signed in for. */
async function signInShots(api: Api): Promise<readonly Shot[]> {
  const { join } = await api.call<Added>('POST /v1/people', {
    ...{ login: 'ayaka', name: 'Ayaka Ito', grants: [{ role: 'viewer' }], groups: [] },
  })
  const name = /^(Name|ユーザー名)$/
  const secret = /^(Password|パスワード)$/
  const fill = async (page: Page, login: string, typed: string): Promise<void> => {
    await page.getByLabel(name).fill(login)
    await page.getByLabel(secret).fill(typed)
    await press(page, /^(Continue|続ける)$/)
  }
  return [
    { name: 'sign-in', path: '/sign-in' },
    {
      name: 'sign-in-token',
      path: '/sign-in',
      ready: (page) => page.getByText(/With a link or a token|リンクまたはトークンで/).click(),
    },
    {
      name: 'sign-in-code',
      path: '/sign-in',
      async ready(page) {
        await fill(page, 'ken', password)
        await page.getByLabel(/Six digits|6 桁/).waitFor()
      },
    },
    {
      name: 'sign-in-refused',
      path: '/sign-in',
      async ready(page) {
        // Each a name of its own: the same one would have to wait after some.
        await fill(page, `nobody-${Math.random().toString(36).slice(2, 8)}`, 'something')
        await page.getByRole('alert').waitFor()
      },
    },
    {
      name: 'sign-on',
      path: '/sign-on?error=access_denied&state=x',
      ready: (page) => page.getByRole('alert').waitFor(),
    },
    {
      name: 'join',
      path: `/join#${join.code}`,
      ready: (page) => page.getByLabel(/New password|新しいパスワード/).fill('lamps'),
    },
    { name: 'join-over', path: '/join#no-such-code', ready: (page) => page.getByRole('alert').waitFor() },
    {
      name: 'join-authenticator',
      path: `/join#${join.code}`,
      async ready(page) {
        await page.getByLabel(/New password|新しいパスワード/).fill(password)
        await press(page, /^(Continue|続ける)$/)
        await page.getByRole('img', { name: /QR/ }).waitFor()
      },
    },
  ]
}

type Added = { readonly join: { readonly code: string } }

/** Somebody who has joined, in as many windows as are opened. */
async function joined(
  { browser, url }: Console,
  api: Api,
  login: string,
  name: string,
  grants: readonly object[],
): Promise<Opening> {
  const { join } = await api.call<Added>('POST /v1/people', { login, name, grants, groups: [] })
  const { code } = join
  const { totpSecret } = await api.call<{ readonly totpSecret: string }>('POST /v1/join/begin', { code })
  const answer = await fetch(new URL('/v1/join', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, password, totp: codeOf(totpSecret) }),
  })
  const { key }: { readonly key: string } = JSON.parse(await answer.text())
  const [cookie = ''] = answer.headers.getSetCookie()
  const [, cookieName = '', value = ''] = /^([^=]+)=([^;]+)/.exec(cookie) ?? []
  return async (options) => {
    const context = await browser.newContext(options)
    await context.addCookies([{ name: cookieName, value, url }])
    await context.addInitScript(`localStorage.setItem('holdfast.session', '${key}')`)
    return context.newPage()
  }
}

/** Others, so that there is something to look at. */
async function crowd(api: Api): Promise<void> {
  await api.call('PUT /v1/groups/on-call', { grants: [{ role: 'responder' }] })
  await api.call('PUT /v1/groups/shop', { grants: [{ role: 'deployer', project: 'acme/shop' }, { role: 'viewer' }] })
  const add = (login: string, name: string, groups: readonly string[], grants: readonly object[]) =>
    api.call('POST /v1/people', { login, name, groups, grants })
  await add('hiro', 'Hiroshi Yamamoto', ['on-call', 'shop'], [])
  await add(
    'sara.lindqvist',
    'Sara Lindqvist',
    ['shop'],
    [{ role: 'approver', project: 'acme/bank', config: 'production' }],
  )
  await add('root', 'Operations desk', [], [{ role: 'admin' }])
  await api.call('PUT /v1/people/sara.lindqvist', { disabled: true })
  await api.call('PUT /v1/people/mika', { groups: ['on-call'] })
}

/** As many rows as somebody may meet: people, tokens and hosts are lists without pages. */
export async function seedMany(api: Api): Promise<void> {
  const each = async (count: number, make: (n: number) => Promise<unknown>): Promise<void> => {
    for (let from = 0; from < count; from += 50) {
      await Promise.all(Array.from({ length: Math.min(50, count - from) }, (_, n) => make(from + n)))
    }
  }
  await each(1000, (n) =>
    api.call('POST /v1/people', {
      login: `person-${n}`,
      name: `Person ${n}`,
      grants: [{ role: 'viewer' }],
      groups: [],
    }),
  )
  await each(2000, (n) => api.call('POST /v1/tokens', { name: `pipeline ${n}`, grants: [{ role: 'viewer' }] }))
  await each(500, (n) =>
    api.call('POST /v1/hosts', { name: `rack-${Math.floor(n / 40)}-${n % 40}`, zone: `z${n % 3}` }),
  )
}
