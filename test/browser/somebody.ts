/** People who have joined for the pictures, by a password or by a passkey: windows of theirs, and calls as them. */
import { Secret, TOTP } from 'otpauth'
import { FakeAuthenticator } from '../../src/access/passkey/authenticator.fake.ts'
import type { Console } from './console.ts'
import type { Api } from './machines.ts'
import type { Opening } from './shots.ts'

export const password = 'four lamps over the sea'
export const codeOf = (secret: string): string => new TOTP({ secret: Secret.fromBase32(secret) }).generate()

export type Added = { readonly join: { readonly code: string } }
type Joining = { readonly login: string; readonly name: string; readonly grants: readonly object[] }
/** As the answer that signs in brings it: of a cookie and a key. */
type Session = { readonly cookie: string; readonly key: string }

export type Somebody = {
  /** A window of theirs, at an IP address. */
  readonly open: Opening
  call<T>(line: string, body?: unknown): Promise<T>
}

/** Where the same server has passkeys. */
export const atName = ({ url }: Pick<Console, 'url'>): string => url.replace('127.0.0.1', 'localhost')

export const invited = async (api: Api, joining: Joining): Promise<string> =>
  (await api.call<Added>('POST /v1/people', { ...joining, groups: [] })).join.code

export async function joined(console: Console, api: Api, joining: Joining): Promise<Somebody> {
  const code = await invited(api, joining)
  const { totpSecret } = await api.call<{ readonly totpSecret: string }>('POST /v1/join/begin', { code })
  const session = await begun(console.url, 'POST /v1/join', { code, password, totp: codeOf(totpSecret) })
  return somebody(console, console.url, session)
}

/** With as many passkeys as they have names for them. */
export async function joinedByPasskey(
  console: Console,
  api: Api,
  { names, ...joining }: Joining & { readonly names: readonly string[] },
): Promise<Somebody> {
  const url = atName(console)
  const code = await invited(api, joining)
  const [name = '', ...more] = names
  const begin = await sent(url, 'POST /v1/join/passkey/begin', { code })
  const credential = new FakeAuthenticator(url).register(JSON.parse(begin.text))
  const who = somebody(console, url, await begun(url, 'POST /v1/join/passkey', { code, name, credential }))
  for (const another of more) {
    const options = await who.call<Parameters<FakeAuthenticator['register']>[0]>('POST /v1/me/passkeys/begin')
    await who.call('POST /v1/me/passkeys', { name: another, credential: new FakeAuthenticator(url).register(options) })
  }
  return who
}

/** As the browser of one who has joined. */
const userAgent =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36'

const sent = async (url: string, line: string, body: unknown, headers: Readonly<Record<string, string>> = {}) => {
  const [method = '', path = ''] = line.split(' ')
  const answer = await fetch(new URL(path, url), {
    method,
    headers: { 'content-type': 'application/json', 'user-agent': userAgent, origin: url, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${line}: ${text}`)
  return { text, cookies: answer.headers.getSetCookie() }
}

async function begun(url: string, line: string, body: unknown): Promise<Session> {
  const { text, cookies } = await sent(url, line, body)
  const { key }: { readonly key: string } = JSON.parse(text)
  return { key, cookie: /^[^;]+/.exec(cookies[0] ?? '')?.[0] ?? '' }
}

function somebody({ browser, ...console }: Console, url: string, { cookie, key }: Session): Somebody {
  const [name = '', value = ''] = cookie.split('=', 2)
  return {
    async open(options) {
      const context = await browser.newContext(options)
      // The session is of this server, by whichever name it is called.
      await context.addCookies([console.url, atName(console)].map((one) => ({ name, value, url: one })))
      await context.addInitScript(`localStorage.setItem('holdfast.session', '${key}')`)
      return context.newPage()
    },
    async call<T>(line: string, body?: unknown) {
      const { text } = await sent(url, line, body, { cookie, 'x-holdfast-session': key })
      return (text === '' ? undefined : JSON.parse(text)) as T
    },
  }
}
