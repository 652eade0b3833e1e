/** What the machine of a deployer is called, and what it is given. */
import { z } from 'zod'

export const deployInput = z.strictObject({
  deployment: z.string(),
  kind: z.enum(['deploy', 'rollback', 'return']),
  /** Where it begins: an execution that takes over does not begin at the beginning. */
  course: z.enum(['forward', 'compensate', 'finish', 'ask']),
})
export type DeployInput = z.output<typeof deployInput>

/** `deploy-process`, `deploy-asg`. */
export const procedureName = (target: string): string => `deploy-${target}`
