/** One installed `@aws-sdk/client-…`: found by its exports, for nobody lists two hundred services by hand. */
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import type { AwsCredentials } from '../config.ts'

/** Members of an output by their names; values are whatever the SDK made of them. */
export type SdkOutput = Readonly<Record<string, unknown>> & { readonly $metadata: { readonly requestId?: string } }

/** `schema` is what the SDK itself serialises by: input and output stand at its fifth and sixth place. */
export type Command = { readonly schema?: readonly unknown[] }
export type CommandClass = new (input: object) => Command

export type SdkClient = {
  readonly config: { readonly serviceId?: string; credentials(): Promise<AwsCredentials> }
  readonly middlewareStack: { add(middleware: unknown, place: object): void }
  send(command: Command, options: { readonly abortSignal: AbortSignal }): Promise<SdkOutput>
  destroy(): void
}

export type SdkModule = {
  /** As the service's model names it: `Secrets Manager`. */
  readonly serviceId: string
  readonly Client: new (settings: object) => SdkClient
  /** By name, without `Command` at the end. */
  readonly commands: ReadonlyMap<string, CommandClass>
  readonly exceptions: ReadonlySet<string>
}

/** The client is not installed. `message` says what to run. */
export class SdkMissing extends Error {
  readonly service: string
  constructor(service: string) {
    super(`@aws-sdk/client-${service} is not installed`)
    this.name = 'SdkMissing'
    this.service = service
  }
}

/** @throws SdkMissing */
export async function importClient(service: string): Promise<SdkModule> {
  let exports: Readonly<Record<string, unknown>>
  try {
    exports = (await import(`@aws-sdk/client-${service}`)) as Readonly<Record<string, unknown>>
  } catch (error) {
    if (Object(error).code === 'ERR_MODULE_NOT_FOUND') throw new SdkMissing(service)
    throw error
  }
  return sdkModuleOf(service, exports)
}

function sdkModuleOf(service: string, exports: Readonly<Record<string, unknown>>): SdkModule {
  const classes = Object.entries(exports).filter((entry): entry is [string, CommandClass] => isClass(entry[1]))
  const Client = classes.find(([name]) => /^[A-Z]\w*Client$/.test(name))?.[1]
  if (Client === undefined) throw new SdkMissing(service)
  // Clients export one class of each of these kinds, and nothing else of that name.
  const Known = Client as unknown as SdkModule['Client']
  const probe = new Known({ region: 'us-east-1' })
  const serviceId = probe.config.serviceId ?? service
  probe.destroy()
  return {
    serviceId,
    Client: Known,
    commands: new Map(
      classes.flatMap(([name, Class]) => (/^[A-Z]\w*Command$/.test(name) ? [[name.slice(0, -7), Class] as const] : [])),
    ),
    exceptions: new Set(classes.flatMap(([name, Class]) => (Class.prototype instanceof Error ? [name] : []))),
  }
}

const isClass = (value: unknown): boolean => typeof value === 'function' && /^class\b/.test(String(value))

/**
 * Step Functions runs the services' names together (`secretsmanager`), the clients' packages do not (`secrets-manager`): the
 * client's name among those installed, else the best guess at what would have to be.
 */
export function clientNamed(service: string): string {
  return installedClients().find((name) => name.replaceAll('-', '') === service) ?? knownNames.get(service) ?? service
}

function installedClients(): readonly string[] {
  const folders = createRequire(import.meta.url).resolve.paths('@aws-sdk/client') ?? []
  return folders.flatMap((folder) =>
    entriesOf(join(folder, '@aws-sdk')).flatMap((name) => (name.startsWith('client-') ? [name.slice(7)] : [])),
  )
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    // Most of the folders that Node would look in do not exist.
    return []
  }
}

/** Clients with a hyphen that people are likely to miss, for the line that installs them. */
const knownNames: ReadonlyMap<string, string> = new Map(
  [
    'secrets-manager',
    'cloudwatch-logs',
    'cloudwatch-events',
    'cost-explorer',
    'cognito-identity-provider',
    'cognito-identity',
    'config-service',
    'application-auto-scaling',
    'auto-scaling',
    'elastic-load-balancing-v2',
    'elastic-load-balancing',
    'elastic-beanstalk',
    'elasticsearch-service',
    'api-gateway',
    'bedrock-runtime',
    'bedrock-agent-runtime',
    'global-accelerator',
    'iot-data-plane',
    'lex-runtime-v2',
    'rds-data',
    'redshift-data',
    'resource-groups-tagging-api',
    'route-53',
    'sagemaker-runtime',
    'service-catalog',
    'storage-gateway',
    'timestream-query',
    'timestream-write',
    'wafv2',
  ].map((name) => [name.replaceAll('-', ''), name]),
)
