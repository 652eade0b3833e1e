/** The deployer itself: its decisions and its calls, put together. */
import { isAbsolute } from 'node:path/posix'
import { type Clock, formatDuration } from '../../../base/index.ts'
import type { ArtifactSource, Hosts } from '../../../host/index.ts'
import type { Deployer } from '../../deployer.ts'
import type { Obstacle } from '../../failure.ts'
import { processCalls } from './calls.ts'
import { checkSituation } from './check.ts'
import { joinWaves, prepareWaves, shiftWaves, startCall } from './decide.ts'
import { describeFleet } from './describe-fleet.ts'
import { HostCaller } from './host-caller.ts'
import { Newcomers } from './newcomers.ts'
import { HealthReader, readTraffic } from './readings.ts'
import { type ProcessService, processArtifactSchema, processServiceSchema } from './schemas.ts'
import { sourceOf } from './specification.ts'
import { type Surveyed, surveyHosts } from './survey.ts'
import { Traffic } from './traffic-calls.ts'
import { Vouchers } from './vouchers.ts'

export type ProcessDeployerOptions = { readonly hosts: Hosts; readonly clock: Clock }

/** Real processes on real hosts behind their edges. */
export function processDeployer({ hosts, clock }: ProcessDeployerOptions): Deployer<ProcessService, Surveyed> {
  const caller = new HostCaller(hosts, clock)
  const vouchers = new Vouchers(caller)
  const health = new HealthReader(caller, vouchers)
  const traffic = new Traffic(caller, vouchers)
  const newcomers = new Newcomers(caller, traffic)
  return {
    kind: 'process',
    artifact: processArtifactSchema,
    service: processServiceSchema,
    calls: processCalls(caller, traffic),
    survey: ({ release }, signal) => surveyHosts(caller, signal, diskArtifact(release.artifact)),
    check: checkSituation,
    prepare: prepareWaves,
    start: startCall,
    join: joinWaves,
    shift: shiftWaves,
    attend: (standing, signal) => newcomers.attend(standing, signal),
    readHealth: (fleet, signal) => health.read(fleet, signal),
    obstacle: (signal) => awayFrom(caller, signal),
    describeFleet: (fleet) => describeFleet(caller, fleet),
    readTraffic: (incoming, outgoing, signal, windowsSince) =>
      readTraffic(caller, { incoming, outgoing, windowsSince }, signal),
  }
}

/** Only what comes off the hosts' own disks can be theirs. An incomplete one is refused for what it lacks. */
function diskArtifact(artifact: unknown): ArtifactSource | undefined {
  const source = sourceOf(processArtifactSchema.parse(artifact))
  if (source.kind === 'folder') return isAbsolute(source.path) ? source : undefined
  return source.url.startsWith('file:') ? source : undefined
}

function awayFrom(caller: HostCaller, signal: AbortSignal): Obstacle | undefined {
  const host = caller.awaited(signal)
  if (host === undefined) return undefined
  const { name, lastSeenAt } = host
  const since =
    lastSeenAt === null || lastSeenAt === undefined ? '' : ` for ${formatDuration(caller.clock.now() - lastSeenAt)}`
  return {
    class: 'platform',
    what: `the agent of ${name} has been away${since}`,
    command: `start the agent on ${name}: holdfast host; or take it out: holdfast hosts remove ${name}; then: holdfast deploy FILE`,
  }
}
