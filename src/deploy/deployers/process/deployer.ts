/** The deployer itself: its decisions and its calls, put together. */
import type { Clock } from '../../../base/index.ts'
import type { Hosts } from '../../../host/index.ts'
import type { Deployer } from '../../deployer.ts'
import { processCalls } from './calls.ts'
import { checkSituation } from './check.ts'
import { prepareWaves, shiftWaves, startCall } from './decide.ts'
import { describeFleet } from './describe-fleet.ts'
import { HostCaller } from './host-caller.ts'
import { HealthReader, readTraffic } from './readings.ts'
import { type ProcessService, processArtifactSchema, processServiceSchema } from './schemas.ts'
import { type Surveyed, surveyHosts } from './survey.ts'
import { Traffic } from './traffic-calls.ts'
import { Vouchers } from './vouchers.ts'

export type ProcessDeployerOptions = { readonly hosts: Hosts; readonly clock: Clock }

/** Real processes on real hosts behind their edges. */
export function processDeployer({ hosts, clock }: ProcessDeployerOptions): Deployer<ProcessService, Surveyed> {
  const caller = new HostCaller(hosts, clock)
  const vouchers = new Vouchers(caller)
  const health = new HealthReader(caller, vouchers)
  return {
    kind: 'process',
    artifact: processArtifactSchema,
    service: processServiceSchema,
    calls: processCalls(caller, new Traffic(caller, vouchers)),
    survey: (_fleet, signal) => surveyHosts(caller, signal),
    check: checkSituation,
    prepare: prepareWaves,
    start: startCall,
    shift: shiftWaves,
    readHealth: (fleet, signal) => health.read(fleet, signal),
    describeFleet: (fleet) => describeFleet(caller, fleet),
    readTraffic: (incoming, outgoing, signal) => readTraffic(caller, { incoming, outgoing }, signal),
  }
}
