/** A real identity provider on loopback, whose people sign in without being asked, and a browser that goes through it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

export type Account = { readonly sub: string } & Readonly<Record<string, unknown>>

/** `url` is by name, so that it is another site than a console on 127.0.0.1 for a browser. */
export async function openRealProvider() {
  const people = new Map<string, Account>()
  let present = ''
  let provider: Provider | undefined
  const server = createServer((request, response) => {
    if (provider === undefined) return
    if (request.url?.startsWith('/interaction/') === true) {
      void provider.interactionFinished(request, response, { login: { accountId: present } })
    } else provider.callback()(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  const settings = {
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'email', 'groups'],
    pkce: { required: () => true },
    cookies: { keys: ['only for tests'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => people.get(id) }),
    loadExistingGrant: grantEverything,
  }
  return {
    url,
    /** Knows the console of this address as its client from now on. */
    trust(origin: string): void {
      const redirect_uris = [`${origin}/sign-on`]
      const client = { client_id: 'holdfast', client_secret: 'the client secret', redirect_uris }
      provider = new Provider(url, { ...settings, clients: [client] })
    },
    /** Whoever is signed in there from now on. */
    be(account: Account): void {
      people.set(account.sub, account)
      present = account.sub
    },
    /** Follows a browser from the address of a sign-on until it leaves for ours; what stands behind `?` then. */
    visit: (from: string) => walk(from),
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

type GrantContext = {
  readonly oidc: {
    readonly client: { readonly clientId: string }
    readonly session: { readonly accountId: string }
    readonly provider: Provider
  }
}

async function grantEverything({ oidc }: GrantContext) {
  const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
  grant.addOIDCScope('openid profile email groups')
  await grant.save()
  return grant
}

async function walk(from: string): Promise<string> {
  const cookies = new Map<string, string>()
  let next = from
  for (let step = 0; step < 10; step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(next, { redirect: 'manual', headers: { cookie } })
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    const location = answer.headers.get('location')
    if (location === null) throw new Error(`${next} answered ${answer.status}: ${await answer.text()}`)
    next = new URL(location, next).href
    if (new URL(next).pathname === '/sign-on') return new URL(next).search
  }
  throw new Error('the provider sends on without end')
}
