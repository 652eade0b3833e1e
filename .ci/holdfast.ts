/** Starts the real program for an extra check: a free port, a data folder of its own, no authentication unless it is asked for. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Running = { readonly url: string; readonly data: string; stop(): Promise<void> }

/** The exit code that says: this cannot be run here. */
const skippedCode = 77
const startLimitMs = 60_000

export function skip(reason: string): never {
  console.log(`skipped: ${reason}`)
  process.exit(skippedCode)
}

/** @param settings of a configuration file, when there is to be one */
export async function startHoldfast(
  environment: Readonly<Record<string, string>>,
  settings?: object,
  auth: 'none' | 'token' = 'none',
): Promise<Running> {
  const port = await freePort()
  const data = mkdtempSync(join(tmpdir(), 'holdfast-ci-'))
  const program = join(import.meta.dirname, '../bin/holdfast')
  const args = ['up', '--port', String(port), '--auth', auth, '--aws-limits', '--data', data]
  if (settings !== undefined) {
    const file = join(data, 'holdfast.config.ts')
    writeFileSync(file, `export const procedures = []\nexport default ${JSON.stringify(settings)}\n`)
    args.push('--config', file)
  }
  const child = spawn(program, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}`
  await untilItAnswers(url, child)
  return { url, data, stop: () => stop(child, data) }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('the system gave no port')
  return address.port
}

async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
  const end = Date.now() + startLimitMs
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`holdfast up ended with ${child.exitCode}`)
    const answers = await fetch(url).then(
      () => true,
      () => false,
    )
    if (answers) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`holdfast did not answer at ${url} within ${startLimitMs} ms`)
}

async function stop(child: ChildProcess, data: string): Promise<void> {
  const ended = child.exitCode === null ? once(child, 'exit') : undefined
  child.kill('SIGTERM')
  await ended
  rmSync(data, { recursive: true, force: true })
}
