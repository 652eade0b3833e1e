/** `http:invoke`: a request to any HTTPS API, with a connection that proves who asks. */
import { HoldfastError, parseJson, printJson } from '../../base/index.ts'
import { allowsUrl, type Connections, type Parameters, type Secret } from '../../connection/index.ts'
import type { ResourceHandler, TaskAnswer, TaskCall } from '../../engine/index.ts'
import { type Gate, OutboundFault, type OutboundResponse } from '../../outbound/index.ts'
import { failed, givenUp } from '../failure.ts'
import { unusable } from '../parameters.ts'
import { regionOf } from '../region.ts'
import { contentType, shown, tooLarge } from './answer.ts'
import { ConnectionFault, connectionName, isSecret, type ReadSecret, resolved, secretOf } from './connection.ts'
import { connectionArnOf, type HttpParameters, readHttpParameters, refuseHttpParameters } from './http-parameters.ts'
import { type FromConnection, httpRequest } from './http-request.ts'
import { secretsOf, shownRequest, shownResponse, withoutEchoes, withoutSecrets } from './inspection.ts'
import { type Leave, type NamedConnection, openTokens, type Tokens } from './oauth.ts'

export type HttpInvokeDependencies = {
  readonly gate: Gate
  readonly connections: Connections
  readonly readSecret: ReadSecret
  readonly now: () => number
}

/** Both are AWS's own. */
const mostMs = 60_000
const mostBytes = 262_144

export function httpInvokeHandler(dependencies: HttpInvokeDependencies): ResourceHandler {
  const tokens = openTokens(dependencies)
  return {
    handles: (resource) =>
      resource.kind === 'service' && resource.resourceType === 'http' && resource.resource === 'invoke',
    refuse: (_resource, parameters) => refuseHttpParameters(parameters),
    async call(task, signal) {
      try {
        return await invoke(task, signal, { ...dependencies, tokens })
      } catch (thrown) {
        if (signal.aborted) return givenUp()
        return failureOf(task, thrown)
      }
    },
  }
}

type Around = HttpInvokeDependencies & { readonly tokens: Tokens }

async function invoke(task: TaskCall, signal: AbortSignal, around: Around): Promise<TaskAnswer> {
  const parameters = readHttpParameters(parseJson(task.input))
  const named = connectionOf(parameters, around.connections)
  const { name, connection } = named
  const misdirected = misdirection(named, parameters.endpoint)
  const asker = { kind: 'execution', id: task.executionArn, connection: name } as const
  if (misdirected !== undefined) {
    const host = URL.parse(parameters.endpoint)?.host ?? ''
    around.gate.noteRefused({ asker, host, code: 'outbound.refused', why: 'not of the connection' })
    return failed('States.Runtime', unusable(task.input, misdirected))
  }
  const authorization = await authorized(named, { asker, signal }, around)
  const added: FromConnection = {
    authorization,
    headers: resolved(name, connection.invocation?.headers, around.readSecret),
    query: resolved(name, connection.invocation?.query, around.readSecret),
    body: resolved(name, connection.invocation?.body, around.readSecret),
    region: regionOf(task.executionArn) ?? '',
  }
  const request = httpRequest(parameters, added)
  if (typeof request === 'string') return failed('States.Runtime', unusable(task.input, request))
  showRequest(task, parameters, added)
  const secretBody = Object.keys(connection.invocation?.body ?? {}).length > 0
  const response = await around.gate.request({
    ...{ ...request, asker, secretBody, signal },
    ...{ timeoutMs: mostMs, maxBodyBytes: mostBytes, redirects: 5 },
    mayGoTo: (url) => allowsUrl(connection.allowedHosts, url),
  })
  task.inspect?.got(shownResponse(response, task.inspect.reveal ? [] : secretsOf(added)))
  if (response.status === 401) around.tokens.forget(named)
  return answerOf(withoutEchoes(response, secretsOf(secretsAmong(added, connection.invocation))))
}

