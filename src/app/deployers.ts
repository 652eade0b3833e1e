/** Every deployer that Holdfast brings with it, by the target that chooses it; the first is what a release without a target means. */
import type { Clock } from '../base/index.ts'
import { type Deployers, processDeployer } from '../deploy/index.ts'
import type { Hosts } from '../host/index.ts'

export type DeployerGround = { readonly hosts: Hosts; readonly clock: Clock }

export const builtInDeployers = (ground: DeployerGround): Deployers => ({ process: processDeployer(ground) })
