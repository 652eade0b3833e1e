/** A server for tests: on a free port of loopback, with verbs that the test hands over, and a small HTTP client for it. */
import { type IncomingHttpHeaders, request as httpRequest } from 'node:http'
import type { Actor } from '../access/index.ts'
import { HoldfastError, silentLogger, VirtualClock } from '../base/index.ts'
import type { KeptAnswer } from './api/idempotency.ts'
import type { DeployVerbs } from './deploy-verbs.ts'
import type { EngineVerbs, ServerDependencies } from './dependencies.ts'
import type { HostVerbs } from './host-verbs.ts'
import type { IdentityVerbs } from './identity-verbs.ts'
import type { PeopleVerbs } from './people-verbs.ts'
import type { SessionVerbs } from './session-verbs.ts'
import type { TokenVerbs } from './token-verbs.ts'
import { createServer, type Server, type ServerOptions } from './server.ts'

export const token = 'hf_test'
export const admin: Actor = { type: 'user', id: 'ada', via: 'api', grants: [{ role: 'admin' }] }
export const account = { region: 'eu-central-1', accountId: '123456789012' } as const
export const machineArn = 'arn:aws:states:eu-central-1:123456789012:stateMachine:order'
export const executionArn = 'arn:aws:states:eu-central-1:123456789012:execution:order:run-1'
export const activityArn = 'arn:aws:states:eu-central-1:123456789012:activity:pack'

/** One call of a verb: its name and what it was given after the actor. */
export type VerbCall = readonly [verb: string, ...given: unknown[]]
type Verbs = EngineVerbs & DeployVerbs
export type FakeVerbs = Partial<{ [Name in keyof Verbs]: (...given: never[]) => unknown }>

export type World = {
  readonly server: Server
  readonly clock: VirtualClock
  readonly calls: VerbCall[]
  readonly logged: string[]
  readonly call: (call: Call) => Promise<Answer>
  readonly port: number
}
export type Call = {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Called with each piece of the answer as it comes. */
  readonly onData?: (text: string) => void
  readonly signal?: AbortSignal
}
export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly body: unknown
}

export async function openWorld(
  verbs: FakeVerbs,
  changes: Partial<ServerDependencies> = {},
  options: ServerOptions = {},
): Promise<World> {
  const clock = new VirtualClock()
  const calls: VerbCall[] = []
  const logged: string[] = []
  let requests = 0
  const fakes = recorded(verbs, calls)
  const dependencies: ServerDependencies = {
    verbs: fakes,
    deploys: fakes,
    hosts: noHosts,
    connections: {
      addConnection: unexpected('addConnection'),
      listConnections: unexpected('listConnections'),
      removeConnection: unexpected('removeConnection'),
    },
    sessions: noSessions,
    tokens: noTokens,
    people: noPeople,
    identity: noIdentity,
    consoleFolder: undefined,
    news: { through: 0, listen: unexpected('listen') },
    trail: { query: unexpected('query'), verify: unexpected('verify'), exportWithProof: unexpected('exportWithProof') },
    metrics: { contentType: 'text/plain', text: async () => '', answered() {} },
    elapsed: () => 0,
    platform: {
      version: '1.2.3',
      startedAt: clock.now(),
      account,
      health: () => ({ status: 'ready' }),
      prove: (challenge) => `proof of ${challenge}`,
      stop() {},
      rotateKeys: unexpected('rotateKeys'),
    },
    answers: keeper(clock),
    authenticate: (given) => {
      if (given === token) return admin
      throw new HoldfastError('access.unauthenticated', 'The request carries no valid token', {
        kind: 'unauthenticated',
      })
    },
    noteRefusal() {},
    clock,
    logger: {
      ...silentLogger,
      error: (message, fields) => void logged.push(`${message} ${String(fields?.['error'])}`),
    },
    newRequestId: () => `request-${++requests}`,
    ...changes,
  }
  const server = createServer(dependencies, { port: 0, ...options })
  const { port } = await server.listen()
  return { server, clock, calls, logged, port, call: (call) => send(port, call) }
}

/** Answers kept in memory, for as long as the clock says. */
export function keeper(clock: VirtualClock): ServerDependencies['answers'] {
  const kept = new Map<string, { readonly answer: KeptAnswer; readonly untilMs: number }>()
  return {
    effects: () => [],
    find: (key) => {
      const found = kept.get(key)
      return found !== undefined && clock.now() < found.untilMs ? found.answer : undefined
    },
    keep: (key, answer, untilMs) => void kept.set(key, { answer, untilMs }),
  }
}

/** Verbs that note what they are asked; those the test does not hand over fail. */
function recorded(verbs: FakeVerbs, calls: VerbCall[]): Verbs {
  const handler: ProxyHandler<FakeVerbs> = {
    get:
      (target, name) =>
      (_actor: Actor, ...given: never[]) => {
        calls.push([String(name), ...given])
        const verb: unknown = Reflect.get(target, name)
        if (typeof verb !== 'function') throw new Error(`the verb ${String(name)} was not expected`)
        return Reflect.apply(verb, undefined, given) as unknown
      },
  }
  // Every name answers with a function; what a test hands over, it types itself.
  return new Proxy(verbs, handler) as unknown as Verbs
}

