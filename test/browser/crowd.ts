/** Others, so that there is something to look at: a handful, and as many as somebody may meet. */
import { setTimeout } from 'node:timers/promises'
import type { Console } from './console.ts'
import type { Api } from './machines.ts'
import type { Somebody } from './somebody.ts'

export async function crowd(api: Api): Promise<void> {
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

/** A token of somebody's own, and a browser that they have signed in with it. */
export async function seedOwn({ url }: Console, who: Somebody): Promise<void> {
  const grants = [{ role: 'viewer' }]
  const expiresAt = new Date(Date.now() + 9 * 86_400_000).toISOString()
  const { secret } = await who.call<{ readonly secret: string }>('POST /v1/me/tokens', {
    ...{ name: 'nightly reports', grants, expiresAt },
  })
  const safari =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'
  await fetch(new URL('/v1/session', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': safari },
    body: JSON.stringify({ token: secret }),
  })
}

async function signedIn(url: string, token: string, n: number): Promise<void> {
  for (;;) {
    const { status } = await fetch(new URL('/v1/session', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': `198.51.${n >> 8}.${n & 255}` },
      body: JSON.stringify({ token }),
    })
    if (status !== 429 && status !== 503) return
    await setTimeout(1000)
  }
}

/** People, tokens, sessions and hosts are lists without pages. */
export async function seedMany({ url }: Console, api: Api): Promise<void> {
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
  const grants = [{ role: 'viewer' }]
  const secrets: string[] = []
  await each(2000, async (n) => {
    const { secret } = await api.call<{ readonly secret: string }>('POST /v1/tokens', { name: `pipeline ${n}`, grants })
    secrets.push(secret)
  })
  // Whoever is not in yet may try but so often, from all addresses together: 20 times a second.
  await each(1000, (n) => signedIn(url, secrets[n] ?? '', n))
  await each(500, (n) =>
    api.call('POST /v1/hosts', { name: `rack-${Math.floor(n / 40)}-${n % 40}`, zone: `z${n % 3}` }),
  )
}
