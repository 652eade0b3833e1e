/** What the CLI asks of a server about people and groups. */
import { z } from 'zod'
import { type Grant, roles } from '../../access/index.ts'
import { parseAnswer, time } from './answers.ts'
import type { Http } from './http.ts'

const grants = z.array(z.object({ role: z.enum(roles), project: z.string().optional(), config: z.string().optional() }))

const person = z.object({
  id: z.string(),
  login: z.string(),
  name: z.string(),
  grants,
  groups: z.array(z.string()),
  createdAt: time,
  joinedAt: time.optional(),
  disabledAt: time.optional(),
  recoveryCodes: z.int(),
  // A server before passkeys says nothing of them.
  passkeys: z.int().default(0),
})
export type Person = z.infer<typeof person>

const join = z.object({ code: z.string(), expiresAt: time })
export type JoinCode = z.infer<typeof join>

const group = z.object({ name: z.string(), grants, members: z.array(z.string()) })
export type Group = z.infer<typeof group>

export type PersonChange = {
  readonly name?: string
  readonly grants?: readonly Grant[]
  readonly groups?: readonly string[]
  readonly disabled?: boolean
}

const at = (login: string): string => `/v1/people/${encodeURIComponent(login)}`

export class PeopleApi {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  async list(): Promise<readonly Person[]> {
    const answer = await this.#http.json({ path: '/v1/people' })
    return parseAnswer(this.#http.url, z.object({ items: z.array(person) }), answer).items
  }

  async add(request: PersonChange & { readonly login: string; readonly name: string }) {
    const call = { method: 'POST', path: '/v1/people', body: JSON.stringify(request) } as const
    return parseAnswer(this.#http.url, z.object({ person, join }), await this.#http.json(call))
  }

  async change(login: string, change: PersonChange): Promise<Person> {
    const call = { method: 'PUT', path: at(login), body: JSON.stringify(change) } as const
    return parseAnswer(this.#http.url, person, await this.#http.json(call))
  }

  async invite(login: string): Promise<JoinCode> {
    const call = { method: 'POST', path: `${at(login)}/invitations`, body: '{}' } as const
    return parseAnswer(this.#http.url, join, await this.#http.json(call))
  }

  async groups(): Promise<readonly Group[]> {
    const answer = await this.#http.json({ path: '/v1/groups' })
    return parseAnswer(this.#http.url, z.object({ items: z.array(group) }), answer).items
  }

  async setGroup(name: string, request: { readonly grants: readonly Grant[] }): Promise<Group> {
    const path = `/v1/groups/${encodeURIComponent(name)}`
    const call = { method: 'PUT', path, body: JSON.stringify(request) } as const
    return parseAnswer(this.#http.url, group, await this.#http.json(call))
  }

  async removeGroup(name: string): Promise<void> {
    await this.#http.tell({ method: 'DELETE', path: `/v1/groups/${encodeURIComponent(name)}` })
  }
}
