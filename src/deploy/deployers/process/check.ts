/** What the hosts would refuse, found before anything is changed. Pure. */
import { isAbsolute } from 'node:path/posix'
import { nearestWord } from '../../../base/index.ts'
import type { Needs, Problem } from '../../deployer.ts'
import { artifactOf, firstPlaces, wantedOf } from './decide.ts'
import { candidatesFor, holds } from './placement.ts'
import { claimsOf, type ProcessSituation, routedServices } from './route-plan.ts'
import type { ProcessService } from './schemas.ts'
import { memoryBytesOf, portOf } from './specification.ts'
import { addressesOf } from './address.ts'
import type { SeenHost } from './survey.ts'

/** The most fundamental first, for a deployment tells the first. */
export function checkSituation(situation: ProcessSituation, needs: Needs): readonly Problem[] {
  const { survey } = situation
  if (survey === null) return []
  const nobody = noHost(survey.hosts)
  if (nobody !== undefined) return [nobody]
  return [
    ...artifactProblems(situation),
    ...forbiddenArtifact(situation, survey.hosts),
    ...serviceProblems(situation, survey.hosts),
    ...routeProblems(situation, survey.hosts),
    ...roomProblems(situation, survey.hosts, needs),
  ]
}

// ---- hosts

function noHost(hosts: readonly SeenHost[]): Problem | undefined {
  if (hosts.some(({ state }) => state === 'connected')) return undefined
  if (hosts.length === 0) {
    return {
      class: 'capacity',
      what: 'no host is enrolled, so there is nowhere to run',
      command: 'holdfast up --with-host for this machine, or for another: holdfast hosts add NAME',
    }
  }
  const draining = hosts.filter(({ state }) => state === 'draining').map(({ name }) => name)
  if (draining.length === hosts.length) {
    const command = `holdfast hosts undrain ${draining[0]}`
    return { class: 'capacity', what: `every host is draining: ${draining.join(', ')}`, command }
  }
  const away = hosts.filter(({ state }) => state === 'away').map(({ name }) => name)
  return {
    class: 'platform',
    what: `no host is connected; away: ${away.join(', ')}`,
    command: `start the agent on ${away[0]}: holdfast host`,
  }
}

// ---- artifact

function artifactProblems(situation: ProcessSituation): readonly Problem[] {
  const { folder, sha256 } = artifactOf(situation)
  if (folder === undefined) return []
  if (sha256 === undefined) {
    const what = 'a folder needs its digest: without it, what runs is whatever lies there, and not what was signed'
    const command = 'deploy the file with holdfast deploy FILE, which fills it in'
    return [{ class: 'user', field: 'artifact.sha256', what, command }]
  }
  if (!isAbsolute(folder)) {
    const command = 'deploy the file with holdfast deploy FILE, which makes it absolute'
    return [{ class: 'user', field: 'artifact.folder', what: `${folder} is not an absolute path`, command }]
  }
  const hosts = [...new Set(firstPlaces(situation).map(([, , host]) => host))].toSorted()
  if (hosts.length <= 1) return []
  return [
    {
      class: 'user',
      field: 'artifact.folder',
      what: `a folder is on one machine, and this release would run on ${hosts.join(', ')}`,
      command:
        'bring the files as an archive: artifact.url and artifact.sha256; or keep to one host by services.NAME.zones',
    },
  ]
}

/** What a host would not bring, told before it is asked to. */
function forbiddenArtifact(situation: ProcessSituation, hosts: readonly SeenHost[]): readonly Problem[] {
  const places = new Set(firstPlaces(situation).map(([, , host]) => host))
  const refusing = hosts.find(({ name, forbidden }) => forbidden !== undefined && places.has(name))
  if (refusing?.forbidden === undefined) return []
  const { what, command = 'put the files of the release elsewhere' } = refusing.forbidden
  const field = artifactOf(situation).folder === undefined ? 'artifact.url' : 'artifact.folder'
  return [{ class: 'permission', field, what, command }]
}

