/** What carries out the tasks that call a service: AWS, HTTP, and a word for whatever is not there. And where objects are. */
import { awsConfigFrom, awsHandlers, uninstalledHandler } from '../aws/index.ts'
import type { ObjectStore, ResourceHandler } from '../engine/index.ts'
import type { Connections } from '../connection/index.ts'
import type { Gate } from '../outbound/index.ts'
import { localObjects } from './local-objects.ts'
import type { RuntimeOptions } from './runtime-options.ts'
import { secretReader } from './secrets.ts'
import type { Shutdown } from './shutdown.ts'

export type Services = {
  readonly handlers: readonly ResourceHandler[]
  readonly objectStores: readonly ObjectStore[]
}

type Ground = { readonly connections: Connections; readonly gate: Gate }

export function openServices(options: RuntimeOptions, ground: Ground, shutdown: Shutdown): Services {
  const { configuration, environment, clock, logger, randomBytes } = options
  const config = { ...awsConfigFrom(environment), assumableRoles: configuration.aws.assumableRoles }
  const aws = awsHandlers(config, logger, {
    ...{ gate: ground.gate, connections: ground.connections },
    readSecret: secretReader(environment),
    now: () => clock.now(),
  })
  shutdown.add('the AWS clients', () => aws.close())
  const { folder } = configuration.objects
  return {
    handlers: [...aws.handlers, uninstalledHandler(aws.installed)],
    objectStores: [...(folder === undefined ? [] : [localObjects(folder)]), aws.objects({ clock, randomBytes })],
  }
}
