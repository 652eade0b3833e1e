/** Signing in by an identity provider, in a real Chromium and with a real provider, on another site than the console. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { signOnSettingsSchema } from '../../src/identity/index.ts'
import { openRealProvider } from '../../src/identity/real-provider.fake.ts'
import { seriousFaults } from './accessible.ts'
import { type Console, openConsole } from './console.ts'
import { Api } from './machines.ts'

let there: Awaited<ReturnType<typeof openRealProvider>>
let console: Console
beforeAll(async () => {
  there = await openRealProvider()
  console = await openConsole({
    environment: { SECRET: 'the client secret' },
    settings: {
      outbound: { allow: ['localhost'] },
      signOn: signOnSettingsSchema.parse({
        acme: {
          ...{ name: 'Acme', issuer: there.url, clientId: 'holdfast', secret: 'env:SECRET', createPeople: true },
          ...{ scopes: ['openid', 'profile', 'groups'], groups: { sre: 'on-call' } },
        },
      }),
    },
  })
  there.trust(console.url)
  await new Api(console).call('PUT /v1/groups/on-call', { grants: [{ role: 'viewer' }] })
  there.be({ sub: 'u-1', name: 'Mika Tanaka', preferred_username: 'mika', groups: ['sre'] })
})
afterAll(async () => {
  await console.close()
  await there.close()
})

it('a person goes to their provider and comes back to where they wanted to go; what it brought is good once', async () => {
  const context = await console.browser.newContext({ locale: 'en-US' })
  const page = await context.newPage()
  const policy: string[] = []
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) policy.push(message.text())
  })
  await page.goto(`${console.url}/executions`)
  const button = page.getByRole('button', { name: 'Sign in with Acme' })
  await button.waitFor()
  expect(await seriousFaults(page)).toEqual([])
  const returned = page.waitForRequest((request) => request.url().includes('/sign-on?code='))
  await button.click()
  const address = (await returned).url()
  await page.waitForURL(`${console.url}/executions`)
  const who = await page.evaluate(
    `fetch('/v1/session', { headers: { 'x-holdfast-session': Object.values(localStorage).find((v) => v.length === 43) } }).then((a) => a.json())`,
  )
  expect(who).toMatchObject({ actor: { type: 'user', via: 'ui', name: 'Mika Tanaka' }, canSignOut: true })

  // A command line asks to act as them: they compare the code, and say yes.
  const asked = await new Api(console).call<{ readonly device: string; readonly code: string }>('POST /v1/logins', {
    name: 'mika@laptop',
  })
  await page.goto(`${console.url}/login?code=${asked.code}`)
  await page.getByText('mika@laptop').waitFor()
  await page.getByText(asked.code, { exact: true }).waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
  await page.getByRole('button', { name: 'Let it act as me' }).click()
  await page.getByText('Go back to your terminal').waitFor()
  const taken = await new Api(console).call('POST /v1/logins/token', { device: asked.device })
  expect(taken).toMatchObject({ person: 'Mika Tanaka', grants: [{ role: 'viewer' }] })

  // The same address again, in the same browser and in another one.
  const other = await console.browser.newContext({ locale: 'en-US' })
  for (const again of [page, await other.newPage()]) {
    await again.goto(address)
    await again.getByText('Your identity provider did not let you in').waitFor()
    expect(again.url()).toBe(`${console.url}/sign-on`)
  }
  expect(policy).toEqual([])
  await page.getByRole('link', { name: 'Back to the sign-in page' }).click()
  await page.waitForURL(`${console.url}/sign-in`)
  await other.close()
  await context.close()
})

it('whoever may nothing yet is told so, calmly, and goes on as soon as they may something', async () => {
  there.be({ sub: 'u-2', name: 'Ken Sato', preferred_username: 'ken', groups: [] })
  const context = await console.browser.newContext({ locale: 'en-US', viewport: { width: 390, height: 844 } })
  const page = await context.newPage()
  await page.goto(console.url)
  await page.getByRole('button', { name: 'Sign in with Acme' }).click()
  await page.getByRole('heading', { name: 'Signed in as Ken Sato' }).waitFor()
  await page.getByText('holdfast people set ken --may viewer').waitFor()
  expect(await page.getByRole('navigation').count()).toBe(0)
  expect(await seriousFaults(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
  await new Api(console).call('PUT /v1/people/ken', { grants: [{ role: 'viewer' }] })
  await page.reload()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()

  // They end it elsewhere from here.
  await page.goto(`${console.url}/account`)
  await page.getByRole('row', { name: /this one/ }).waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.getByRole('button', { name: 'Sign in with Acme' }).waitFor()
  await context.close()
})

it('who is invited chooses the provider instead of a password', async () => {
  there.be({ sub: 'u-3', name: 'Ayaka Ito', preferred_username: 'someone.else', groups: [] })
  const api = new Api(console)
  const { join } = await api.call<{ readonly join: { readonly code: string } }>('POST /v1/people', {
    ...{ login: 'ayaka', name: 'Ayaka Ito', grants: [{ role: 'approver' }], groups: [] },
  })
  const context = await console.browser.newContext({ locale: 'en-US' })
  const page = await context.newPage()
  await page.goto(`${console.url}/join#${join.code}`)
  await page.getByRole('heading', { name: 'Welcome, Ayaka Ito' }).waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await page.getByRole('button', { name: 'Join with Acme' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  const { items } = await api.call<{ readonly items: readonly object[] }>('GET /v1/people')
  expect(items).toContainEqual(expect.objectContaining({ login: 'ayaka', joinedAt: expect.any(String) }))
  await context.close()
})
