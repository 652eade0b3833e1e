/** Where the parts of a fleet are: for people, smoke tests, and commands in its working copies. Reads nothing but memory. */
import type { PlainJson } from '../../../audit/index.ts'
import type { HostView } from '../../../host/index.ts'
import type { Fleet, FleetDescription, InstancePlace, ServiceAddress, WorkingCopyPlace } from '../../deployer.ts'
import type { HostCaller } from './host-caller.ts'
import { instancesOf, nameOf } from './instances.ts'
import type { ProcessService } from './schemas.ts'

export function describeFleet(caller: HostCaller, fleet: Fleet<ProcessService>): FleetDescription {
  const hosts = new Map(caller.hosts.list().map((host) => [host.name, host]))
  return {
    instances: instancesOf(fleet).map((one): InstancePlace => {
      const { service, host, port } = one
      const url = port === undefined ? undefined : urlOf(hosts.get(host)?.address, port)
      return { instance: nameOf(one), service, host, ...(url === undefined ? {} : { url }) }
    }),
    workingCopies: copiesOf(fleet),
    addresses: addressesOf(fleet, caller.edges()[0]),
  }
}

const urlOf = (address: string | undefined, port: number): string | undefined =>
  address === undefined ? undefined : `http://${address.includes(':') ? `[${address}]` : address}:${port}`

function copiesOf({ outcomes }: Pick<Fleet, 'outcomes'>): readonly WorkingCopyPlace[] {
  return [...outcomes].flatMap(([callId, outcome]) => {
    const workingCopy = callId.startsWith('prepare/') ? memberOf(outcome, 'workingCopy') : undefined
    const host = memberOf(outcome, 'host')
    return workingCopy === undefined || host === undefined ? [] : [{ host, hostName: host, workingCopy }]
  })
}

/** By the first edge: a name that leads elsewhere (a balancer before it, TLS) is for people to know. */
function addressesOf({ release }: Fleet<ProcessService>, edge: HostView | undefined): readonly ServiceAddress[] {
  if (edge?.edge === undefined) return []
  const base = new URL(edge.edge.url)
  return Object.entries(release.services).flatMap(([service, { route }]) =>
    (route?.hosts ?? []).map((host): ServiceAddress => {
      // "*" and "*.example.com" are no names that anybody could open.
      const name = host.startsWith('*') ? base.hostname : host
      const port = base.port === '' ? '' : `:${base.port}`
      return { service, url: `${base.protocol}//${name}${port}${route?.path ?? '/'}` }
    }),
  )
}

function memberOf(outcome: PlainJson, name: string): string | undefined {
  if (typeof outcome !== 'object' || outcome === null || !(name in outcome)) return undefined
  const value: unknown = Reflect.get(outcome, name)
  return typeof value === 'string' ? value : undefined
}
