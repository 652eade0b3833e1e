/** A whole Holdfast as a team runs it: everybody is asked who they are, and it logs all it can to its data folder. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Configuration,
  createLogger,
  LogFiles,
  readConfiguration,
  startRuntime,
  systemClock,
  systemRandom,
} from '../../src/app/index.ts'

export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly code: string | undefined
  readonly body: Readonly<Record<string, unknown>>
}
export type Request = { readonly headers?: Readonly<Record<string, string>>; readonly body?: object | string }

export type Holdfast = {
  readonly folder: string
  readonly url: string
  readonly adminToken: string
  /** `POST /v1/sign-in`, as nobody unless the headers say who. An empty header is left out. */
  call(line: string, request?: Request): Promise<Answer>
  /** The same as the admin. */
  asAdmin(line: string, body?: object, headers?: Request['headers']): Promise<Answer>
  /** Good once. */
  signInLink(): Promise<string>
  stop(): Promise<void>
  remove(): void
}

export async function openHoldfast(
  changes: Partial<Configuration> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<Holdfast> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  const read = { workingFolder: folder, file: undefined, overrides: { port: 0 } }
  const { configuration } = await readConfiguration(read)
  const logs = new LogFiles({ dataFolder: folder, clock: systemClock, keptForMs: 1e9, onFailure: () => undefined })
  const runtime = await startRuntime({
    version: '0.0.0',
    dataFolder: folder,
    configuration: { ...configuration, ...changes },
    configurationFile: undefined,
    environment: { AWS_REGION: 'us-east-1', ...environment },
    clock: systemClock,
    randomBytes: systemRandom,
    logger: await createLogger('debug', { write: (line) => logs.write(line) }),
    pid: process.pid,
  })
  const { url } = runtime.address
  const adminToken = readFileSync(join(folder, 'admin-token'), 'utf8').trim()
  const call: Holdfast['call'] = (line, request) => send(url, line, request)
  return {
    ...{ folder, url, adminToken, call },
    asAdmin: (line, body, headers = {}) =>
      call(line, {
        headers: { authorization: `Bearer ${adminToken}`, ...headers },
        ...(body === undefined ? {} : { body }),
      }),
    signInLink: () => runtime.signInLink(),
    stop: () => runtime.stop(),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** fetch() lets nobody set Host, Origin or cookies. */
function send(url: string, line: string, { headers = {}, body }: Request = {}): Promise<Answer> {
  const [method = '', path = ''] = line.split(' ')
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const all = { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers }
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
  return new Promise((resolve, reject) => {
    const asked = httpRequest(url, { method, path, headers: given, agent: false }, (response) => {
      let received = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (received += chunk))
      response.on('end', () => resolve(answerOf(response.statusCode ?? 0, response.headers, received)))
    })
    asked.once('error', reject).end(text)
  })
}

function answerOf(status: number, headers: IncomingHttpHeaders, text: string): Answer {
  const body = parsed(text)
  return { status, headers, text, body, code: typeof body['code'] === 'string' ? body['code'] : undefined }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, unknown>>
  } catch {
    // Lines, pages and numbers are no JSON; the test looks at the text.
    return {}
  }
}
