/** Starting an edge so that it outlives whoever started it. */
import { spawn } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import type { Clock, HoldfastError } from '../base/index.ts'
import { EdgeClient } from './client.ts'
import type { EdgeSettings } from './contract.ts'
import { edgeError, isEdgeErrorCode, messageOf } from './errors.ts'
import { edgeFolder, makeFolder, writeDurably } from './keeper/folder.ts'
import type { Launcher } from './process/links.ts'
import { parseSettings } from './routes/parse-routes.ts'

export type LaunchOptions = {
  readonly folder: string
  readonly settings: EdgeSettings
  readonly launcher: Launcher
  readonly clock: Clock
}

const bootMs = 20_000
const lookAgainMs = 25

/**
 * The edge of this folder: the one that runs, told to reload when the settings have changed, or a new one in a session of its
 * own. @throws HoldfastError edge.settings_invalid, edge.port_taken, edge.unreachable
 */
export async function launchEdge({ folder: path, settings, launcher, clock }: LaunchOptions): Promise<EdgeClient> {
  parseSettings(settings)
  const folder = edgeFolder(path)
  await makeFolder(folder)
  const isChanged = (await readFile(folder.settings, 'utf8').catch(() => '')).trim() !== JSON.stringify(settings)
  if (isChanged) await writeDurably(folder.settings, settings)
  const client = new EdgeClient({ socketPath: folder.socket, clock })
  if (await answers(client)) {
    if (isChanged) await client.reload()
    return client
  }
  const log = await open(folder.log, 'a', 0o600)
  const sizeBefore = (await log.stat()).size
  const keeper = spawn(launcher.executable, [...launcher.before, 'keeper', folder.path], {
    stdio: ['ignore', 'ignore', log.fd],
    detached: true,
  })
  const ended = new Promise<string>((resolve) => {
    keeper.on('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    keeper.on('error', (error) => resolve(messageOf(error)))
  })
  keeper.unref()
  await log.close()
  const failure = await Promise.race([ended, untilItAnswers(client, clock)])
  if (failure === undefined) return client
  const said = (await readFile(folder.log)).subarray(sizeBefore).toString('utf8').trim().split('\n').at(-1) ?? ''
  throw notStarted(failure, said, folder.log)
}

/** A line of its log is read as what it tells; anything else is shown as it is. */
function notStarted(failure: string, line: string, log: string): HoldfastError {
  const { code, message = line } = parseLogLine(line)
  if (isEdgeErrorCode(code)) return edgeError(code, message, { place: log })
  return edgeError('edge.unreachable', `The edge did not start (${failure}): ${message}`, { place: log })
}

function parseLogLine(line: string): { readonly code?: string; readonly message?: string } {
  const textOf = (value: unknown, name: string): string | undefined => {
    const text: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
    return typeof text === 'string' ? text : undefined
  }
  try {
    const value: unknown = JSON.parse(line)
    const [code, message] = [textOf(value, 'code'), textOf(value, 'message')]
    return { ...(code === undefined ? {} : { code }), ...(message === undefined ? {} : { message }) }
  } catch {
    // Node writes its own last words without our form.
    return {}
  }
}

/** Undefined when it answers. */
async function untilItAnswers(client: EdgeClient, clock: Clock): Promise<string | undefined> {
  const until = clock.now() + bootMs
  while (clock.now() < until) {
    if (await answers(client)) return undefined
    await new Promise<void>((resolve) => clock.alarm(clock.now() + lookAgainMs, resolve))
  }
  return `no answer within ${bootMs} ms`
}

async function answers(client: EdgeClient): Promise<boolean> {
  return client.routes().then(
    () => true,
    () => false,
  )
}
