/**
 * What keeper and worker say to each other, over Node's channel between parent and child. Both run the same version of this
 * code except while an update is rolled out, so members are only ever added.
 */
import type { DrainRequest, EdgeHappening, HealthStatus } from '../contract.ts'
import type { WireError } from '../errors.ts'
import type { LoadedSettings } from '../keeper/load-settings.ts'
import type { CompleteRoutes } from '../routes/parse-routes.ts'
import type { WorkerReport } from './report.ts'

/** Descriptors of the listening sockets in a worker and in a keeper that inherits them: from here on, in order of the listeners. */
export const firstDescriptor = 4

export type ToWorker =
  | {
      readonly kind: 'start'
      readonly settings: LoadedSettings
      readonly routes: CompleteRoutes | undefined
      readonly known: Readonly<Record<string, HealthStatus>>
      readonly withheld: readonly DrainRequest[]
    }
  | ({ readonly kind: 'ask'; readonly number: number } & Question)
  /** `forGood`: nobody comes after it, so it waits for no connection that is merely kept. */
  | { readonly kind: 'leave'; readonly withinMs?: number; readonly forGood?: true }

export type Question =
  | { readonly about: 'routes'; readonly routes: CompleteRoutes }
  | { readonly about: 'drain'; readonly request: DrainRequest }
  | { readonly about: 'report'; readonly windowsSince?: number }
  | { readonly about: 'reload'; readonly settings: LoadedSettings }

export type FromWorker =
  | { readonly kind: 'serving' }
  /** It cannot begin, and ends. */
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'answer'; readonly number: number; readonly outcome: Outcome }
  | { readonly kind: 'happening'; readonly happening: EdgeHappening }
  | { readonly kind: 'health'; readonly key: string; readonly health: HealthStatus }
  /** Every `pulseMs`: it is alive, and this is what dies with it. */
  | { readonly kind: 'pulse'; readonly connections: number; readonly inFlight: number }
  /** Its last words: everything it has counted. */
  | { readonly kind: 'left'; readonly report: WorkerReport }

export type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: WireError }

export const pulseMs = 1000
