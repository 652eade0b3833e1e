/**
 * The agent's own small door on its machine: a socket in its folder by which commands of the same user ask how it is and tell
 * it to end. No process is signalled by a number that may be somebody else's by then.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { appError } from './errors.ts'

export type AgentStatus = {
  readonly pid: number
  readonly version: string
  readonly folder: string
  readonly controlPlane:
    | { readonly state: 'connecting' }
    | {
        readonly state: 'connected'
        readonly url: string
        readonly host: { readonly id: string; readonly name: string }
      }
    | { readonly state: 'lost'; readonly reason: string }
    | { readonly state: 'refused'; readonly code: string; readonly message: string; readonly repair?: string }
  readonly edge:
    | { readonly state: 'none' }
    | { readonly state: 'starting' }
    | { readonly state: 'open'; readonly url: string }
    | { readonly state: 'failed'; readonly code?: string; readonly message: string; readonly repair?: string }
  readonly instances: number
}

export type StoppedEverything = {
  readonly instances: readonly string[]
  /** Those that had to be killed. */
  readonly killed: readonly string[]
  readonly edge: boolean
  /** What could not be stopped, for a person. */
  readonly failed: readonly string[]
}

export type DoorOptions = {
  readonly folder: string
  readonly status: () => AgentStatus | Promise<AgentStatus>
  /** Ends the agent after the answer. */
  readonly stop: () => void
  readonly stopEverything: () => Promise<StoppedEverything>
}

/** What the system takes as the path of a socket. */
const mostPathBytes = 103

/** In a folder of its own, because users that instances run as pass through the agent's. */
const socketOf = (folder: string): string => join(folder, 'door', 'agent.sock')

/** Only by who holds the folder's lock. @throws HoldfastError app.folder_too_deep */
export async function openDoor({ folder, status, stop, stopEverything }: DoorOptions): Promise<{ close(): void }> {
  const socket = socketOf(folder)
  if (Buffer.byteLength(socket) > mostPathBytes) {
    throw appError('app.folder_too_deep', `The path of the agent's folder is too long for a socket: ${socket}`, {
      place: folder,
      accepted: `at most ${mostPathBytes} bytes`,
      repair: 'choose a shorter folder with --data',
    })
  }
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 })
  rmSync(socket, { force: true })
  const server = createServer((incoming, outgoing) => {
    void answer(incoming, outgoing, async () => {
      switch (`${incoming.method} ${incoming.url}`) {
        case 'GET /status':
          return status()
        case 'POST /stop':
          outgoing.once('close', stop)
          return {}
        case 'POST /stop-everything':
          outgoing.once('close', stop)
          return stopEverything()
        default:
          throw new Error('there is nothing here')
      }
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
  return { close: () => closeNow(server) }
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, act: () => Promise<unknown>): Promise<void> {
  incoming.resume()
  try {
    outgoing.setHeader('content-type', 'application/json')
    outgoing.setHeader('connection', 'close')
    outgoing.end(JSON.stringify(await act()))
  } catch (error) {
    outgoing.statusCode = 500
    outgoing.end(JSON.stringify({ message: error instanceof Error ? error.message : String(error) }))
  }
}

function closeNow(server: Server): void {
  server.close()
  server.closeAllConnections()
}

/** How the agent of this folder is; undefined when none runs. */
export async function agentStatus(folder: string): Promise<AgentStatus | undefined> {
  return (await ask(folder, 'GET', '/status')) as AgentStatus | undefined
}

/** Ends the agent of this folder, not what runs, and returns when it has ended; false when none runs. */
export async function stopAgent(folder: string): Promise<boolean> {
  return (await toItsEnd(folder, '/stop')) !== undefined
}

/** The same with everything that runs. Undefined when none runs. */
export async function stopAgentAndEverything(folder: string): Promise<StoppedEverything | undefined> {
  return (await toItsEnd(folder, '/stop-everything')) as StoppedEverything | undefined
}

/** It answers first and ends then: who is told that it has ended may start the next one, or remove its folder. */
async function toItsEnd(folder: string, path: string): Promise<unknown> {
  const running = await agentStatus(folder)
  const answer = await ask(folder, 'POST', path)
  const endsAt = Date.now() + endsWithinMs
  while (running !== undefined && runsElsewhere(running.pid) && Date.now() < endsAt) await setTimeout(lookAgainMs)
  return answer
}

const endsWithinMs = 10_000
const lookAgainMs = 20

/** No process outlives itself to tell of it. */
function runsElsewhere(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch {
    // Nobody has this number any more.
    return false
  }
}

const nobody: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'])

/** Undefined when nobody is there. What answers is this version of this code, which the casts above rely on. */
function ask(folder: string, method: string, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: socketOf(folder), method, path, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (piece: string) => (text += piece))
      answer.once('error', reject)
      answer.once('end', () => {
        const body: unknown = JSON.parse(text)
        if (answer.statusCode === 200) resolve(body)
        else reject(appError('app.agent_failed', `The agent of ${folder} could not do it: ${text}`))
      })
    })
    call.once('error', (error: NodeJS.ErrnoException) => {
      if (nobody.has(error.code ?? '')) resolve(undefined)
      else reject(error)
    })
    call.end()
  })
}
