/** Who may do what. Pure; asked by every verb before it does anything. */
import type { Actor as Author, Via } from '../audit/index.ts'
import { forbidden } from './errors.ts'
import { covers, type Grant, type PlaceOfThing } from './grant.ts'
import { type Rule, ruleOf, type Verb } from './verbs.ts'

/** Who acts. `grants` is what a user's token or sign-in gave them; others have none. */
export type Actor = Author & {
  readonly grants?: readonly Grant[]
  /** Whose token or session it is: one person, whichever way they come. */
  readonly person?: string
  /** What let them in: the id of a session, or the hash of a token's secret. Looked up again by `requireStill()`. */
  readonly credential?: string
}

/** Everybody, where nobody is asked who they are (`--auth none`). */
export const anonymousAdmin = (via: Via): Actor => ({ type: 'user', id: 'anonymous', via, grants: [{ role: 'admin' }] })

/** What the verb is done to, as the reader of an error would name it: an ARN, an id. */
export type Thing = {
  readonly type: string
  readonly id: string
  /** Of what belongs to a place: grants may be bound to it. */
  readonly place?: PlaceOfThing
}

export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly mayDo: string }

/** `thing` is undefined for verbs on no thing yet in existence, such as a list or a creation. */
export function can(actor: Actor, verb: Verb, thing?: Thing): Decision {
  const rule = ruleOf(verb)
  const allowed = isAgent(actor) || rule.agent === true ? mayWork(actor, rule, thing) : isGranted(actor, rule, thing)
  return allowed ? { allowed } : { allowed, mayDo: describe(rule) }
}

function isGranted(actor: Actor, rule: Rule, thing: Thing | undefined): boolean {
  if (actor.type === 'system') return true
  if (actor.type === 'user' && rule.known === true) return true
  if (actor.type === 'user') return grantsFor(actor, rule).some((grant) => reaches(grant, rule, thing))
  return rule.also?.includes(actor.type) === true
}

const grantsFor = ({ grants = [] }: Actor, { roles }: Rule): readonly Grant[] =>
  grants.filter(({ role }) => roles.includes(role))

/** Asked without a thing, it is whether there is one anywhere: the verb asks again when it knows which, or shows only those. */
function reaches(grant: Grant, { reach }: Rule, thing: Thing | undefined): boolean {
  if (grant.project === undefined || reach === 'any') return true
  if (reach === 'everywhere') return false
  return thing === undefined || (thing.place !== undefined && covers(grant, thing.place))
}

/** Where an actor may do something with what belongs to places: everywhere, or only where these grants say. */
export type Reach = 'everywhere' | readonly Grant[]

/** For lists: of which places the actor sees anything. Of a verb whose `reach` is `place`. */
export function reachOf(actor: Actor, verb: Verb): Reach {
  if (actor.type !== 'user') return can(actor, verb).allowed ? 'everywhere' : []
  const grants = grantsFor(actor, ruleOf(verb))
  return grants.some(({ project }) => project === undefined) ? 'everywhere' : grants
}

export const isWithinReach = (reach: Reach, place: PlaceOfThing): boolean =>
  reach === 'everywhere' || reach.some((grant) => covers(grant, place))

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

function describe({ roles, reach, also = [], agent, known }: Rule): string {
  const where = reach === 'place' ? ' there' : reach === 'everywhere' ? ' everywhere' : ''
  return [
    ...(known === true
      ? ['every user']
      : roles.length === 0
        ? []
        : [`users with the role ${roles.join(' or ')}${where}`]),
    ...also.map((type) => `actors of type ${type}`),
    ...(agent === true ? ['the agent of this host'] : []),
  ].join(', ')
}
