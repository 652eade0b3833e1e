/** What the CLI asks of a server about the runs of distributed Maps. */
import { z } from 'zod'
import { maybe, pageOf, parseAnswer, time } from './answers.ts'
import type { Page } from './api.ts'
import type { Http } from './http.ts'

const summary = z.object({
  arn: z.string(),
  execution: z.string(),
  machine: z.string(),
  startedAt: time,
  stoppedAt: maybe(time),
})
const counts = z.object({
  pending: z.int(),
  running: z.int(),
  succeeded: z.int(),
  failed: z.int(),
  timedOut: z.int(),
  aborted: z.int(),
  total: z.int(),
  resultsWritten: z.int(),
  failuresNotRedrivable: maybe(z.int()),
  pendingRedrive: maybe(z.int()),
})
const mapRun = summary.extend({
  status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'ABORTED']),
  maxConcurrency: z.int(),
  toleratedFailureCount: z.int(),
  toleratedFailurePercentage: z.number(),
  items: counts,
  executions: counts,
  redriveCount: z.int().default(0),
  redrivenAt: maybe(time),
  stillReading: maybe(z.boolean()),
  error: maybe(z.string()),
  cause: maybe(z.string()),
})

export type MapRunSummary = z.infer<typeof summary>
export type MapRun = z.infer<typeof mapRun>
type PageQuery = { readonly limit?: number | undefined; readonly cursor?: string | undefined }

export class MapRunApi {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  /** Of one execution, the newest first. */
  async list(execution: string, query: PageQuery): Promise<Page<MapRunSummary>> {
    const path = `/v1/executions/${encodeURIComponent(execution)}/map-runs`
    return parseAnswer(this.#http.url, pageOf(summary), await this.#http.json({ path, query }))
  }

  async describe(arn: string): Promise<MapRun> {
    const path = `/v1/map-runs/${encodeURIComponent(arn)}`
    return parseAnswer(this.#http.url, mapRun, await this.#http.json({ path }))
  }
}