/** Of what a connection adds: plain text of the configuration is no secret, and may well stand in an answer. */
function secretsAmong(added: FromConnection, given: Parameters = {}): FromConnection {
  const only = (values: Readonly<Record<string, string>>, from: Readonly<Record<string, Secret>> = {}) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => isSecret(from[name] ?? '')))
  const { headers, query, body } = added
  return {
    ...added,
    headers: only(headers, given.headers),
    query: only(query, given.query),
    body: only(body, given.body),
  }
}

function showRequest({ inspect }: TaskCall, parameters: HttpParameters, added: FromConnection): void {
  if (inspect === undefined) return
  const shown = httpRequest(parameters, inspect.reveal ? added : withoutSecrets(added))
  if (typeof shown !== 'string') inspect.sends(shownRequest(shown))
}

function connectionOf(parameters: HttpParameters, connections: Connections): NamedConnection {
  const arn = connectionArnOf(parameters)
  const name = connectionName(arn)
  const connection = name === undefined ? undefined : found(connections, name)
  if (name === undefined || connection === undefined) {
    const known = connections.names().join(', ') || 'none'
    throw new ConnectionFault('ResourceNotFound', `There is no connection ${arn}. Those there are: ${known}.`)
  }
  return { name, connection }
}

function found(connections: Connections, name: string): NamedConnection['connection'] | undefined {
  try {
    return connections.find(name)
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== 'connection.unreadable') throw error
    throw new ConnectionFault('InvalidConnectionState', `${error.message}: ${error.repair ?? ''}`)
  }
}

/** A definition chooses the address, and whoever writes definitions may not choose who gets the secrets. */
function misdirection({ name, connection }: NamedConnection, endpoint: string): string | undefined {
  const url = URL.parse(endpoint)
  if (url !== null && allowsUrl(connection.allowedHosts, url)) return undefined
  const hosts = connection.allowedHosts.join(', ')
  return `the connection ${name} is not for ${url?.host ?? endpoint}, only for its allowedHosts: ${hosts}`
}

async function authorized(
  named: NamedConnection,
  leave: Leave,
  { tokens, readSecret }: Around,
): Promise<readonly [header: string, value: string]> {
  const { name, connection } = named
  const { authorization } = connection
  switch (authorization.kind) {
    case 'basic': {
      const pair = `${authorization.username}:${secretOf(name, authorization.password, readSecret)}`
      return ['Authorization', `Basic ${Buffer.from(pair).toString('base64')}`]
    }
    case 'apiKey':
      return [authorization.name, secretOf(name, authorization.value, readSecret)]
    case 'oauth':
      return ['Authorization', `Bearer ${await tokens.tokenOf(named, authorization, leave)}`]
  }
}

function answerOf(response: OutboundResponse): TaskAnswer {
  if (response.status < 200 || response.status > 299) {
    const text = response.body.toString('utf8')
    return failed(`States.Http.StatusCode.${response.status}`, text === '' ? response.statusText : text)
  }
  if (response.cut) return tooLarge('http')
  const unreadable = unreadableBody(response)
  if (unreadable !== undefined) return failed('States.Runtime', unreadable)
  return { kind: 'succeeded', output: printJson(shown(response, (header) => header.toLowerCase())) }
}

/** What cannot be shown as text is refused, as AWS does. */
function unreadableBody(response: OutboundResponse): string | undefined {
  const type = contentType(response)
  if (/^(application\/octet-stream|(image|video|audio)\/)/i.test(type)) {
    return `The response has the content type '${type}', which an HTTP task cannot read.`
  }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(response.body)
    return undefined
  } catch {
    // Only bytes that are no UTF-8 make it throw.
    return 'The response is not text that an HTTP task can read.'
  }
}

function failureOf({ input }: TaskCall, thrown: unknown): TaskAnswer {
  if (thrown instanceof ConnectionFault) return failed(`Events.ConnectionResource.${thrown.reason}`, thrown.message)
  if (!(thrown instanceof OutboundFault)) throw thrown
  // Nothing was wrong on the way: the definition asks for what is not allowed, and trying again changes nothing.
  if (thrown.code === 'outbound.refused') {
    return failed('States.Runtime', `${unusable(input, thrown.message)}. ${sentence(thrown.repair ?? '')}`)
  }
  return failed('States.Http.Socket', thrown.message)
}

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`
