/** Requests to each instance of the new version, past the balancer, before anybody else's reach it. */
import type { z } from 'zod'
import { parseDuration } from '../../base/index.ts'
import { type TaskContext, TaskFailure } from '../../engine/index.ts'
import type { InstancePlace } from '../deployer.ts'
import { fleetOf } from '../deployment/describe.ts'
import { requireDeployment } from '../deployment/rows.ts'
import type { HookWorld } from './procedures.ts'
import type { smokeInput, SmokeRequest } from './schemas.ts'

/** The part of the platform's `fetch` that is used. */
export type Fetch = (
  url: string,
  init: {
    readonly method: string
    readonly headers: Record<string, string>
    readonly body?: string
    readonly redirect: 'manual'
    readonly signal: AbortSignal
  },
) => Promise<Response>

export type SmokeHook = z.output<typeof smokeInput> & { readonly deployment: string }
export type SmokeReport = { readonly instances: number; readonly requests: number }

/** How many instances are asked at the same time. */
const together = 10
/** Of an answer's body, for `contains`. */
const mostBytes = 1_048_576
const shown = 200

/** @throws TaskFailure SmokeFailed with everything that was not as it should be, NoInstances */
export async function smoke(
  { deploys, fetch }: HookWorld,
  context: TaskContext,
  hook: SmokeHook,
): Promise<SmokeReport> {
  const { read } = deploys.store
  const { fleet } = requireDeployment(read, hook.deployment)
  const asked = fleetOf(deploys, read, fleet).instances.filter(
    ({ service, url }) => url !== undefined && (hook.services?.includes(service) ?? true),
  )
  // Nothing that was asked is nothing that was shown.
  if (asked.length === 0) throw new TaskFailure('NoInstances', 'no instance with an address is there to be asked')
  const faults: string[] = []
  for (let i = 0; i < asked.length; i += together) {
    const round = asked.slice(i, i + together).map((place) => faultsOf(place, { hook, deploys, fetch, context, fleet }))
    faults.push(...(await Promise.all(round)).flat())
  }
  if (faults.length === 0) return { instances: asked.length, requests: asked.length * hook.requests.length }
  const more = faults.length > 10 ? `; and ${faults.length - 10} more` : ''
  throw new TaskFailure('SmokeFailed', `${faults.slice(0, 10).join('; ')}${more}`)
}

type Asking = Pick<HookWorld, 'fetch' | 'deploys'> & {
  readonly hook: SmokeHook
  readonly context: TaskContext
  readonly fleet: string
}

/** One after the other: they may build upon each other. */
async function faultsOf(place: InstancePlace, { hook, ...asking }: Asking): Promise<readonly string[]> {
  const faults: string[] = []
  for (const request of hook.requests) {
    const fault = await faultOf(place, request, asking)
    if (fault !== undefined) faults.push(`${place.instance}: ${request.method} ${request.path}: ${fault}`)
  }
  return faults
}

async function faultOf(
  { url = '' }: InstancePlace,
  request: SmokeRequest,
  { deploys: { clock }, fetch, context, fleet }: Omit<Asking, 'hook'>,
): Promise<string | undefined> {
  const { path, method, headers, body, timeout } = request
  const late = new AbortController()
  const cancel = clock.alarm(clock.now() + parseDuration(timeout), () => late.abort())
  const signal = AbortSignal.any([context.signal, late.signal])
  try {
    const init = { method, headers, redirect: 'manual', signal, ...(body === undefined ? {} : { body }) } as const
    const answer = await fetch(`${url.replace(/\/$/, '')}${path}`, init)
    return await wrongIn(answer, request, fleet)
  } catch (error) {
    context.signal.throwIfAborted()
    if (signal.aborted) return `no answer within ${timeout}`
    return error instanceof Error ? reasonOf(error) : String(error)
  } finally {
    cancel()
  }
}

/** `fetch failed` hides what failed. */
const reasonOf = ({ message, cause }: Error): string => (cause instanceof Error ? cause.message : message)

async function wrongIn(
  answer: Response,
  { status, contains }: SmokeRequest,
  fleet: string,
): Promise<string | undefined> {
  const [lowest, highest] = typeof status === 'number' ? [status, status] : status
  const echo = answer.headers.get('x-release-id')
  const text = await bodyOf(answer)
  if (echo !== null && echo !== fleet) return `another release answered: ${echo}`
  if (answer.status < lowest || answer.status > highest) {
    const wanted = lowest === highest ? `${lowest}` : `${lowest} to ${highest}`
    return `status ${answer.status}, expected ${wanted}${text === '' ? '' : ` (${text.slice(0, shown)})`}`
  }
  if (contains === undefined || text.includes(contains)) return undefined
  return `the body does not hold ${JSON.stringify(contains)}: ${text.slice(0, shown)}`
}

/** As much of it as is looked at. */
async function bodyOf({ body }: Response): Promise<string> {
  if (body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > mostBytes) break
  }
  return text
}