// ---- services

function serviceProblems(situation: ProcessSituation, hosts: readonly SeenHost[]): readonly Problem[] {
  return Object.entries(situation.incoming.release.services).flatMap(([name, service]) => {
    const fit = candidatesFor(hosts, wantedOf(situation, name))
    if (fit.length === 0) return [noZone(name, service, hosts)]
    return [...userProblems(name, service, fit), ...portProblems(situation, { name, service, hosts })]
  })
}

function noZone(name: string, { zones = [] }: ProcessService, hosts: readonly SeenHost[]): Problem {
  const known = [...new Set(hosts.filter(({ state }) => state === 'connected').map(({ zone }) => zone))].toSorted()
  const near = nearestWord(zones[0] ?? '', known)
  return {
    class: 'user',
    field: `services.${name}.zones`,
    what: `no connected host is in ${zones.join(' or ')}; there are hosts in ${known.join(', ')}`,
    command: near === undefined ? `name one of ${known.join(', ')}` : `write "${near}"`,
  }
}

function userProblems(name: string, { user }: ProcessService, hosts: readonly SeenHost[]): readonly Problem[] {
  const plain = user === undefined ? undefined : hosts.find(({ root }) => root === false)
  if (plain === undefined) return []
  return [
    {
      class: 'permission',
      field: `services.${name}.user`,
      what: `the agent of ${plain.name} is not root, and so cannot run anything as ${user}`,
      command: `start the agent of ${plain.name} as root, or leave services.${name}.user out`,
    },
  ]
}

type OneService = { readonly name: string; readonly service: ProcessService; readonly hosts: readonly SeenHost[] }

/** A fixed port can have one instance on a host, and one version: the next could never come up beside it. */
function portProblems(situation: ProcessSituation, { name, service, hosts }: OneService): readonly Problem[] {
  const port = portOf(service)
  if (typeof port !== 'number') return []
  const problem = (what: string): Problem => ({
    class: 'user',
    field: `services.${name}.port`,
    what,
    command: `leave services.${name}.port out and listen on $PORT`,
  })
  if (service.route !== undefined) {
    return [problem(`two versions cannot have port ${port} at once, so the next could never take over from this one`)]
  }
  const places = firstPlaces(situation).flatMap(([own, , host]) => (own === name ? [host] : []))
  const twice = places.find((host, index) => places.indexOf(host) !== index)
  if (twice !== undefined) return [problem(`two instances on ${twice} cannot both have port ${port}`)]
  const taken = hosts.find((host) => places.includes(host.name) && host.instances.some((one) => holds(one, port)))
  const holder = taken?.instances.find((one) => holds(one, port))
  if (taken === undefined || holder === undefined) return []
  return [problem(`port ${port} on ${taken.name} belongs to ${holder.service} of ${holder.project} ${holder.config}`)]
}

// ---- routes

function routeProblems(situation: ProcessSituation, hosts: readonly SeenHost[]): readonly Problem[] {
  const former = situation.outgoing === undefined ? 0 : claimsOf(situation.outgoing).size
  if (claimsOf(situation.incoming).size + former === 0) return []
  return [...edgeProblems(situation, hosts), ...twinRoutes(situation), ...takenRoutes(situation, hosts)]
}

/** The switch counts when every edge has it, so one that cannot be told would hold it up. */
function edgeProblems(situation: ProcessSituation, hosts: readonly SeenHost[]): readonly Problem[] {
  const edges = hosts.filter(({ hasEdge }) => hasEdge)
  const [routed] = routedServices(situation.incoming.release.services)
  if (routed !== undefined && edges.length === 0) {
    return [
      {
        class: 'capacity',
        field: `services.${routed[0]}.route`,
        what: 'no host runs an edge, so nothing can get traffic',
        command: 'start the agent of a host with its edge: holdfast host',
      },
    ]
  }
  return edges
    .filter(({ state }) => state === 'away')
    .map(({ name, trouble = 'its agent is away' }) => ({
      class: 'platform' as const,
      what: `the edge of ${name} cannot be told of the switch: ${trouble}`,
      command: `start the agent on ${name}: holdfast host; or take it out: holdfast hosts remove ${name}`,
    }))
}

