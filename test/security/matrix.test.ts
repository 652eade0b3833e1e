/**
 * Every route and every action of the wire × every role × everywhere, its own place and another one, sent for real: who is let in is
 * computed here from the table of verbs, by other code than the product's. A route without a rule does not compile; a route about a place
 * without a request in `placed` fails; and the table that operators read is made of the same list.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Actor,
  type Grant,
  type PlaceOfThing,
  printGrant,
  type Role,
  roles,
  ruleOf,
  type Verb,
  verbs,
} from '../../src/access/index.ts'
import { bindDeployVerbs } from '../../src/app/deploy-verbs.ts'
import { HoldfastError } from '../../src/base/index.ts'
import { endWorlds, World as Deploying } from '../../src/deploy/world.ts'
import { routes } from '../../src/server/api/routes.ts'
import type { Route } from '../../src/server/api/route.ts'
import { openWorld, type World } from '../../src/server/fake-world.ts'
import { actions } from '../../src/server/wire/actions.ts'

const own = { project: 'acme/shop', config: 'production' }
const other = { project: 'acme/bank', config: 'production' }

const scopes: readonly Omit<Grant, 'role'>[] = [{}, { project: own.project }, own, { project: other.project }]
const holders: readonly Grant[] = roles.flatMap((role) => scopes.map((scope) => ({ role, ...scope })))
const actorOf = (grants: readonly Grant[]): Actor => ({ type: 'user', id: 'tok_x', via: 'api', grants })

/** By token: a grant as it is printed, or one of those without. */
const others: Readonly<Record<string, Actor>> = {
  nothing: actorOf([]),
  machine: { type: 'machine', id: 'arn:execution', via: 'api' },
  agent: { type: 'machine', id: 'hst_1', via: 'api' },
}

let world: World
let deploying: Deploying
const made = new Map<string, { readonly id: string; readonly releaseId: string }>()

beforeAll(async () => {
  deploying = await new Deploying().begin()
  for (const place of [own, other]) made.set(place.project, await deploying.deployed(place))
  const hosts = { list: () => [] } as unknown as Parameters<typeof bindDeployVerbs>[1]
  const authenticate = (token: string | undefined): Actor => {
    const grant = holders.find((holder) => printGrant(holder) === token)
    const actor = grant === undefined ? others[token ?? ''] : actorOf([grant])
    if (actor !== undefined) return actor
    throw new HoldfastError('access.unauthenticated', 'no', { kind: 'unauthenticated' })
  }
  // What is not about deploying has no verb here: to have reached it is to have been let in.
  world = await openWorld({}, { authenticate, deploys: bindDeployVerbs(deploying.deploys, hosts) })
})
afterAll(async () => {
  await world.server.close()
  await endWorlds()
})

type Sent = { readonly params?: Readonly<Record<string, string>>; readonly query?: string; readonly body?: object }

/** A good request about a place, for each route of such a verb. */
const placed: Readonly<Record<string, (place: PlaceOfThing) => Sent>> = {
  'POST /v1/deployments': (place) => ({ body: deploying.sign(place) }),
  'POST /v1/deployments/plan': (place) => ({ body: { release: deploying.document(place) } }),
  'GET /v1/deployments': () => ({}),
  'GET /v1/deployments/:id': (place) => ({ params: { id: idIn(place) } }),
  'GET /v1/deployments/:id/plan': (place) => ({ params: { id: idIn(place) } }),
  'GET /v1/deployments/:id/traffic': (place) => ({ params: { id: idIn(place) } }),
  'GET /v1/deployments/:id/why': (place) => ({ params: { id: idIn(place) } }),
  'GET /v1/deployments/:id/events': (place) => ({ params: { id: idIn(place) } }),
  'GET /v1/deployments/:id/diff/:other': (place) => ({ params: { id: idIn(place), other: idIn(place) } }),
  'POST /v1/deployments/:id/halt': (place) => ({ params: { id: idIn(place) }, body: {} }),
  'POST /v1/deployments/:id/pause': (place) => ({ params: { id: idIn(place) }, body: {} }),
  'POST /v1/deployments/:id/resume': (place) => ({ params: { id: idIn(place) }, body: {} }),
  'POST /v1/deployments/:id/retry': (place) => ({ params: { id: idIn(place) }, body: {} }),
  'POST /v1/deployments/:id/votes': (place) => ({
    ...{ params: { id: idIn(place) }, body: { plan: 'f'.repeat(64), verdict: 'approve' } },
  }),
  'POST /v1/deployments/:id/break-glass': (place) => ({
    params: { id: idIn(place) },
    body: { reason: 'in an emergency' },
  }),
  'POST /v1/deployments/:id/review': (place) => ({ params: { id: idIn(place) }, body: { note: 'seen' } }),
  'PUT /v1/places/:project/:config/protection': (place) => ({ params: { ...place }, body: { approvals: 0 } }),
  'POST /v1/rollbacks': (place) => ({ body: { ...place } }),
  'GET /v1/places': () => ({}),
  'GET /v1/places/:project/:config': (place) => ({ params: { ...place } }),
  'GET /v1/releases/:id': (place) => ({ params: { id: made.get(place.project)?.releaseId ?? '' } }),
  'GET /v1/release-schemas/:target': () => ({ params: { target: 'fake' } }),
  'GET /v1/locks': () => ({}),
  'POST /v1/locks': (place) => ({ body: { ...place, reason: 'closed for a test' } }),
  'POST /v1/locks/release': (place) => ({ body: { ...place } }),
  'POST /v1/locks/break': (place) => ({ body: { ...place, reason: 'for a test' } }),
  'GET /v1/logs': (place) => ({ query: `project=${encodeURIComponent(place.project)}&config=${place.config}` }),
}
/** Of these what is answered is made of what the asker sees: any grant lets in. */
const filtered = new Set(['GET /v1/deployments', 'GET /v1/places', 'GET /v1/locks', 'GET /v1/release-schemas/:target'])

