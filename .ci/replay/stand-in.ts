/** Services that answer each call as AWS answered it when the case was recorded. What is not recorded goes to the runner's mock. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Recorded, RecordedCase } from './cases.ts'
import { completeInvocation } from './lambda.ts'
import { objectReply } from './objects.ts'
import { apiGateway, jsonProtocol, queryProtocol, s3, sts } from './protocols.ts'

export type Request = {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A way of speaking: which call a request is, and how what was recorded is said in it. */
export type Protocol = {
  /** `dynamodb:putItem`; undefined when the request is none of this protocol. */
  callOf(request: Request): string | undefined
  answer(recorded: Recorded, request: Request): Reply
}

const protocols: readonly Protocol[] = [jsonProtocol, queryProtocol, apiGateway, s3]

export async function standIn(cases: readonly RecordedCase[], mock: string, port: number): Promise<AsyncDisposable> {
  const objects = new Map(cases.flatMap((one) => [...one.objects]))
  const echoes = new Set(cases.flatMap((one) => one.echoes))
  const complete = (answer: Reply, received: Request): Reply => completeInvocation(answer, received, echoes)
  const reply = (received: Request): Reply | undefined =>
    sts(received) ?? objectReply(objects, received) ?? recordedReply(cases, received, mock)
  const server = createServer((request, response) => {
    void receive(request)
      .then(async (received) => reply(received) ?? complete(await passOn(received, mock), received))
      .then((answer) => send(response, answer))
      .catch((error: unknown) => send(response, { status: 500, headers: {}, body: String(error) }))
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function receive(request: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const { method = 'GET', headers } = request
  const url = new URL(request.url ?? '/', `http://${headers.host ?? 'localhost'}`)
  return { method, url, headers, body: Buffer.concat(chunks).toString('utf8') }
}

/** Each recorded call is answered once, in its order; a retry was recorded as a call of its own. */
function recordedReply(cases: readonly RecordedCase[], request: Request, mock: string): Reply | undefined {
  for (const protocol of protocols) {
    const call = protocol.callOf(request)
    if (call === undefined) continue
    const found = caseOf(cases, request, call)
    // The runner plays who receives a message; what it answers is enough.
    if (found === undefined || (call === 'sqs:sendmessage' && found.queues.length > 0)) return undefined
    const at = found.calls.findIndex((one) => nameOf(one.resourceType, one.resource) === call)
    const recorded = found.calls.splice(at, 1)[0]?.results[0]
    if (recorded === undefined) return undefined
    if (call === 'sns:publish') deliver(found, request, mock).catch((error: unknown) => console.error(error))
    return protocol.answer(recorded, request)
  }
  return undefined
}

function caseOf(
  cases: readonly RecordedCase[],
  { url, headers, body }: Request,
  call: string,
): RecordedCase | undefined {
  const text = `${url.href} ${headers.host} ${decodeURIComponent(body.replaceAll('+', ' '))} ${body}`
  const candidates = cases.filter(({ calls }) => calls.some((one) => nameOf(one.resourceType, one.resource) === call))
  return (
    candidates.find(({ names }) => names.some((name) => text.includes(name))) ??
    candidates.find(({ names }) => names.length === 0)
  )
}

const nameOf = (resourceType: string, resource: string): string =>
  `${resourceType.replace('aws-sdk:', '')}:${resource.split('.')[0]}`.toLowerCase()

/** A topic with a queue behind it: the runner plays the queue's receiver. */
async function deliver({ queues }: RecordedCase, { body }: Request, mock: string): Promise<void> {
  const [QueueUrl] = queues
  if (QueueUrl === undefined) return
  const MessageBody = new URLSearchParams(body).get('Message')
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' }
  await fetch(mock, { method: 'POST', headers, body: JSON.stringify({ QueueUrl, MessageBody }) })
}

async function passOn({ method, url, headers, body }: Request, mock: string): Promise<Reply> {
  const passed = ['content-type', 'x-amz-target', 'x-amz-invocation-type'].flatMap((name) => {
    const value = headers[name]
    return typeof value === 'string' ? [[name, value] as const] : []
  })
  const target = new URL(url.pathname + url.search, mock)
  const answer = await fetch(target, { method, headers: Object.fromEntries(passed), ...(body === '' ? {} : { body }) })
  const kept = [...answer.headers].filter(
    ([name]) => !/^(content-length|transfer-encoding|connection|keep-alive)$/.test(name),
  )
  return { status: answer.status, headers: Object.fromEntries(kept), body: await answer.text() }
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, {
    'x-amzn-RequestId': randomUUID(),
    ...headers,
    'Content-Length': String(Buffer.byteLength(body)),
  })
  response.end(body)
}
