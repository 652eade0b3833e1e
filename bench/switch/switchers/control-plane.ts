/** The control plane as anybody reaches it: `holdfast up --with-host` in a folder of its own, and its HTTP API. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { type SignedRelease, signRelease } from '../../../src/deploy/index.ts'
import { SwitchFailed } from './switcher.ts'

const entry = join(import.meta.dirname, '../../../bin/holdfast.js')
const run = promisify(execFile)
const stopWithinMs = 60_000

export type DeploymentView = {
  readonly id: string
  readonly fleet: string
  readonly status: string
  readonly committedAt: string | null
  readonly diagnosis?: { readonly what: string; readonly command: string }
}

type Begun = { readonly id: string; readonly outcome?: string; readonly deployment?: string }

export class ControlPlane {
  readonly #folder: string
  readonly #process: ChildProcess
  readonly #url: string
  readonly #token: string
  readonly #key: string
  readonly edgePort: number

  static async start(folder: string): Promise<ControlPlane> {
    const words = ['up', '--data', folder, '--port', '0', '--with-host', '--edge-port', '0', '--json']
    const child = spawn(process.execPath, [entry, ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], HOME: folder },
    })
    const ready = await new Promise<Ready>((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', (line) => resolve(asReady(JSON.parse(line))))
      child.once('exit', (code) => reject(new Error(`holdfast up ended with ${code}`)))
    })
    const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    const controlPlane = new ControlPlane(folder, child, ready, privateKey)
    await controlPlane.#post('/v1/keys', { name: 'bench', publicKey })
    return controlPlane
  }

  private constructor(folder: string, child: ChildProcess, ready: Ready, key: string) {
    this.#folder = folder
    this.#process = child
    this.#url = ready.url
    this.#token = readFileSync(ready.tokenFile, 'utf8').trim()
    this.#key = key
    this.edgePort = Number(new URL(ready.host.edge.url).port)
  }

  /** Resolves when it is accepted. */
  async deploy(document: Parameters<typeof signRelease>[1]): Promise<string> {
    const signed: SignedRelease = signRelease(this.#key, { ...document, createdAt: new Date().toISOString() })
    return (await this.#post('/v1/deployments', signed)).id
  }

  /** Resolves when it is accepted. */
  async rollBack(place: { readonly project: string; readonly config: string }): Promise<string> {
    const { outcome, deployment = '' } = await this.#post('/v1/rollbacks', place)
    if (outcome === 'rollback') return deployment
    throw new SwitchFailed(`the release before was not warm any more: the rollback became "${outcome}"`)
  }

  /** Until it has ended. `see` is called with each change. */
  async follow(id: string, see: (view: DeploymentView) => void): Promise<DeploymentView> {
    const answer = await fetch(`${this.#url}/v1/deployments/${id}/events`, { headers: this.#headers })
    if (!answer.ok || answer.body === null) throw new Error(`following ${id}: ${answer.status}`)
    let text = ''
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      const events = (text + chunk).split('\n\n')
      text = events.pop() ?? ''
      for (const event of events) {
        const data = /^data: ?(.*)$/m.exec(event)?.[1]
        if (data === undefined) continue
        const view = asView(JSON.parse(data))
        see(view)
        if (/^event: ?end$/m.test(event)) return view
      }
    }
    throw new Error(`the events of ${id} ended without an end`)
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return
    const exited = new Promise((resolve) => this.#process.once('exit', resolve))
    await run(process.execPath, [entry, 'down', '--everything', '--yes', '--json', '--data', this.#folder], {
      timeout: stopWithinMs,
      env: { PATH: process.env['PATH'], HOME: this.#folder },
    })
    await exited
  }

  get #headers() {
    return { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' }
  }

  async #post(path: string, body: unknown): Promise<Begun> {
    const answer = await fetch(this.#url + path, { method: 'POST', headers: this.#headers, body: JSON.stringify(body) })
    const text = await answer.text()
    if (!answer.ok) throw new SwitchFailed(`POST ${path}: ${answer.status} ${text}`)
    return asBegun(JSON.parse(text))
  }
}

type Ready = {
  readonly url: string
  readonly tokenFile: string
  readonly host: { readonly edge: { readonly url: string } }
}

/** What this version of the command prints. */
function asReady(value: unknown): Ready {
  return value as Ready
}
/** What this version of the API answers. */
function asView(value: unknown): DeploymentView {
  return value as DeploymentView
}
/** What this version of the API answers. */
function asBegun(value: unknown): Begun {
  return value as Begun
}
