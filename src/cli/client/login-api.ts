/** What the CLI asks of a server to act as a person. */
import { z } from 'zod'
import { roles } from '../../access/index.ts'
import { parseAnswer, time } from './answers.ts'
import type { Http } from './http.ts'

const asked = z.object({ device: z.string(), code: z.string(), expiresAt: time })
const taken = z.object({
  ...{ id: z.string(), secret: z.string(), person: z.string(), expiresAt: time },
  grants: z.array(z.object({ role: z.enum(roles), project: z.string().optional(), config: z.string().optional() })),
})

export class LoginApi {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  async ask(name: string): Promise<z.infer<typeof asked>> {
    const answer = await this.#http.json({ method: 'POST', path: '/v1/logins', body: JSON.stringify({ name }) })
    return parseAnswer(this.#http.url, asked, answer)
  }

  /** Undefined while nobody has decided. */
  async take(device: string): Promise<z.infer<typeof taken> | undefined> {
    const call = { method: 'POST', path: '/v1/logins/token', body: JSON.stringify({ device }) } as const
    const answer = await this.#http.jsonIfAny(call)
    return answer === undefined ? undefined : parseAnswer(this.#http.url, taken, answer)
  }

  async revoke(id: string): Promise<void> {
    await this.#http.tell({ method: 'POST', path: `/v1/me/tokens/${encodeURIComponent(id)}/revoke`, body: '{}' })
  }
}
