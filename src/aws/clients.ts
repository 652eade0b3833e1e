/**
 * The SDK's clients: loaded when first needed (each costs a tenth of a second), one for each service, region and role,
 * reused. The SDK's own retries are off: Retry in the definition is the one place that says how often and how long.
 */
import type { NormalizedSchema } from '@smithy/core/schema'
import type { Logger } from '../base/index.ts'
import { clientSettings } from './client-settings.ts'
import type { AwsConfig, AwsCredentials, AwsServiceName } from './config.ts'
import type { AssumeRole, CallPlace } from './place.ts'
import { type CommandClass, importClient, type SdkClient, type SdkModule, type SdkOutput } from './sdk/module.ts'
import { tracing, tracingPlace } from './trace.ts'
import { type WireFacts, wireFacts } from './wire.ts'

export type Answered = { readonly output: SdkOutput; readonly facts: WireFacts }

/** One command of one client, ready to be sent. */
export type SdkOperation = {
  /** The service as its model names it: `Secrets Manager`. */
  readonly serviceId: string
  /** What the command takes and gives; absent in clients that were built without. */
  readonly input: NormalizedSchema | undefined
  readonly output: NormalizedSchema | undefined
  /** The promise fails with what the SDK threw. */
  send(input: object, place: CallPlace, signal: AbortSignal): Promise<Answered>
  /** Whether the service declares an exception of this name. */
  isModelled(exception: string): boolean
}

export type AwsClients = {
  /**
   * @param command as the SDK names it: `PutItem`
   * @returns undefined when the client is there and has no such command
   * @throws SdkMissing when the client is not installed
   */
  operation(service: AwsServiceName, command: string): Promise<SdkOperation | undefined>
  /** Names of a client's commands, for the message that one is missing. @throws SdkMissing */
  commands(service: AwsServiceName): Promise<readonly string[]>
  /** Keys to sign a call with that no client makes. @throws RoleRefused */
  credentials(place: CallPlace): Promise<AwsCredentials>
  /** Closes idle connections; calls under way fail. */
  close(): void
}

export function awsClients(config: AwsConfig, log: Logger, assumeRole: AssumeRole): AwsClients {
  const modules = new Map<AwsServiceName, Promise<SdkModule>>()
  const clients = new Map<string, SdkClient>()
  const moduleOf = (service: AwsServiceName): Promise<SdkModule> => {
    const loading = modules.get(service) ?? importClient(service)
    modules.set(service, loading)
    // A client that is installed while we run is found by the next call.
    loading.catch(() => modules.delete(service))
    return loading
  }
  const clientAt = (sdk: SdkModule, service: AwsServiceName, place: CallPlace): SdkClient => {
    const key = [service, place.region, place.roleArn, place.machineRoleArn].join(' ')
    const known = clients.get(key)
    if (known !== undefined) return known
    const client = recorded(new sdk.Client(clientSettings({ config, log, service, place, assumeRole })))
    clients.set(key, client)
    return client
  }
  return {
    async operation(service, command) {
      const sdk = await moduleOf(service)
      const Class = sdk.commands.get(command)
      if (Class === undefined) return undefined
      const { NormalizedSchema: schemas } = await import('@smithy/core/schema')
      return operationOf(sdk, Class, schemas, (place) => clientAt(sdk, service, place))
    },
    async commands(service) {
      return [...(await moduleOf(service)).commands.keys()]
    },
    async credentials(place) {
      return clientAt(await moduleOf('sts'), 'sts', place).config.credentials()
    },
    close() {
      for (const client of clients.values()) client.destroy()
      clients.clear()
    },
  }
}

function operationOf(
  sdk: SdkModule,
  Class: CommandClass,
  schemas: typeof NormalizedSchema,
  clientAt: (place: CallPlace) => SdkClient,
): SdkOperation {
  const [, , , , input, output] = new Class({}).schema ?? []
  return {
    serviceId: sdk.serviceId,
    input: schemaOf(schemas, input),
    output: schemaOf(schemas, output),
    async send(parameters, place, signal) {
      const answer = await clientAt(place).send(new Class(parameters), { abortSignal: signal })
      return { output: answer, facts: factsOf.get(answer) ?? wireFacts(undefined) }
    },
    isModelled: (exception) => sdk.exceptions.has(exception),
  }
}

/** The SDK's own static schemas, which its types keep from view. */
const schemaOf = (schemas: typeof NormalizedSchema, schema: unknown): NormalizedSchema | undefined =>
  schema === undefined ? undefined : schemas.of(schema as Parameters<typeof NormalizedSchema.of>[0])

/** Output of a call → what the wire said. The SDK keeps headers to itself, so a middleware notes them on the way. */
const factsOf = new WeakMap<object, WireFacts>()

function recorded(client: SdkClient): SdkClient {
  client.middlewareStack.add(recording, { step: 'deserialize', priority: 'high', name: 'holdfastFacts' })
  client.middlewareStack.add(tracing, tracingPlace)
  return client
}

function recording<Args, Result extends { readonly response: unknown; readonly output?: object | undefined }>(
  next: (args: Args) => Promise<Result>,
): (args: Args) => Promise<Result> {
  return async (args) => {
    const result = await next(args)
    if (result.output !== undefined) factsOf.set(result.output, wireFacts(result.response))
    return result
  }
}
