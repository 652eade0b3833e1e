/**
 * deployers: what Holdfast can deploy to, a folder for each target. They know the framework and never each other.
 * Words: target (what a release chooses its deployer by).
 * Which of them a Holdfast has is decided where it is put together, in app/.
 * A deployer of one's own needs nothing of here: examples/deployer-static-files is a whole one.
 */
export {
  instancesOf,
  type ProcessArtifact,
  processArtifactSchema,
  processDeployer,
  type ProcessDeployerOptions,
  type ProcessService,
  processServiceSchema,
  type StartedInstance,
} from './process/index.ts'
