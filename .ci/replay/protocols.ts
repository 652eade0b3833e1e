/** How AWS's services say on the wire what a history shows of it. */
import { createHash, randomUUID } from 'node:crypto'
import type { Recorded } from './cases.ts'
import type { Protocol, Reply, Request } from './stand-in.ts'

type Members = Readonly<Record<string, unknown>>

const membersOf = (output: unknown): Members =>
  Object.fromEntries(
    Object.entries(Object(output) as Members)
      .filter(([name]) => name !== 'SdkHttpMetadata' && name !== 'SdkResponseMetadata')
      .map(([name, value]) => [name, filled(value)]),
  )

/** Placeholders of the recording become values that clients can read. */
function filled(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(/<uuid:\d+>/g, () => randomUUID()))
}

/** Of a cause such as `No (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; …)`. */
function refusalOf({ error = '', cause }: Recorded): { code: string; status: number; message: string } {
  const text = typeof cause === 'string' ? cause : JSON.stringify(cause ?? '')
  return {
    code:
      /Error Code: (\w+)/.exec(text)?.[1] ??
      error
        .split('.')
        .at(-1)
        ?.replace(/^NoSuch(\w+)Exception$/, 'NoSuch$1') ??
      '',
    status: Number(/Status Code: (\d+)/.exec(text)?.[1] ?? 400),
    message: text.replace(/ \(Service: [\s\S]*$/, ''),
  }
}

const json = { 'Content-Type': 'application/x-amz-json-1.0' }
const xml = { 'Content-Type': 'text/xml' }

const jsonServices: Readonly<Record<string, string>> = {
  AmazonSQS: 'sqs',
  DynamoDB_20120810: 'dynamodb',
  AWSEvents: 'events',
  secretsmanager: 'secretsmanager',
}

/** DynamoDB, EventBridge, Secrets Manager, SQS. */
export const jsonProtocol: Protocol = {
  callOf({ headers }) {
    const [service = '', action = ''] = String(headers['x-amz-target'] ?? '').split('.')
    const name = jsonServices[service]
    return name === undefined ? undefined : `${name}:${action}`.toLowerCase()
  },
  answer(recorded, request) {
    if (recorded.error !== undefined && recorded.error !== 'EventBridge.FailedEntry') {
      const { code, status, message } = refusalOf(recorded)
      return { status, headers: json, body: JSON.stringify({ __type: `recorded#${code}`, message }) }
    }
    const members = membersOf(recorded.output ?? recorded.cause)
    return { status: 200, headers: json, body: JSON.stringify({ ...members, ...digests(members, request) }) }
  },
}

/** The client of SQS compares what it sent with what arrived. */
function digests(members: Members, { body }: Request): Members {
  if (!('MD5OfMessageBody' in members)) return {}
  const sent = String(Object(JSON.parse(body)).MessageBody)
  return { MD5OfMessageBody: createHash('md5').update(sent).digest('hex') }
}

/** SNS. */
export const queryProtocol: Protocol = {
  callOf({ body, headers }) {
    if (!String(headers['content-type']).includes('x-www-form-urlencoded')) return undefined
    const action = new URLSearchParams(body).get('Action')
    return action === 'Publish' ? 'sns:publish' : undefined
  },
  answer(recorded) {
    if (recorded.error !== undefined) {
      const { code, status, message } = refusalOf(recorded)
      const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`
      return {
        status,
        headers: xml,
        body: `<ErrorResponse>${error}<RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
      }
    }
    const members = Object.entries(membersOf(recorded.output)).map(
      ([name, value]) => `<${name}>${text(value)}</${name}>`,
    )
    const metadata = `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`
    return {
      status: 200,
      headers: xml,
      body: `<PublishResponse><PublishResult>${members.join('')}</PublishResult>${metadata}</PublishResponse>`,
    }
  },
}

/** An API is known by its name in the Host header. */
export const apiGateway: Protocol = {
  callOf: ({ headers }) => (String(headers.host).includes('.execute-api.') ? 'apigateway:invoke' : undefined),
  answer(recorded) {
    const type = { 'Content-Type': 'application/json' }
    if (recorded.error !== undefined) {
      const status = Number(recorded.error.split('.').at(-1))
      return { status, headers: type, body: JSON.stringify(recorded.cause) }
    }
    const { Headers, ResponseBody, StatusCode } = Object(recorded.output) as Members
    const headers = Object.entries(Object(Headers) as Members).map(([name, value]) => [name, first(value)] as const)
    const length = Number(headers.find(([name]) => name === 'Content-Length')?.[1])
    // Blanks after the body make it as long as the recorded one was.
    const body = JSON.stringify(ResponseBody).padEnd(Number.isNaN(length) ? 0 : length)
    return {
      status: Number(StatusCode),
      headers: { ...Object.fromEntries(headers), ...type, Date: new Date(0).toUTCString() },
      body,
    }
  },
}

const first = (value: unknown): string => String(Array.isArray(value) ? value[0] : value)

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Members of S3's answers that travel as headers. */
const s3Headers: Readonly<Record<string, string>> = {
  AcceptRanges: 'accept-ranges',
  ChecksumCRC32: 'x-amz-checksum-crc32',
  ChecksumType: 'x-amz-checksum-type',
  ContentType: 'Content-Type',
  ETag: 'ETag',
  LastModified: 'Last-Modified',
  ServerSideEncryption: 'x-amz-server-side-encryption',
}

export const s3: Protocol = {
  callOf({ method, url, headers }) {
    if (!String(headers.authorization).includes('/s3/aws4_request')) return undefined
    const [, , key] = url.pathname.split('/')
    if (method === 'PUT' && key) return 's3:putobject'
    if (method === 'GET' && key) return 's3:getobject'
    return method === 'GET' ? `s3:listobjects${url.searchParams.has('list-type') ? 'v2' : ''}` : undefined
  },
  answer(recorded) {
    const ids = { 'x-amz-request-id': randomUUID(), 'x-amz-id-2': randomUUID() }
    if (recorded.error !== undefined) {
      const { code, status, message } = refusalOf(recorded)
      const body = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`
      return { status, headers: { ...ids, 'Content-Type': 'application/xml' }, body }
    }
    const { Body, ...members } = membersOf(recorded.output)
    const headers = Object.entries(s3Headers).flatMap(([member, header]) => {
      const value = members[member]
      if (value === undefined) return []
      return [[header, member === 'LastModified' ? new Date(0).toUTCString() : text(value)] as const]
    })
    return {
      status: 200,
      headers: { ...ids, ...Object.fromEntries(headers) },
      body: typeof Body === 'string' ? Body : '',
    }
  },
}

/** Every role may be assumed. */
export function sts({ body }: Request): Reply | undefined {
  if (!body.includes('Action=AssumeRole')) return undefined
  const keys = '<AccessKeyId>ASSUMED</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>x</SessionToken>'
  const credentials = `<Credentials>${keys}<Expiration>2999-01-01T00:00:00Z</Expiration></Credentials>`
  return {
    status: 200,
    headers: xml,
    body: `<AssumeRoleResponse><AssumeRoleResult>${credentials}</AssumeRoleResult></AssumeRoleResponse>`,
  }
}
