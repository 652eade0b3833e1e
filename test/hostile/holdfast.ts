/** A whole Holdfast on loopback with a Lambda endpoint that answers whatever a case wants, and a look into its tables. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { readConfiguration, startRuntime, systemClock, systemRandom } from '../../src/app/index.ts'
import { silentLogger } from '../../src/base/index.ts'

export type Answer = { readonly status: number; readonly text: string }

export type Ending = {
  readonly name: string
  readonly status: string
  readonly output: string
  readonly error: string
  readonly cause: string
}

export type Holdfast = {
  readonly url: string
  /** The Step Functions API. */
  wire(action: string, body: object | string): Promise<Answer>
  /** Our own API. */
  api(method: string, path: string, body?: object | string): Promise<Answer>
  /** Any request at all, with any header. */
  raw(options: {
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }): Promise<Answer>
  /** Creates a machine from its states, the first of which is `A`. @returns its ARN */
  machine(states: object, more?: object): Promise<string>
  start(stateMachineArn: string, input?: string): Promise<string>
  /** Resolves when the execution has ended. */
  end(executionArn: string): Promise<Ending>
  /** Names in the order in which the executions were closed: of their last commits. */
  closed(): readonly string[]
  /** Rows by table. A record of the trail counts the same before and after it is sealed. */
  rows(): Readonly<Record<string, number>>
  stop(): Promise<void>
}

export const region = 'us-east-1'
export const roleArn = 'arn:aws:iam::000000000000:role/run'
export const functionArn = (name: string): string => `arn:aws:lambda:${region}:000000000000:function:${name}`

/** `answers`: by the function's name, the text of its result. */
export async function openHoldfast(answers: Readonly<Record<string, string>>): Promise<Holdfast> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  const lambda = createServer((request, response) => {
    const name = /\/functions\/([^/]+)\/invocations/.exec(decodeURIComponent(request.url ?? ''))?.[1] ?? ''
    request.resume().on('end', () => response.end(answers[name.slice(name.lastIndexOf(':') + 1)] ?? '{}'))
  })
  await new Promise<void>((resolve) => lambda.listen(0, '127.0.0.1', resolve))
  const restore = signWithAnything()
  const runtime = await startRuntime({
    version: '0.0.0',
    dataFolder: folder,
    configuration: (
      await readConfiguration({ workingFolder: folder, file: undefined, overrides: { port: 0, auth: 'none' } })
    ).configuration,
    configurationFile: undefined,
    environment: {
      AWS_REGION: region,
      AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${portOf(lambda.address())}`,
    },
    clock: systemClock,
    randomBytes: systemRandom,
    logger: silentLogger,
    pid: process.pid,
  })
  const database = new DatabaseSync(join(folder, 'holdfast.sqlite'), { readOnly: true })
  const stop = async (): Promise<void> => {
    database.close()
    await runtime.stop()
    lambda.closeAllConnections()
    await new Promise((resolve) => lambda.close(resolve))
    restore()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...clientOf(runtime.address.url), ...tablesOf(database), stop }
}

/** The SDK signs what it sends, and finds credentials only in the environment of the process. @returns how to undo it */
function signWithAnything(): () => void {
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']
  const before = names.map((name) => [name, process.env[name]] as const)
  for (const name of names) process.env[name] = 'any'
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}

const portOf = (address: string | AddressInfo | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0

type Client = Omit<Holdfast, 'closed' | 'rows' | 'stop'>

function clientOf(url: string): Client {
  let machines = 0
  const wire: Client['wire'] = (action, body) =>
    send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${action}` },
      body: textOf(body),
    })
  const member = async (answer: Promise<Answer>, name: string): Promise<string> => {
    const { status, text } = await answer
    const found: unknown = status === 200 ? Object(JSON.parse(text))[name] : undefined
    if (typeof found !== 'string') throw new Error(`no ${name} in the answer ${status}: ${text.slice(0, 2000)}`)
    return found
  }
  const api: Client['api'] = (method, path, body) =>
    send(`${url}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: textOf(body) }),
    })
  return {
    url,
    wire,
    api,
    raw: (options) => sendRaw(url, options),
    machine: (states, more = {}) => {
      const definition = JSON.stringify({ StartAt: 'A', ...more, States: states })
      const name = `machine-${++machines}`
      return member(wire('CreateStateMachine', { name, definition, roleArn }), 'stateMachineArn')
    },
    start: (stateMachineArn, input = '{}') =>
      member(wire('StartExecution', { stateMachineArn, input }), 'executionArn'),
    async end(executionArn) {
      // The stream of its events ends with the execution.
      await api('GET', `/v1/executions/${encodeURIComponent(executionArn)}/events`)
      const { text } = await wire('DescribeExecution', { executionArn })
      return endingOf(JSON.parse(text))
    },
  }
}

const textOf = (body: object | string): string => (typeof body === 'string' ? body : JSON.stringify(body))

function endingOf(description: unknown): Ending {
  const { name, status, output, error, cause }: Record<string, unknown> = Object(description)
  return { name: `${name}`, status: `${status}`, output: `${output}`, error: `${error}`, cause: `${cause}` }
}

async function send(url: string, options: RequestInit): Promise<Answer> {
  const response = await fetch(url, options)
  return { status: response.status, text: await response.text() }
}

/** fetch() lets nobody set Host. */
function sendRaw(url: string, { path, headers, body }: Parameters<Holdfast['raw']>[0]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest(`${url}${path}`, { method: 'POST', headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    asked.on('error', reject).end(body)
  })
}

function tablesOf(database: DatabaseSync): Pick<Holdfast, 'closed' | 'rows'> {
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all()
    .map(({ name }) => `${name}`)
    // Signed heads come with time.
    .filter((name) => name !== 'trail_statements')
  return {
    rows() {
      const counts: Record<string, number> = {}
      for (const table of tables) {
        const { n } = database.prepare(`SELECT count(*) AS n FROM ${table}`).get() ?? {}
        const name = table === 'trail_unsealed' ? 'trail' : table
        counts[name] = (counts[name] ?? 0) + Number(n)
      }
      return counts
    },
    closed: () =>
      database
        .prepare(
          `SELECT name FROM execution e WHERE status <> 0
           ORDER BY (SELECT max(rowid) FROM chunk WHERE execution_id = e.id)`,
        )
        .all()
        .map(({ name }) => `${name}`),
  }
}
