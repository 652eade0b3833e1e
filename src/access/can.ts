/** Who may do what. Pure; asked by every verb before it does anything. */
import type { Actor as Author, Via } from '../audit/index.ts'
import { forbidden } from './errors.ts'
import { type Role, ruleOf, type Verb } from './verbs.ts'

/** Who acts. `role` is what a user's token or sign-in gave them; others have none. */
export type Actor = Author & { readonly role?: Role }

/** Everybody, where nobody is asked who they are (`--auth none`). */
export const anonymousAdmin = (via: Via): Actor => ({ type: 'user', id: 'anonymous', via, role: 'admin' })

/** What the verb is done to, as the reader of an error would name it: an ARN, an id. */
export type Thing = { readonly type: string; readonly id: string }

export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly mayDo: string }

/** `thing` is undefined for verbs on no thing yet in existence, such as a list or a creation. */
export function can(actor: Actor, verb: Verb, _thing?: Thing): Decision {
  const rule = ruleOf(verb)
  const allowed =
    actor.type === 'system' ||
    (actor.type === 'user' && actor.role !== undefined && rule.roles.includes(actor.role)) ||
    (actor.type !== 'user' && (rule.also ?? []).includes(actor.type))
  return allowed ? { allowed } : { allowed, mayDo: describe(rule.roles, rule.also ?? []) }
}

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

function describe(roles: readonly Role[], also: readonly string[]): string {
  return [...roles.map((role) => `users with the role ${role}`), ...also.map((type) => `actors of type ${type}`)].join(
    ', ',
  )
}
