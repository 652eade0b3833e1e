/** What the CLI asks of a server about tokens, and about who is signed in to the console. */
import { z } from 'zod'
import { type Grant, roles } from '../../access/index.ts'
import { parseAnswer, time } from './answers.ts'
import type { Http } from './http.ts'

const token = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(['good', 'over', 'revoked']),
  actor: z.object({ type: z.enum(['user', 'machine']), id: z.string() }),
  grants: z
    .array(z.object({ role: z.enum(roles), project: z.string().optional(), config: z.string().optional() }))
    .optional(),
  madeBy: z.object({ type: z.string(), id: z.string(), name: z.string().optional() }).optional(),
  oneWith: z.array(z.object({ id: z.string(), name: z.string() })).optional(),
  createdAt: time,
  lastUsedAt: time.optional(),
  expiresAt: time.optional(),
  revokedAt: time.optional(),
})
export type Token = z.infer<typeof token>

const madeToken = z.object({
  token,
  secret: z.string(),
  awsKey: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }).optional(),
})
export type MadeToken = z.infer<typeof madeToken>

const session = z.object({
  id: z.string(),
  holder: z.object({ id: z.string(), name: z.string() }),
  createdAt: time,
  expiresAt: time,
  lastUsedAt: time.optional(),
  userAgent: z.string().optional(),
  isCurrent: z.boolean(),
})
export type Session = z.infer<typeof session>

const ciRule = z.object({
  issuer: z.string(),
  url: z.string(),
  audience: z.string(),
  claims: z.record(z.string(), z.array(z.string())),
  grants: z.array(z.object({ role: z.enum(roles), project: z.string().optional(), config: z.string().optional() })),
})
export type CiRule = z.infer<typeof ciRule>

const rotatedKeys = z.object({
  key: z.string(),
  sealed: z.int(),
  unreadable: z.int(),
  dropped: z.array(z.string()),
})
export type RotatedKeys = z.infer<typeof rotatedKeys>

export class AccessApi {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  async tokens(): Promise<readonly Token[]> {
    const answer = await this.#http.json({ path: '/v1/tokens' })
    return parseAnswer(this.#http.url, z.object({ items: z.array(token) }), answer).items
  }

  async addToken(request: {
    readonly name: string
    readonly grants: readonly Grant[]
    readonly expiresAt?: string
    readonly awsKey?: true
  }): Promise<MadeToken> {
    const call = { method: 'POST', path: '/v1/tokens', body: JSON.stringify(request) } as const
    return parseAnswer(this.#http.url, madeToken, await this.#http.json(call))
  }

  async rotateToken(id: string, { overlapMs, own }: { readonly overlapMs: number; readonly own: boolean }) {
    const path = `${own ? '/v1/me/tokens' : '/v1/tokens'}/${encodeURIComponent(id)}/rotate`
    const answer = await this.#http.json({ method: 'POST', path, body: JSON.stringify({ overlapMs }) })
    return parseAnswer(this.#http.url, z.object({ token, secret: z.string(), formerUntil: time }), answer)
  }

  async revokeToken(id: string): Promise<void> {
    await this.#http.tell({ method: 'POST', path: `/v1/tokens/${encodeURIComponent(id)}/revoke`, body: '{}' })
  }

  async ciRules(): Promise<readonly CiRule[]> {
    const answer = await this.#http.json({ path: '/v1/ci/rules' })
    return parseAnswer(this.#http.url, z.object({ items: z.array(ciRule) }), answer).items
  }

  async rotateKeys(): Promise<RotatedKeys> {
    const call = { method: 'POST', path: '/v1/secrets/rotate', body: '{}' } as const
    return parseAnswer(this.#http.url, rotatedKeys, await this.#http.json(call))
  }

  async sessions({ own }: { readonly own: boolean }): Promise<readonly Session[]> {
    const answer = await this.#http.json({ path: own ? '/v1/me/sessions' : '/v1/sessions' })
    return parseAnswer(this.#http.url, z.object({ items: z.array(session) }), answer).items
  }

  async endSession(id: string, { own }: { readonly own: boolean }): Promise<void> {
    const one = encodeURIComponent(id)
    const path = own ? `/v1/me/sessions/${one}/end` : `/v1/sessions/${one}/revoke`
    await this.#http.tell({ method: 'POST', path, body: '{}' })
  }

  /** Of whoever asks: a command line has none of its own, so it is all of them. */
  async endOwnSessions(): Promise<number> {
    const call = { method: 'POST', path: '/v1/me/sessions/end-others', body: '{}' } as const
    return parseAnswer(this.#http.url, z.object({ ended: z.int() }), await this.#http.json(call)).ended
  }
}
