/** What the CLI asks of a server about agreeing to deployments, and about who asks. */
import { z } from 'zod'
import { roles } from '../../access/index.ts'
import { parseAnswer } from './answers.ts'
import type { Http } from './http.ts'

const protection = z.object({ approvals: z.int(), livesMs: z.int() }).nullable()
export type Protection = z.infer<typeof protection>

const planned = z.object({ hash: z.string(), text: z.string() })
export type PlannedText = z.infer<typeof planned>

const signedIn = z.object({
  actor: z.object({ type: z.string(), id: z.string(), name: z.string().optional() }),
  grants: z.array(z.object({ role: z.enum(roles), project: z.string().optional(), config: z.string().optional() })),
})
export type WhoIsIt = z.infer<typeof signedIn>

const at = (id: string): string => `/v1/deployments/${encodeURIComponent(id)}`

export class ApprovalApi {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  /** What a deployment is going to do, as people read it. */
  async planOf(id: string): Promise<PlannedText> {
    return parseAnswer(this.#http.url, planned, await this.#http.json({ path: `${at(id)}/plan` }))
  }

  async vote(id: string, vote: { plan: string; verdict: 'approve' | 'refuse'; reason?: string }): Promise<void> {
    await this.#http.tell({ method: 'POST', path: `${at(id)}/votes`, body: JSON.stringify(vote) })
  }

  async breakGlass(id: string, reason: string): Promise<void> {
    await this.#http.tell({ method: 'POST', path: `${at(id)}/break-glass`, body: JSON.stringify({ reason }) })
  }

  async review(id: string, note: string): Promise<void> {
    await this.#http.tell({ method: 'POST', path: `${at(id)}/review`, body: JSON.stringify({ note }) })
  }

  async protect(project: string, config: string, request: { approvals: number; within?: string }): Promise<Protection> {
    const path = `/v1/places/${encodeURIComponent(project)}/${encodeURIComponent(config)}/protection`
    const call = { method: 'PUT', path, body: JSON.stringify(request) } as const
    return parseAnswer(this.#http.url, z.object({ protection }), await this.#http.json(call)).protection
  }

  async whoAmI(): Promise<WhoIsIt> {
    return parseAnswer(this.#http.url, signedIn, await this.#http.json({ path: '/v1/session' }))
  }
}