const idIn = ({ project }: PlaceOfThing): string => made.get(project)?.id ?? ''
const nameOf = ({ method, path }: Route): string => `${method} ${path}`

async function isLetIn(route: Route, token: string, sent: Sent): Promise<boolean> {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(sent.params?.[name] ?? '1'))
  const leave = AbortSignal.timeout(20_000)
  const answer = await world.call({
    method: route.method,
    path: sent.query === undefined ? path : `${path}?${sent.query}`,
    headers: {
      authorization: `Bearer ${token}`,
      ...(route.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(route.body === undefined ? {} : { body: JSON.stringify(sent.body ?? {}) }),
    signal: leave,
  })
  if (answer.status === 401) throw new Error(`${token} is nobody`)
  const isRefused = answer.status === 403 && (answer.body as { code?: string } | undefined)?.code === 'access.forbidden'
  return !isRefused
}

/** What the table of verbs says, in other words than the product's. */
function mayBy(grant: Grant, verb: Verb, place: PlaceOfThing | undefined): boolean {
  const { roles: allowed, reach, agent, known } = ruleOf(verb)
  if (known === true) return true
  if (agent === true || !allowed.includes(grant.role)) return false
  const isEverywhere = !('project' in grant)
  if (reach === 'any' || isEverywhere) return true
  if (reach === 'everywhere') return false
  return place === undefined || (grant.project === place.project && [undefined, place.config].includes(grant.config))
}

const asked = routes.filter(({ verb }) => verb !== 'open')
/** Sent, it would end what answers. */
const ending = new Set(['POST /v1/stop'])

describe('each route', () => {
  it('about a place has a request of its own here, and no other has', () => {
    const wanted = asked.filter(({ verb }) => ruleOf(verb as Verb).reach === 'place').map(nameOf)
    expect(Object.keys(placed).toSorted()).toEqual(wanted.toSorted())
  })

  it('that is open to everybody is one of those that have to be', () => {
    expect(routes.filter(({ verb }) => verb === 'open').map(nameOf)).toEqual([
      ...['POST /v1/sign-in', 'POST /v1/join/begin', 'POST /v1/join'],
      ...['POST /v1/sign-in/passkey', 'POST /v1/sign-in/passkey/finish', 'POST /v1/sign-in/recovery'],
      ...['POST /v1/join/passkey/begin', 'POST /v1/join/passkey'],
      ...[
        'GET /v1/sign-on',
        'POST /v1/sign-on',
        'POST /v1/sign-on/finish',
        'POST /v1/ci/tokens',
        'POST /v1/logins',
        'POST /v1/logins/token',
        'POST /v1/session',
      ],
      ...['GET /v1/health', 'GET /v1/proof'],
    ])
  })

  it.each(asked.map((route) => [nameOf(route), route] as const))(
    '%s lets in whom the table says',
    async (name, route) => {
      const verb = route.verb as Verb
      const places = placed[name] === undefined || filtered.has(name) ? [undefined] : [own, other]
      const wrong: string[] = []
      for (const place of places) {
        for (const grant of holders) {
          const expected = mayBy(grant, verb, place)
          if (expected && ending.has(name)) continue
          const sent = placed[name]?.(place ?? own) ?? {}
          const letIn = await isLetIn(route, printGrant(grant), sent)
          if (letIn !== expected)
            wrong.push(`${printGrant(grant)} on ${place?.project}: ${letIn ? 'let in' : 'refused'}`)
        }
      }
      expect(wrong).toEqual([])
      const sent = placed[name]?.(own) ?? {}
      const rule = ruleOf(verb)
      expect(await isLetIn(route, 'nothing', sent)).toBe(rule.known === true)
      const machine = ending.has(name) ? false : await isLetIn(route, 'machine', sent)
      expect(machine).toBe(rule.also?.includes('machine') === true)
      expect(await isLetIn(route, 'agent', { ...sent, params: { host: 'hst_1', ...sent.params } })).toBe(
        rule.agent === true,
      )
    },
  )
})

describe('a list', () => {
  it.each(['/v1/deployments', '/v1/places', '/v1/locks'])('%s shows only what its reader may see', async (path) => {
    await world.call({
      ...{
        method: 'POST',
        path: '/v1/locks',
        headers: { authorization: 'Bearer admin', 'content-type': 'application/json' },
      },
      body: JSON.stringify({ ...other, reason: 'closed for a test' }),
    })
    for (const scope of scopes) {
      const token = printGrant({ role: 'viewer', ...scope })
      const { body } = await world.call({ path, headers: { authorization: `Bearer ${token}` } })
      const seen = new Set((body as { items: { project: string }[] }).items.map(({ project }) => project))
      for (const project of seen) expect([undefined, project]).toContain(scope.project)
      const isSeen = seen.size > 0
      expect([token, isSeen || scope.project !== undefined]).toEqual([token, true])
    }
  })
})

describe('each action of the wire', () => {
  it.each(Object.entries(actions))('%s lets in whom the table says', async (name, { verb }) => {
    for (const grant of holders) {
      const answer = await world.call({
        method: 'POST',
        path: '/',
        headers: {
          ...{ authorization: `Bearer ${printGrant(grant)}`, 'content-type': 'application/x-amz-json-1.0' },
          'x-amz-target': `AWSStepFunctions.${name}`,
        },
        body: '{}',
      })
      const isRefused = answer.text.includes('#AccessDeniedException')
      expect([printGrant(grant), !isRefused]).toEqual([printGrant(grant), mayBy(grant, verb, undefined)])
    }
  })
})

describe('the table for operators', () => {
  it('is that of the program', async () => {
    await expect(printTable()).toMatchFileSnapshot('../../docs/guide/authorization.md')
  })
})

function printTable(): string {
  const mark = (verb: Verb, role: Role): string => (ruleOf(verb).roles.includes(role) ? '✓' : '')
  const reachWords = { everywhere: 'everywhere', place: 'its place', any: 'any' } as const
  const alsoWords = (verb: Verb): string => {
    const { also = [], agent, known } = ruleOf(verb)
    return [
      ...(known === true ? ['whoever is signed in'] : []),
      ...also.map((type) => (type === 'machine' ? 'executions' : type)),
      ...(agent === true ? ['its own agent'] : []),
    ].join(', ')
  }
  const rows = (Object.keys(verbs) as Verb[]).map((verb) => [
    ...[`\`${verb}\``, ...roles.map((role) => mark(verb, role))],
    ...[ruleOf(verb).agent === true ? '' : reachWords[ruleOf(verb).reach], alsoWords(verb)],
    routes
      .filter((route) => route.verb === verb)
      .map((route) => `\`${nameOf(route)}\``)
      .join(', '),
  ])
  const head = ['what', ...roles, 'the grant reaches', 'also', 'routes']
  const widths = head.map((word, at) => Math.max(word.length, ...rows.map((row) => [...(row[at] ?? '')].length)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - [...cell].length)).join(' | ')} |`
  return [
    '# Who may what',
    '',
    'Made of the tables of verbs and routes; a test compares it with what the server does. **Reaches**: a grant is good everywhere, or bound to a',
    'project or to a config of it. `everywhere` needs one that is not bound; `its place` one that covers the place; `any` is content with each.',
    '',
    line(head),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...rows.map(line),
    '',
  ].join('\n')
}
