/** What is done to the place that is deployed to, and how it stands before and after. */
import { z } from 'zod'
import type { PlainJson } from '../../../src/audit/index.ts'
import { signRelease } from '../../../src/deploy/index.ts'
import { digestTree } from '../../../src/host/index.ts'
import { eventually, privateKey, type System } from './system.ts'

export const operations = ['update', 'one-box', 'failing update', 'halt', 'rollback', 'return'] as const
export type Operation = (typeof operations)[number]

export const place = { project: 'acme/shop', config: 'production' } as const
const placePath = 'GET /v1/places/acme%2Fshop/production'

const fleet = z.looseObject({ fleet: z.string(), releaseId: z.string() }).nullable()
const placeSchema = z.looseObject({
  serving: fleet,
  warm: fleet,
  underWay: z.looseObject({ id: z.string(), state: z.string() }).nullable(),
  history: z.array(
    z.looseObject({
      ...{ id: z.string(), kind: z.string(), status: z.string(), fleet: z.string(), releaseId: z.string() },
      diagnosis: z.looseObject({ state: z.string(), what: z.string() }).nullish(),
    }),
  ),
})
export type PlaceNow = z.output<typeof placeSchema>

export const placeNow = async (system: System): Promise<PlaceNow> =>
  placeSchema.parse((await system.call(placePath)).body)

/** Broken in one of these ways: it may be seen, but is never to stay. */
const ills = ['never-healthy', 'crash-loop', 'wrong-release', 'fades'] as const

export class Releases {
  readonly #system: System
  #versions = 0
  #sha256 = ''
  /** Each is newer than the one before, however fast they come. */
  #newest = Date.now() - 3_600_000
  /** What answers of a fleet's instances name, by release. */
  readonly versionOf = new Map<string, string>()

  constructor(system: System) {
    this.#system = system
  }

  async begin(): Promise<void> {
    const limits = { bytes: 1e9, files: 1e6 }
    const { sha256 } = await digestTree({ from: this.#system.artifact, exclude: new Set(['.git']), limits })
    this.#sha256 = sha256
  }

  next(operation: 'update' | 'one-box' | 'failing update' | 'halt', random: () => number) {
    const version = `v${++this.#versions}`
    this.#newest += 1000
    const ill = ills[Math.floor(random() * ills.length)] ?? 'fades'
    const behaviour = operation === 'failing update' ? ill : 'good'
    const isOneBox = operation === 'one-box' || (operation === 'failing update' && random() < 0.5)
    const build = random() < 0.3 ? { build: { command: 'echo built > built.txt' } } : {}
    return signRelease(privateKey, {
      ...place,
      target: 'process',
      artifact: { folder: this.#system.artifact, sha256: this.#sha256, ...build },
      services: this.#services(version, behaviour),
      strategy: { kind: isOneBox ? 'one-box' : 'all-at-once', bake: { for: ill === 'fades' ? '3s' : '400ms' } },
      timeout: behaviour === 'good' ? '3m' : '15s',
      createdAt: new Date(this.#newest).toISOString(),
      metadata: { version },
    })
  }

  #services(version: string, behaviour: string): PlainJson {
    const command = [process.execPath, 'application.mjs']
    return {
      web: {
        ...{ instances: 2, command, environment: { VERSION: version, BEHAVIOUR: behaviour } },
        health: { kind: 'http', path: '/healthz', interval: '50ms' },
        route: { hosts: ['*'], timeouts: { drain: '2s' } },
        restart: { firstDelay: '50ms' },
        stop: { kill: '5s' },
      },
      mail: {
        ...{ instances: 1, command, queueWorker: true, health: { kind: 'staying-up', for: '200ms' } },
        stop: { kill: '5s' },
      },
    }
  }
}

/** Which of them can be done to the place as it is. */
export function possible({ serving, warm, history }: PlaceNow): readonly Operation[] {
  if (serving === null) return ['update']
  return operations.filter((operation) => {
    if (operation === 'rollback') return warm !== null
    return operation !== 'return' || olderRelease({ serving, warm, history }) !== undefined
  })
}

/** Was in charge once, and is neither in charge nor warm. */
function olderRelease({ serving, warm, history }: Pick<PlaceNow, 'serving' | 'warm' | 'history'>): string | undefined {
  const here = new Set([serving?.releaseId, warm?.releaseId])
  return history.find(
    ({ status, kind, releaseId }) => status === 'succeeded' && kind === 'deploy' && !here.has(releaseId),
  )?.releaseId
}

/**
 * Begins it. A control plane that dies with the question may have begun all the same: whoever asks again is told, or told
 * that the release is known, and the place shows it.
 */
export async function begin(
  system: System,
  releases: Releases,
  { operation, before, random }: { operation: Operation; before: PlaceNow; random: () => number },
): Promise<string | undefined> {
  if (operation === 'rollback' || operation === 'return') {
    const to = operation === 'return' ? { to: olderRelease(before) } : {}
    const { status, text, asked } = await system.call('POST /v1/rollbacks', { ...place, ...to })
    return status < 300 || asked > 1 ? undefined : `${operation} was refused: ${text}`
  }
  const { status, text, body, asked } = await system.call('POST /v1/deployments', releases.next(operation, random))
  if (status >= 300) return asked > 1 ? undefined : `${operation} was refused: ${text}`
  if (operation !== 'halt') return undefined
  const { id } = z.looseObject({ id: z.string() }).parse(body)
  await new Promise((resolve) => setTimeout(resolve, random() * 1500))
  // It may have ended meanwhile: then nothing is to be halted, and that is told.
  await system.call(`POST /v1/deployments/${id}/halt`, { reason: 'the soak' })
  return undefined
}

/** When nothing is under way any more. */
export async function ended(system: System): Promise<PlaceNow | undefined> {
  return eventually(async () => {
    const now = await placeNow(system)
    return now.underWay === null ? now : undefined
  })
}
