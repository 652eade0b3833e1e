/**
 * What whoever is signed in may do, so that the rest is not offered. It is a courtesy: the server decides. The rules are those of
 * src/access for what the console offers; a test holds them equal. Pure.
 */
import type { SignedIn } from './generated.ts'

export type Grant = SignedIn['grants'][number]
export type Role = Grant['role']
type Place = { readonly project: string; readonly config: string }
type Rule = { readonly roles: readonly Role[]; readonly reach: 'everywhere' | 'place' | 'any' }

export const roles = ['viewer', 'deployer', 'approver', 'responder', 'admin'] as const satisfies readonly Role[]

const admins: Rule = { roles: ['admin'], reach: 'everywhere' }
const readers: Rule = { roles, reach: 'everywhere' }
const stoppers: Rule = { roles: ['deployer', 'responder', 'admin'], reach: 'place' }
const deployers: Rule = { roles: ['deployer', 'admin'], reach: 'place' }

export const rules = {
  'machine.list': readers,
  'execution.list': readers,
  'execution.history': readers,
  'host.list': readers,
  'trail.read': readers,
  'token.list': admins,
  'key.list': { roles, reach: 'any' },
  'key.add': admins,
  'session.list': admins,
  'connection.list': admins,
  'person.list': admins,
  'lock.list': { roles, reach: 'place' },
  'lock.acquire': stoppers,
  'lock.release': stoppers,
  'lock.break': { roles: ['responder', 'admin'], reach: 'place' },
  'deploy.read': { roles, reach: 'place' },
  'deploy.halt': stoppers,
  'deploy.pause': stoppers,
  'deploy.resume': deployers,
  'deploy.retry': deployers,
  'deploy.rollback': stoppers,
  'deploy.break_glass': { roles: ['responder', 'admin'], reach: 'place' },
  'approval.decide': { roles: ['approver', 'admin'], reach: 'place' },
  'place.protect': { roles: ['admin'], reach: 'place' },
  'logs.read': stoppers,
} as const satisfies Record<string, Rule>

export type MayVerb = keyof typeof rules

/** Without a place: whether it may be done anywhere at all. */
export function may(grants: readonly Grant[], verb: MayVerb, place?: Place): boolean {
  const { roles: allowed, reach }: Rule = rules[verb]
  return grants
    .filter(({ role }) => allowed.includes(role))
    .some((grant) => grant.project === undefined || reach === 'any' || (reach === 'place' && covers(grant, place)))
}

const covers = ({ project, config }: Grant, place: Place | undefined): boolean =>
  place === undefined || (project === place.project && (config === undefined || config === place.config))

export type May = (verb: MayVerb, place?: Place) => boolean
