/** Signature version 4 for calls of API Gateway, by the SDK's own signer. */
import { SignatureV4 } from '@smithy/signature-v4'
import type { AwsCredentials } from '../config.ts'
import { Sha256 } from './sha256.ts'

type Request = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

type Signing = { readonly credentials: AwsCredentials; readonly region: string; readonly atMs: number }

/** The headers of the request, with those that prove who sends it. */
export async function signed(
  request: Request,
  { credentials, region, atMs }: Signing,
): Promise<Record<string, string>> {
  const url = new URL(request.url)
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 })
  const { headers } = await signer.sign(
    {
      method: request.method,
      protocol: url.protocol,
      hostname: url.host,
      path: url.pathname,
      query: queryOf(url),
      headers: { ...request.headers, host: url.host },
      ...(request.body === undefined ? {} : { body: request.body }),
    },
    { signingDate: new Date(atMs) },
  )
  return headers
}

function queryOf(url: URL): Record<string, string[]> {
  return Object.fromEntries([...new Set(url.searchParams.keys())].map((name) => [name, url.searchParams.getAll(name)]))
}
