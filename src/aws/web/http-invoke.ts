/** `http:invoke`: a request to any HTTPS API, with a connection that proves who asks. */
import { parseJson, printJson } from '../../base/index.ts'
import type { ResourceHandler, TaskAnswer, TaskCall } from '../../engine/index.ts'
import { type Gate, OutboundFault, type OutboundResponse } from '../../outbound/index.ts'
import { failed, givenUp } from '../failure.ts'
import { unusable } from '../parameters.ts'
import { regionOf } from '../region.ts'
import { contentType, shown } from './answer.ts'
import {
  type Connection,
  ConnectionFault,
  connectionName,
  type Connections,
  type ReadSecret,
  resolved,
  secretOf,
} from './connection.ts'
import { connectionArnOf, type HttpParameters, readHttpParameters, refuseHttpParameters } from './http-parameters.ts'
import { httpRequest } from './http-request.ts'
import { openTokens, type Tokens } from './oauth.ts'

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
  const { name, connection } = connectionOf(parameters, around.connections)
  const authorization = await authorized(name, connection, signal, around)
  const request = httpRequest(parameters, {
    authorization,
    headers: resolved(name, connection.invocation?.headers, around.readSecret),
    query: resolved(name, connection.invocation?.query, around.readSecret),
    body: resolved(name, connection.invocation?.body, around.readSecret),
    region: regionOf(task.executionArn) ?? '',
  })
  if (typeof request === 'string') return failed('States.Runtime', unusable(task.input, request))
  const secretBody = Object.keys(connection.invocation?.body ?? {}).length > 0
  const response = await around.gate.request({
    ...{ ...request, secretBody, signal },
    ...{ timeoutMs: mostMs, maxBodyBytes: mostBytes, redirects: 5 },
  })
  if (response.status === 401) around.tokens.forget(name)
  return answerOf(response)
}

function connectionOf(parameters: HttpParameters, connections: Connections): { name: string; connection: Connection } {
  const arn = connectionArnOf(parameters)
  const name = connectionName(arn)
  const connection = name !== undefined && Object.hasOwn(connections, name) ? connections[name] : undefined
  if (name === undefined || connection === undefined) {
    const known = Object.keys(connections).join(', ') || 'none'
    throw new ConnectionFault(
      'ResourceNotFound',
      `The connection ${arn} is not in the configuration. Under connections it holds: ${known}.`,
    )
  }
  return { name, connection }
}

async function authorized(
  name: string,
  { authorization }: Connection,
  signal: AbortSignal,
  { tokens, readSecret }: Around,
): Promise<readonly [header: string, value: string]> {
  switch (authorization.kind) {
    case 'basic': {
      const pair = `${authorization.username}:${secretOf(name, authorization.password, readSecret)}`
      return ['Authorization', `Basic ${Buffer.from(pair).toString('base64')}`]
    }
    case 'apiKey':
      return [authorization.name, secretOf(name, authorization.value, readSecret)]
    case 'oauth':
      return ['Authorization', `Bearer ${await tokens.tokenOf(name, authorization, signal)}`]
  }
}

function answerOf(response: OutboundResponse): TaskAnswer {
  if (response.status < 200 || response.status > 299) {
    const text = response.body.toString('utf8')
    return failed(`States.Http.StatusCode.${response.status}`, text === '' ? response.statusText : text)
  }
  if (response.cut) {
    return failed(
      'States.DataLimitExceeded',
      "The state/task 'http' returned a result with a size exceeding the maximum number of bytes service limit.",
    )
  }
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