function twinRoutes({ incoming }: ProcessSituation): readonly Problem[] {
  const seen = new Map<string, string>()
  return routedServices(incoming.release.services).flatMap(([name, , route]) =>
    addressesOf({ hosts: route.hosts, pathPrefix: route.path }).flatMap((address): Problem[] => {
      const other = seen.get(address)
      seen.set(address, name)
      if (other === undefined) return []
      const [field, command] = [`services.${name}.route`, 'give one of the two another host or path']
      return [{ class: 'user', field, what: `${address} is the address of ${other} already`, command }]
    }),
  )
}

function takenRoutes(situation: ProcessSituation, hosts: readonly SeenHost[]): readonly Problem[] {
  const { project, config, incoming } = situation
  const others = new Map(
    hosts
      .flatMap(({ routes }) => routes)
      .filter((route) => route.project !== project || route.config !== config)
      .map((route) => [route.address, route]),
  )
  return [...claimsOf(incoming)].flatMap(([address, { name }]): Problem[] => {
    const owner = others.get(address)
    if (owner === undefined) return []
    const whose = `${owner.service} of ${owner.project} ${owner.config}`
    const command = `name another host or path, or take it out of ${owner.project} ${owner.config} first`
    return [{ class: 'user', field: `services.${name}.route`, what: `${address} belongs to ${whose}`, command }]
  })
}

// ---- room

function roomProblems(situation: ProcessSituation, hosts: readonly SeenHost[], needs: Needs): readonly Problem[] {
  const connected = hosts.filter(({ state }) => state === 'connected')
  const memory = connected.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? Infinity), 0)
  if (needs.memoryBytes > memory) {
    return [
      noMemory(`it needs ${mib(needs.memoryBytes)} more at its peak, and all hosts together have ${mib(memory)} free`),
    ]
  }
  const places = Map.groupBy(firstPlaces(situation), ([, , host]) => host)
  return connected.flatMap((host) => roomOn(situation, host, places.get(host.name) ?? []))
}

type Placed = ReturnType<typeof firstPlaces>

function roomOn(situation: ProcessSituation, host: SeenHost, here: Placed): readonly Problem[] {
  const wanted = here.reduce((sum, [, service]) => sum + memoryBytesOf(service), 0)
  const free = (host.memoryBytes ?? Infinity) + leavingBytes(situation, host)
  if (wanted > free) {
    return [noMemory(`${mib(wanted)} are to start on ${host.name}, which has ${mib(free)} free`)]
  }
  const ports = here.filter(([, service]) => portOf(service) === 'allocate').length
  if (ports <= (host.freePorts ?? Infinity)) return []
  return [
    {
      class: 'capacity',
      what: `${ports} instances are to start on ${host.name}, which has ${host.freePorts} ports free`,
      command: `widen the range of ports of ${host.name}, or add a host: holdfast hosts add NAME`,
    },
  ]
}

/** What stands warm now goes before anything starts, where it does not stay. */
function leavingBytes({ project, config, outgoing, warm }: ProcessSituation, { instances }: SeenHost): number {
  return instances
    .filter((one) => one.project === project && one.config === config)
    .filter(({ release }) => release !== outgoing?.id && release !== warm?.id)
    .reduce((sum, { memoryBytes }) => sum + memoryBytes, 0)
}

const noMemory = (what: string): Problem => ({
  class: 'capacity',
  field: 'services',
  what,
  command: 'lower limits.memoryMiB or instances, or add a host: holdfast hosts add NAME',
})

const mib = (bytes: number): string => `${Math.floor(bytes / 1_048_576)} MiB`
