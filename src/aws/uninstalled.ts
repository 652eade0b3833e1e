/** The handler of last resort: says which service is missing, and what there is. */
import type { ResourceHandler } from '../engine/index.ts'
import { failed } from './failure.ts'

/**
 * Takes every `states:::service:action`. The error is States.Runtime, which is neither retried nor caught: trying again
 * installs nothing, and a Catcher would hide from the operator that the machine cannot run here.
 *
 * @param installed the resources that do have a handler, as a person would write them
 */
export function uninstalledHandler(installed: readonly string[]): ResourceHandler {
  return {
    handles: (resource) => resource.kind === 'service',
    call: ({ resource }) =>
      failed(
        'States.Runtime',
        `No handler is installed for ${resource.arn}. Installed: ${installed.join(', ')}. ` +
          'Call the service from a task function of a procedure or a Lambda function, or register a resource handler for it.',
      ),
  }
}
