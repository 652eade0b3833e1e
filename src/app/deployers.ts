/** Every deployer that Holdfast brings with it, by the target that chooses it; the first is what a release without a target means. */
import type { Deployers } from '../deploy/index.ts'

export function builtInDeployers(): Deployers {
  return {}
}
