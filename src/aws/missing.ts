/** A service whose client is not installed: what to run. */
import type { TaskAnswer, TaskCall } from '../engine/index.ts'
import { failed } from './failure.ts'

/** The error is States.Runtime, which is neither retried nor caught: trying again installs nothing. */
export function missingClient({ resource }: TaskCall, client: string): TaskAnswer {
  return failed(
    'States.Runtime',
    `${resource.arn} needs @aws-sdk/client-${client}, which is not installed beside Holdfast. ` +
      `Run: npm install @aws-sdk/client-${client}`,
  )
}