const noHosts: HostVerbs = {
  enrolHost: unexpected('enrolHost'),
  listHosts: unexpected('listHosts'),
  describeHost: unexpected('describeHost'),
  drainHost: unexpected('drainHost'),
  undrainHost: unexpected('undrainHost'),
  removeHost: unexpected('removeHost'),
  takeCommands: unexpected('takeCommands'),
  reportOutcome: unexpected('reportOutcome'),
}

const noSessions: SessionVerbs = {
  begin: unexpected('begin'),
  end: unexpected('end'),
  invite: unexpected('invite'),
  authenticate: unexpected('authenticate'),
  list: unexpected('list'),
  revoke: unexpected('revoke'),
  listOwn: unexpected('listOwn'),
  endOwn: unexpected('endOwn'),
  endOthers: unexpected('endOthers'),
  nameOf: () => 'Ada',
  loginOf: () => undefined,
  actorsNamed: () => [],
}

const noPeople: PeopleVerbs = {
  list: unexpected('list'),
  add: unexpected('add'),
  change: unexpected('change'),
  invite: unexpected('invite'),
  listGroups: unexpected('listGroups'),
  setGroup: unexpected('setGroup'),
  removeGroup: unexpected('removeGroup'),
  createOwnToken: unexpected('createOwnToken'),
  listOwnTokens: unexpected('listOwnTokens'),
  rotateOwnToken: unexpected('rotateOwnToken'),
  revokeOwnToken: unexpected('revokeOwnToken'),
  askToLogIn: unexpected('askToLogIn'),
  findLogin: unexpected('findLogin'),
  decideLogin: unexpected('decideLogin'),
  takeLogin: unexpected('takeLogin'),
  beginJoining: unexpected('beginJoining'),
  join: unexpected('join'),
  beginSignIn: unexpected('beginSignIn'),
  finishSignIn: unexpected('finishSignIn'),
  beginJoiningByPasskey: unexpected('beginJoiningByPasskey'),
  joinByPasskey: unexpected('joinByPasskey'),
  beginPasskeySignIn: unexpected('beginPasskeySignIn'),
  finishPasskeySignIn: unexpected('finishPasskeySignIn'),
  recoverSignIn: unexpected('recoverSignIn'),
  listOwnPasskeys: unexpected('listOwnPasskeys'),
  beginAddingPasskey: unexpected('beginAddingPasskey'),
  addPasskey: unexpected('addPasskey'),
  renameOwnPasskey: unexpected('renameOwnPasskey'),
  removeOwnPasskey: unexpected('removeOwnPasskey'),
}

const noIdentity: IdentityVerbs = {
  providers: () => [],
  beginSignOn: unexpected('beginSignOn'),
  finishSignOn: unexpected('finishSignOn'),
  issueCiToken: unexpected('issueCiToken'),
  listCiRules: unexpected('listCiRules'),
}

const noTokens: TokenVerbs = {
  createToken: unexpected('createToken'),
  listTokens: unexpected('listTokens'),
  rotateToken: unexpected('rotateToken'),
  revokeToken: unexpected('revokeToken'),
}

function unexpected(name: string): () => never {
  return () => {
    throw new Error(`${name} was not expected`)
  }
}

function send(port: number, { method = 'GET', path = '/', headers = {}, body, onData, signal }: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { host: `localhost:${port}`, authorization: `Bearer ${token}`, ...headers }
    // An empty value leaves the header out.
    const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
    const outgoing = httpRequest(
      { host: '127.0.0.1', port, method, path, headers: given, agent: false, signal },
      (incoming) => {
        let text = ''
        incoming.setEncoding('utf8')
        incoming.on('data', (piece: string) => {
          text += piece
          onData?.(piece)
        })
        incoming.once('error', reject)
        incoming.once('end', () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, body: parsed(text) }),
        )
      },
    )
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not every answer is JSON; the test looks at its text then.
    return undefined
  }
}

/** One call of the Step Functions API. */
export function callWire(world: World, action: string, request: unknown, changes: Call = {}): Promise<Answer> {
  return world.call({
    method: 'POST',
    body: typeof request === 'string' ? request : JSON.stringify(request),
    ...changes,
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AWSStepFunctions.${action}`,
      ...changes.headers,
    },
  })
}

/** One call of our own API: `GET /v1/machines`. */
export function callApi(world: World, line: string, body?: unknown, headers: Call['headers'] = {}): Promise<Answer> {
  const [method = '', path = ''] = line.split(' ')
  const text = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body)
  if (text === undefined) return world.call({ method, path, headers })
  return world.call({ method, path, body: text, headers: { 'content-type': 'application/json', ...headers } })
}
