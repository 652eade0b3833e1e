/** The verbs on hosts with the registry bound, as the server takes them. */
import * as host from '../host/index.ts'
import type { HostVerbs } from '../server/index.ts'

export function bindHostVerbs(registry: host.HostRegistry): HostVerbs {
  return {
    enrolHost: (actor, request) => host.enrolHost(registry, actor, request),
    listHosts: (actor) => host.listHosts(registry, actor),
    describeHost: (actor, named) => host.describeHost(registry, actor, named),
    drainHost: (actor, named) => host.drainHost(registry, actor, named),
    undrainHost: (actor, named) => host.undrainHost(registry, actor, named),
    removeHost: (actor, removal) => host.removeHost(registry, actor, removal),
    takeCommands: (actor, request, signal) => host.takeCommands(registry, actor, request, signal),
    reportOutcome: (actor, request) => host.reportOutcome(registry, actor, request),
  }
}
