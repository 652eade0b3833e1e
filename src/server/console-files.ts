/**
 * The built console: hashed files that never change, and one page for every address that is none of an API. What a browser may do
 * with the page stands in its Content-Security-Policy: nothing but what this server itself hands out.
 */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Vite puts all files but the page there, with a hash in each name. */
const assets = '/assets/'
const noncePlace = '__CSP_NONCE__'

export function serveConsole(app: FastifyInstance, folder: string): void {
  app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: assets,
    index: false,
    decorateReply: false,
    // Beside each file lies one compressed as well as can be.
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    // A worker keeps to the policy of its own file.
    setHeaders: (reply) => void reply.header('content-security-policy', policyWith(undefined)),
  })
}

/** Whether a browser asks for a page, at an address that no API has. */
export function asksForPage({ method, url, headers }: Pick<FastifyRequest, 'method' | 'url' | 'headers'>): boolean {
  const isApi = url.startsWith('/v1/') || url.startsWith(assets)
  return method === 'GET' && !isApi && headers.accept?.includes('text/html') === true
}

export async function sendPage(reply: FastifyReply, folder: string): Promise<FastifyReply> {
  const nonce = randomBytes(16).toString('base64url')
  const page = await readPage(folder)
  return reply
    .code(page === undefined ? 503 : 200)
    .type('text/html; charset=utf-8')
    .headers({
      'content-security-policy': policyWith(nonce),
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': noPermissions,
    })
    .send((page ?? notBuilt).replaceAll(noncePlace, nonce))
}

/** Read anew each time: it may be built while the server runs. */
async function readPage(folder: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, 'index.html'), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** What the console never asks a browser for; copying a command and signing in by passkey it does. */
const noPermissions = [
  ...['accelerometer', 'camera', 'display-capture', 'geolocation', 'gyroscope', 'magnetometer', 'microphone', 'midi'],
  ...['payment', 'serial', 'usb', 'browsing-topics'],
]
  .map((feature) => `${feature}=()`)
  .join(', ')

/** Scripts only from here; style elements only those that our own script makes with the nonce of this very page. */
function policyWith(nonce: string | undefined): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self'${nonce === undefined ? '' : ` 'nonce-${nonce}'`}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

const notBuilt = `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <meta name="viewport" content="width=device-width" />
  <title>Holdfast</title>
  <style nonce="${noncePlace}">
    body { font: 16px/1.6 system-ui, sans-serif; max-width: 40rem; margin: 15vh auto; padding: 0 1rem; color-scheme: light dark }
    code { font: 15px ui-monospace, monospace; padding: 0.5rem 0.75rem; border: 1px solid; border-radius: 6px; display: inline-block }
  </style>
  <h1>The console is not built yet</h1>
  <p>Holdfast itself is up. In the folder of Holdfast run, then load this page again:</p>
  <p><code>npm run console</code></p>
  <p lang="ja">コンソールはまだビルドされていません。上のコマンドを実行してから、このページを再読み込みしてください。</p>
</html>
`
