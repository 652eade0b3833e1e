/**
 * Signature version 4: whether whoever sent a request has the secret of the key that it names, and whether it is still the request
 * that was signed. The signature is made once more, by the SDK's own signer, over what came. Facts: AWS's documentation of
 * Signature Version 4.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { SignatureV4 } from '@smithy/signature-v4'
import { Sha256 } from '../../aws/index.ts'
import { serverError } from '../errors.ts'

/** What an Authorization header says of a signature. */
export type Claim = {
  readonly accessKeyId: string
  /** `20261130`: of the scope. */
  readonly date: string
  readonly region: string
  readonly service: string
  /** Lower-case names of the headers that are signed. */
  readonly signedHeaders: readonly string[]
  /** 64 hexadecimal digits. */
  readonly signature: string
}

export type ReceivedRequest = {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

const algorithm = 'AWS4-HMAC-SHA256'
/** A clock may go so far wrong, and an overheard request is good so long: AWS allows the same. */
const toleranceMs = 5 * 60_000

export const isSigned = (authorization: string | undefined): authorization is string =>
  authorization?.startsWith(`${algorithm} `) === true

/** @throws HoldfastError wire.signature_incomplete */
export function parseClaim(authorization: string): Claim {
  const parts = new Map(
    authorization
      .slice(algorithm.length)
      .split(',')
      .map((part) => {
        const [name = '', value = ''] = part.trim().split(/=(.*)/s)
        return [name, value] as const
      }),
  )
  const [accessKeyId = '', date = '', region = '', service = '', terminator] = (parts.get('Credential') ?? '').split(
    '/',
  )
  const signature = parts.get('Signature') ?? ''
  const signedHeaders = (parts.get('SignedHeaders') ?? '').split(';')
  const isWhole = /^\d{8}$/.test(date) && terminator === 'aws4_request' && /^[0-9a-f]{64}$/.test(signature)
  if (!isWhole || accessKeyId === '') {
    throw serverError('wire.signature_incomplete', 'The Authorization header is no whole signature', {
      place: 'Authorization',
      accepted: `${algorithm} Credential=KEY/DATE/REGION/states/aws4_request, SignedHeaders=…, Signature=…`,
    })
  }
  return { accessKeyId, date, region, service, signedHeaders, signature }
}

/**
 * Resolves when the request is the one that was signed, with this secret, at about this time.
 * @throws HoldfastError wire.signature_incomplete, wire.signature_expired, wire.signature_wrong
 */
export async function requireSignature(
  claim: Claim,
  request: ReceivedRequest,
  secretAccessKey: string,
  nowMs: number,
): Promise<void> {
  const signedAt = signingTime(claim, request.headers)
  requireWhole(claim, request.headers)
  if (Math.abs(nowMs - signedAt) > toleranceMs) {
    throw serverError('wire.signature_expired', `The request was signed at ${iso(signedAt)}, and it is ${iso(nowMs)}`, {
      place: 'X-Amz-Date',
      accepted: 'a signature of the last five minutes',
    })
  }
  if (claim.service !== 'states') throw wrong(`it is scoped to the service "${claim.service}", not to states`)
  const hash = createHash('sha256').update(request.body).digest('hex')
  const told = request.headers['x-amz-content-sha256']
  if (told !== undefined && told !== hash) throw wrong('the body is not the one whose digest was signed')
  const expected = await signatureOf(claim, request, secretAccessKey, signedAt)
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(claim.signature))) throw wrong('it does not fit the request')
}

/** The date of the scope is that of the request, or a signature would be good for another day. */
function signingTime({ date }: Claim, headers: IncomingHttpHeaders): number {
  const text = String(headers['x-amz-date'] ?? '')
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? []
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  if (Number.isNaN(at) || !text.startsWith(date)) {
    throw serverError('wire.signature_incomplete', 'X-Amz-Date is not the date that the signature names', {
      place: 'X-Amz-Date',
      accepted: '20261130T093000Z, of the day in the scope',
    })
  }
  return at
}

/** What is not signed can be changed on the way: the host and all that means something to AWS must be. */
function requireWhole({ signedHeaders }: Claim, headers: IncomingHttpHeaders): void {
  const needed = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))]
  const missing = needed.filter((name) => !signedHeaders.includes(name))
  const absent = signedHeaders.filter((name) => headers[name] === undefined)
  if (missing.length === 0 && absent.length === 0) return
  throw serverError('wire.signature_incomplete', 'Not every header that must be signed is', {
    place: 'Authorization',
    accepted: [
      ...missing.map((name) => `${name} among SignedHeaders`),
      ...absent.map((name) => `the header ${name}`),
    ].join(', '),
  })
}

async function signatureOf(
  { region, service, accessKeyId, signedHeaders }: Claim,
  { method, url, headers, body }: ReceivedRequest,
  secretAccessKey: string,
  signedAt: number,
): Promise<string> {
  const signer = new SignatureV4({
    ...{ region, service, sha256: Sha256, applyChecksum: false },
    credentials: { accessKeyId, secretAccessKey },
  })
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const query = Object.fromEntries([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]))
  const own = Object.fromEntries(signedHeaders.map((name) => [name, String(headers[name])]))
  const host = String(headers.host)
  const { headers: signed } = await signer.sign(
    { method, protocol: 'http:', hostname: host, path: pathname, query, headers: own, body },
    { signingDate: new Date(signedAt), signableHeaders: new Set(signedHeaders) },
  )
  return /Signature=([0-9a-f]{64})/.exec(signed['authorization'] ?? '')?.[1] ?? ''
}

const iso = (atMs: number): string => new Date(atMs).toISOString()

const wrong = (why: string) =>
  serverError('wire.signature_wrong', `The signature of the request is wrong: ${why}`, { place: 'Authorization' })
