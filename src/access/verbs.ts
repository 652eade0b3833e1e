/** Everything that can be asked of Holdfast, and who may ask it. A domain adds its verbs here, one line each. */
import type { ActorType } from '../audit/index.ts'

/** What a person or token may do as a whole. More roles come with people and teams. */
export const roles = ['admin'] as const
export type Role = (typeof roles)[number]

export type Rule = {
  /** Roles of a user. */
  readonly roles: readonly Role[]
  /** Actors without a role that may do it too: an execution (`machine`), a hook from outside (`inbound`). */
  readonly also?: readonly Exclude<ActorType, 'user' | 'system'>[]
  /** The one thing a host's agent may do, on its own host; nobody else may. */
  readonly agent?: true
}

const admins: Rule = { roles: ['admin'] }
/** What a running procedure may do on its own. */
const adminsAndMachines: Rule = { roles: ['admin'], also: ['machine'] }
const ownAgent: Rule = { roles: [], agent: true }

export const verbs = {
  'machine.create': admins,
  'machine.update': admins,
  'machine.delete': admins,
  'machine.describe': adminsAndMachines,
  'machine.list': adminsAndMachines,
  'machine.validate': adminsAndMachines,
  // It may call what the state's Task names.
  'state.test': admins,
  'machine.publish': admins,
  'version.list': adminsAndMachines,
  'version.delete': admins,
  'alias.create': admins,
  'alias.update': admins,
  'alias.delete': admins,
  'alias.describe': adminsAndMachines,
  'alias.list': adminsAndMachines,

  'activity.create': admins,
  'activity.delete': admins,
  'activity.describe': adminsAndMachines,
  'activity.list': adminsAndMachines,
  'activity.work': admins,

  'resource.tag': admins,
  'resource.untag': admins,
  'resource.listTags': adminsAndMachines,

  'execution.start': adminsAndMachines,
  'execution.stop': adminsAndMachines,
  'execution.redrive': adminsAndMachines,
  'execution.describe': adminsAndMachines,
  'execution.list': adminsAndMachines,
  'execution.history': adminsAndMachines,
  'execution.watch': adminsAndMachines,

  'map_run.describe': adminsAndMachines,
  'map_run.list': adminsAndMachines,
  'map_run.update': admins,

  'task.succeed': adminsAndMachines,
  'task.fail': adminsAndMachines,
  'task.heartbeat': adminsAndMachines,

  'token.create': admins,
  'token.list': admins,
  'token.revoke': admins,

  'connection.add': admins,
  'connection.list': admins,
  'connection.remove': admins,
  // Sees in a test of a state what a connection sends.
  'connection.reveal': admins,

  'session.invite': admins,
  'session.describe': admins,
  'session.end': admins,

  'trail.read': admins,
  'trail.verify': admins,
  'trail.export': admins,

  'key.add': admins,
  'key.list': admins,
  'key.revoke': admins,

  'lock.acquire': admins,
  'lock.release': admins,
  'lock.break': admins,
  'lock.list': adminsAndMachines,

  'deploy.start': admins,
  'deploy.plan': adminsAndMachines,
  // What takes back or stops: an execution that answers an alert may do it.
  'deploy.halt': adminsAndMachines,
  'deploy.pause': adminsAndMachines,
  'deploy.resume': admins,
  'deploy.retry': admins,
  'deploy.rollback': adminsAndMachines,
  'deploy.read': adminsAndMachines,
  'logs.read': adminsAndMachines,

  'host.enrol': admins,
  'host.list': adminsAndMachines,
  'host.describe': adminsAndMachines,
  'host.drain': admins,
  'host.undrain': admins,
  'host.remove': admins,
  'host.work': ownAgent,
  'host.report': ownAgent,

  'platform.describe': adminsAndMachines,
  'platform.metrics': adminsAndMachines,
  'platform.stop': admins,
} as const satisfies Record<`${string}.${string}`, Rule>

export type Verb = keyof typeof verbs

export function ruleOf(verb: Verb): Rule {
  return verbs[verb]
}
