/**
 * What whoever is signed in may do, so that the rest is not offered. It is a courtesy: the server decides. The rules are those of
 * src/access for what the console offers; a test holds them equal. Pure.
 *
 * Rooms, tabs and entries of the palette that somebody may not use are not there. What can be done in a room that they see stands
 * there for everybody, and says which role it needs (parts/may-button.tsx): so they know that it can be done, and by whom.
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
const responders: Rule = { roles: ['responder', 'admin'], reach: 'everywhere' }

export const rules = {
  'machine.list': readers,
  'machine.create': admins,
  'machine.update': admins,
  'machine.publish': admins,
  'state.test': admins,
  'execution.list': readers,
  'execution.history': readers,
  'execution.start': responders,
  'execution.stop': responders,
  'execution.redrive': responders,
  'execution.continue': responders,
  'host.list': readers,
  'host.enrol': admins,
  'host.drain': responders,
  'host.undrain': responders,
  'host.remove': admins,
  'trail.read': readers,
  'token.list': admins,
  'key.list': { roles, reach: 'any' },
  'key.add': admins,
  'key.revoke': admins,
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

/** What somebody has not, and would need. */
export type Lack = {
  readonly roles: readonly Role[]
  readonly place: Place | undefined
  /** They have one of these roles, but for one project, where it has to be for everything. */
  readonly isBound: boolean
}

/** Undefined: nothing is lacking. */
export function lackOf(grants: readonly Grant[], verb: MayVerb, place?: Place): Lack | undefined {
  if (may(grants, verb, place)) return undefined
  const { roles: wanted, reach }: Rule = rules[verb]
  const isBound = reach === 'everywhere' && grants.some(({ role }) => wanted.includes(role))
  return { roles: wanted, place: reach === 'place' ? place : undefined, isBound }
}

/** What an admin would type to give it: the least of the roles that suffice. Undefined where it is nobody in particular. */
export function commandToGive(
  { roles: [least = 'viewer'], place }: Lack,
  login: string | undefined,
): string | undefined {
  if (login === undefined) return undefined
  const where = place === undefined ? '' : `@${place.project}/${place.config}`
  return `holdfast people set ${login} --also-may ${least}${where}`
}

export type May = (verb: MayVerb, place?: Place) => boolean
