import { SignatureV4 } from '@smithy/signature-v4'
import { describe, expect, it } from 'vitest'
import { Sha256 } from '../../aws/index.ts'
import { HoldfastError } from '../../base/index.ts'
import { isSigned, parseClaim, type ReceivedRequest, requireSignature } from './signature.ts'

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const at = Date.UTC(2026, 10, 30, 9, 30)

type Changes = { readonly region?: string; readonly service?: string; readonly secret?: string }

/** As an SDK would send it. */
async function sent(changes: Changes = {}, url = '/'): Promise<ReceivedRequest> {
  const { region = 'eu-central-1', service = 'states' } = changes
  const credentials = { accessKeyId: 'HFAKAAAAAAAAAAAAAAAA', secretAccessKey: changes.secret ?? secret }
  const signer = new SignatureV4({ region, service, credentials, sha256: Sha256 })
  const body = '{"stateMachineArn":"arn:pay","input":"{\\"n\\": \\"é\\"}"}'
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const { headers } = await signer.sign(
    {
      ...{ method: 'POST', protocol: 'http:', hostname: '127.0.0.1', path: pathname, body },
      query: Object.fromEntries(searchParams),
      headers: {
        host: '127.0.0.1:7400',
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'AWSStepFunctions.StartExecution',
        'user-agent': 'aws-sdk-js/3',
      },
    },
    { signingDate: new Date(at) },
  )
  return { method: 'POST', url, headers, body }
}

const judged = async (request: ReceivedRequest, nowMs = at): Promise<string> => {
  try {
    await requireSignature(parseClaim(String(request.headers.authorization)), request, secret, nowMs)
    return 'let in'
  } catch (error) {
    if (error instanceof HoldfastError) return error.code
    throw error
  }
}

const withHeader = (request: ReceivedRequest, name: string, value: string | undefined): ReceivedRequest => ({
  ...request,
  headers: { ...request.headers, [name]: value },
})

const withClaim = (request: ReceivedRequest, change: (authorization: string) => string): ReceivedRequest =>
  withHeader(request, 'authorization', change(String(request.headers.authorization)))

describe('a signed request', () => {
  it.each([{}, { region: 'us-east-1' }])('is let in as it was signed: %j', async (changes) => {
    expect(await judged(await sent(changes))).toBe('let in')
    expect(await judged(await sent(changes, '/?a=1&b=%2F'))).toBe('let in')
  })

  it('is let in with what proxies add and what is never signed', async () => {
    const request = await sent()
    expect(await judged(withHeader(withHeader(request, 'x-forwarded-for', '10.0.0.1'), 'user-agent', 'other'))).toBe(
      'let in',
    )
  })

  it('is refused when the body was changed, whether its digest was told or not', async () => {
    const request = await sent()
    const changed = { ...request, body: request.body.replace('arn:pay', 'arn:own') }
    expect(await judged(changed)).toBe('wire.signature_wrong')
    const digest = String(request.headers['x-amz-content-sha256'])
    expect(await judged(withHeader(request, 'x-amz-content-sha256', digest.replace(/^./, 'f')))).toBe(
      'wire.signature_wrong',
    )
    expect(await judged(withHeader(request, 'x-amz-content-sha256', 'UNSIGNED-PAYLOAD'))).toBe('wire.signature_wrong')
  })

  it.each([
    ['x-amz-target', 'AWSStepFunctions.DeleteStateMachine'],
    ['host', 'elsewhere.example'],
    ['content-type', 'application/x-amz-json-1.1'],
  ])('is refused when the header %s was changed', async (name, value) => {
    expect(await judged(withHeader(await sent(), name, value))).toBe('wire.signature_wrong')
  })

  it('is refused when method, path or question were changed', async () => {
    const request = await sent({}, '/?a=1')
    for (const change of [{ method: 'PUT' }, { url: '/?a=2' }, { url: '/' }, { url: '/x?a=1' }]) {
      expect(await judged({ ...request, ...change })).toBe('wire.signature_wrong')
    }
  })

  it('is refused with the secret of another', async () => {
    expect(await judged(await sent({ secret: 'another' }))).toBe('wire.signature_wrong')
  })

  it('is refused when it was signed for another service', async () => {
    expect(await judged(await sent({ service: 's3' }))).toBe('wire.signature_wrong')
  })

  it('is refused when a header that means something was taken out of the signature, or one was added unsigned', async () => {
    const request = await sent()
    const stripped = withClaim(request, (claim) => claim.replace(';x-amz-target', ''))
    expect(await judged(stripped)).toBe('wire.signature_incomplete')
    expect(await judged(withClaim(request, (claim) => claim.replace(';host', '')))).toBe('wire.signature_incomplete')
    expect(await judged(withHeader(request, 'x-amz-new', '1'))).toBe('wire.signature_incomplete')
    expect(await judged(withHeader(request, 'x-amz-target', undefined))).toBe('wire.signature_incomplete')
  })

  it('is refused from five minutes on, before and after', async () => {
    const request = await sent()
    for (const nowMs of [at - 300_000, at, at + 300_000]) expect(await judged(request, nowMs)).toBe('let in')
    for (const nowMs of [at - 300_001, at + 300_001, at + 86_400_000]) {
      expect(await judged(request, nowMs)).toBe('wire.signature_expired')
    }
  })

  it('is refused with a date that is not the signed one', async () => {
    const request = await sent()
    expect(await judged(withHeader(request, 'x-amz-date', '20261130T093100Z'))).toBe('wire.signature_wrong')
    for (const date of ['20261201T093000Z', 'yesterday', undefined]) {
      expect(await judged(withHeader(request, 'x-amz-date', date))).toBe('wire.signature_incomplete')
    }
    const ofYesterday = withClaim(request, (claim) => claim.replace('/20261130/', '/20261129/'))
    expect(await judged(ofYesterday)).toBe('wire.signature_incomplete')
  })

  it('is refused when any digit of the signature is another', async () => {
    const request = await sent()
    const { signature } = parseClaim(String(request.headers.authorization))
    for (let at = 0; at < signature.length; at++) {
      const other = signature.slice(0, at) + (signature[at] === '0' ? '1' : '0') + signature.slice(at + 1)
      expect(await judged(withClaim(request, (claim) => claim.replace(signature, other)))).toBe('wire.signature_wrong')
    }
  })
})

describe('a header that is no whole signature', () => {
  it.each([
    'AWS4-HMAC-SHA256 ',
    'AWS4-HMAC-SHA256 Credential=',
    'AWS4-HMAC-SHA256 Credential=a/20261130/r/states/aws4_request, SignedHeaders=host, Signature=0a',
    `AWS4-HMAC-SHA256 Credential=a/20261130/r/states/aws5, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    `AWS4-HMAC-SHA256 Credential=a/day/r/states/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    `AWS4-HMAC-SHA256 Credential=/20261130/r/states/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
  ])('is told so: %s', (authorization) => {
    expect(() => parseClaim(authorization)).toThrow(expect.objectContaining({ code: 'wire.signature_incomplete' }))
  })

  it('of another kind is none at all', () => {
    for (const authorization of [undefined, '', 'Bearer hf_x', 'AWS4-ECDSA-P256-SHA256 Credential=a']) {
      expect(isSigned(authorization)).toBe(false)
    }
  })
})
