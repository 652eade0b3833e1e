/** Who may do what. Pure; asked by every verb before it does anything. */
import type { Actor as Author, Via } from '../audit/index.ts'
import { forbidden } from './errors.ts'
import { type Role, type Rule, ruleOf, type Verb } from './verbs.ts'

/** Who acts. `role` is what a user's token or sign-in gave them; others have none. */
export type Actor = Author & { readonly role?: Role }

/** Everybody, where nobody is asked who they are (`--auth none`). */
export const anonymousAdmin = (via: Via): Actor => ({ type: 'user', id: 'anonymous', via, role: 'admin' })

/** What the verb is done to, as the reader of an error would name it: an ARN, an id. */
export type Thing = { readonly type: string; readonly id: string }

export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly mayDo: string }

/** `thing` is undefined for verbs on no thing yet in existence, such as a list or a creation. */
export function can(actor: Actor, verb: Verb, thing?: Thing): Decision {
  const rule = ruleOf(verb)
  const allowed = isAgent(actor) || rule.agent === true ? mayWork(actor, rule, thing) : isGranted(actor, rule)
  return allowed ? { allowed } : { allowed, mayDo: describe(rule) }
}

function isGranted(actor: Actor, { roles, also = [] }: Rule): boolean {
  if (actor.type === 'system') return true
  if (actor.type === 'user') return actor.role !== undefined && roles.includes(actor.role)
  return also.includes(actor.type)
}

/** What ids of hosts begin with. */
export const hostIdPrefix = 'hst_'

/** The machines that come with a token are hosts' agents; the others are executions, named by an ARN. */
const isAgent = ({ type, id }: Actor): boolean => type === 'machine' && id.startsWith(hostIdPrefix)

/** Asked without a thing, it is whether there is one: the verb asks again when it knows which. */
const mayWork = (actor: Actor, { agent }: Rule, thing: Thing | undefined): boolean =>
  agent === true && isAgent(actor) && (thing === undefined || (thing.type === 'host' && thing.id === actor.id))

/** @throws HoldfastError access.forbidden, naming who may */
export function requirePermission(actor: Actor, verb: Verb, thing?: Thing): void {
  const decision = can(actor, verb, thing)
  if (decision.allowed) return
  throw forbidden(
    `${actor.type} ${actor.id}`,
    verb,
    thing === undefined ? undefined : `${thing.type} ${thing.id}`,
    decision.mayDo,
  )
}

function describe({ roles, also = [], agent }: Rule): string {
  return [
    ...roles.map((role) => `users with the role ${role}`),
    ...also.map((type) => `actors of type ${type}`),
    ...(agent === true ? ['the agent of this host'] : []),
  ].join(', ')
}
