/** Everything that can be asked of Holdfast, and who may ask it. A domain adds its verbs here, one line each. */
import type { ActorType } from '../audit/index.ts'
import { type Role, roles } from './grant.ts'

export type Rule = {
  /** Roles of a user. */
  readonly roles: readonly Role[]
  /**
   * How far the grant has to reach. `everywhere`: it must not be bound to a project. `place`: to the place of the thing. `any`: it may
   * be bound to anything; what is shown or changed is nobody's in particular, or the asker's own.
   */
  readonly reach: 'everywhere' | 'place' | 'any'
  /** Every user may, also one who may nothing else: it is about themselves. */
  readonly known?: true
  /** Actors without a role that may do it too: an execution (`machine`), a hook from outside (`inbound`). */
  readonly also?: readonly Exclude<ActorType, 'user' | 'system'>[]
  /** The one thing a host's agent may do, on its own host; nobody else may. */
  readonly agent?: true
}

const everyRole = roles
/** Who decides what there is, and who may what. */
const admins: Rule = { roles: ['admin'], reach: 'everywhere' }
/** About whoever asks, and nobody else. */
const oneself: Rule = { roles: everyRole, reach: 'any', known: true }
/** Seeing what is nobody's in particular. */
const signedIn: Rule = { roles: everyRole, reach: 'any' }
const readers: Rule = { roles: everyRole, reach: 'everywhere' }
/** What a running procedure may do on its own as well. */
const readersAndMachines: Rule = { ...readers, also: ['machine'] }
/** Who mends what runs. */
const responders: Rule = { roles: ['responder', 'admin'], reach: 'everywhere' }
const respondersAndMachines: Rule = { ...responders, also: ['machine'] }
/** Who ships to a place. */
const deployers: Rule = { roles: ['deployer', 'admin'], reach: 'place' }
/** What takes back or stops: whoever ships there, whoever responds, and an execution that answers an alert. */
const stoppers: Rule = { roles: ['deployer', 'responder', 'admin'], reach: 'place', also: ['machine'] }
const placeReaders: Rule = { roles: everyRole, reach: 'place', also: ['machine'] }
const ownAgent: Rule = { roles: [], reach: 'everywhere', agent: true }

export const verbs = {
  'machine.create': admins,
  'machine.update': admins,
  'machine.delete': admins,
  'machine.describe': readersAndMachines,
  'machine.list': readersAndMachines,
  'machine.validate': { ...signedIn, also: ['machine'] },
  'machine.rehearse': readersAndMachines,
  // It may call what the state's Task names.
  'state.test': admins,
  'machine.publish': admins,
  'version.list': readersAndMachines,
  'version.delete': admins,
  'alias.create': admins,
  'alias.update': admins,
  'alias.delete': admins,
  'alias.describe': readersAndMachines,
  'alias.list': readersAndMachines,

  'activity.create': admins,
  'activity.delete': admins,
  'activity.describe': readersAndMachines,
  'activity.list': readersAndMachines,
  'activity.work': admins,

  'resource.tag': admins,
  'resource.untag': admins,
  'resource.listTags': readersAndMachines,

  'execution.start': respondersAndMachines,
  'execution.stop': respondersAndMachines,
  'execution.redrive': respondersAndMachines,
  // With data of one's own: a person's decision.
  'execution.continue': responders,
  'execution.describe': readersAndMachines,
  'execution.list': readersAndMachines,
  'execution.history': readersAndMachines,
  'execution.watch': readersAndMachines,

  'map_run.describe': readersAndMachines,
  'map_run.list': readersAndMachines,
  'map_run.update': responders,

  'task.succeed': respondersAndMachines,
  'task.fail': respondersAndMachines,
  'task.heartbeat': respondersAndMachines,

  'token.own': signedIn,
  'passkey.own': oneself,
  'token.create': admins,
  'token.list': admins,
  'token.revoke': admins,
  'token.rotate': admins,

  'person.add': admins,
  'person.change': admins,
  'person.invite': admins,
  'person.list': admins,
  'group.set': admins,
  'group.remove': admins,

  'connection.add': admins,
  'connection.list': admins,
  'connection.remove': admins,
  // Sees in a test of a state what a connection sends.
  'connection.reveal': admins,

  'session.invite': signedIn,
  'session.describe': oneself,
  'session.end': oneself,
  'session.own': oneself,
  'session.list': admins,
  'session.revoke': admins,

  'trail.read': readers,
  // That something happened, and to whom sees everything: to what.
  'trail.follow': signedIn,
  'trail.verify': readers,
  'trail.export': readers,

  'key.add': admins,
  'key.list': { ...readers, reach: 'any' },
  'key.revoke': admins,

  'lock.acquire': { roles: ['deployer', 'responder', 'admin'], reach: 'place' },
  'lock.release': { roles: ['deployer', 'responder', 'admin'], reach: 'place' },
  'lock.break': { roles: ['responder', 'admin'], reach: 'place' },
  'lock.list': placeReaders,

  'deploy.start': deployers,
  'deploy.plan': { ...deployers, also: ['machine'] },
  'deploy.halt': stoppers,
  'deploy.pause': stoppers,
  'deploy.resume': deployers,
  'deploy.retry': deployers,
  'deploy.rollback': stoppers,
  'deploy.read': placeReaders,
  'deploy.break_glass': { roles: ['responder', 'admin'], reach: 'place' },
  'approval.decide': { roles: ['approver', 'admin'], reach: 'place' },
  'place.protect': { roles: ['admin'], reach: 'place' },
  'logs.read': { roles: ['deployer', 'responder', 'admin'], reach: 'place', also: ['machine'] },

  'host.enrol': admins,
  'host.list': readersAndMachines,
  'host.describe': readersAndMachines,
  'host.drain': responders,
  'host.undrain': responders,
  'host.remove': admins,
  'host.work': ownAgent,
  'host.report': ownAgent,

  'platform.describe': { ...signedIn, also: ['machine'] },
  'platform.metrics': readersAndMachines,
  'platform.stop': admins,
  'platform.rotate_keys': admins,
} as const satisfies Record<`${string}.${string}`, Rule>

export type Verb = keyof typeof verbs

export function ruleOf(verb: Verb): Rule {
  return verbs[verb]
}
