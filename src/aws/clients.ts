/**
 * The SDK's clients: loaded when first needed (each costs a tenth of a second), one for each service, region and role,
 * reused. The SDK's own retries are off: Retry in the definition is the one place that says how often and how long.
 */
import type { InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda'
import type { PublishCommandInput, PublishCommandOutput } from '@aws-sdk/client-sns'
import type { SendMessageCommandInput, SendMessageCommandOutput } from '@aws-sdk/client-sqs'
import type { Logger } from '../base/index.ts'
import type { AwsConfig, AwsServiceName } from './config.ts'
import { clientSettings, type ClientSettings } from './client-settings.ts'
import { type WireFacts, wireFacts } from './wire.ts'

/** Where and as whom a call is made. */
export type CallPlace = { readonly region: string; readonly roleArn: string | undefined }

export type Answered<Output> = { readonly output: Output; readonly facts: WireFacts }

/** One operation of a service. The promise fails with what the SDK threw. */
export type Operation<Input, Output> = {
  call(input: Input, place: CallPlace, signal: AbortSignal): Promise<Answered<Output>>
  /** Whether the service declares an exception of this name. Only asked after a call. */
  isModelled(exception: string): boolean
  /** Closes idle connections; calls under way fail. */
  close(): void
}

export type AwsClients = {
  readonly invoke: Operation<InvokeCommandInput, InvokeCommandOutput>
  readonly sendMessage: Operation<SendMessageCommandInput, SendMessageCommandOutput>
  readonly publish: Operation<PublishCommandInput, PublishCommandOutput>
}

export function awsClients(config: AwsConfig, log: Logger): AwsClients {
  const settings = (service: AwsServiceName) => (place: CallPlace) => clientSettings({ config, log, service, ...place })
  return {
    invoke: operation({
      settings: settings('lambda'),
      load: () => import('@aws-sdk/client-lambda'),
      connect: (sdk, options) => recorded(new sdk.LambdaClient(options)),
      send: (sdk, client, input, options) => client.send(new sdk.InvokeCommand(input), options),
    }),
    sendMessage: operation({
      settings: settings('sqs'),
      load: () => import('@aws-sdk/client-sqs'),
      connect: (sdk, options) => recorded(new sdk.SQSClient(options)),
      send: (sdk, client, input, options) => client.send(new sdk.SendMessageCommand(input), options),
    }),
    publish: operation({
      settings: settings('sns'),
      load: () => import('@aws-sdk/client-sns'),
      connect: (sdk, options) => recorded(new sdk.SNSClient(options)),
      send: (sdk, client, input, options) => client.send(new sdk.PublishCommand(input), options),
    }),
  }
}

type OperationParts<Sdk, Client, Input, Output> = {
  readonly settings: (place: CallPlace) => ClientSettings
  readonly load: () => Promise<Sdk>
  readonly connect: (sdk: Sdk, settings: ClientSettings) => Client
  readonly send: (sdk: Sdk, client: Client, input: Input, options: { abortSignal: AbortSignal }) => Promise<Output>
}

function operation<Sdk extends object, Client extends { destroy(): void }, Input, Output extends object>(
  parts: OperationParts<Sdk, Client, Input, Output>,
): Operation<Input, Output> {
  const clients = new Map<string, Client>()
  let loaded: Sdk | undefined
  const clientAt = (sdk: Sdk, place: CallPlace): Client => {
    const key = `${place.region} ${place.roleArn ?? ''}`
    const client = clients.get(key) ?? parts.connect(sdk, parts.settings(place))
    clients.set(key, client)
    return client
  }
  return {
    async call(input, place, signal) {
      const sdk = (loaded ??= await parts.load())
      const output = await parts.send(sdk, clientAt(sdk, place), input, { abortSignal: signal })
      return { output, facts: factsOf.get(output) ?? wireFacts(undefined) }
    },
    isModelled: (exception) => loaded !== undefined && exception !== '' && exception in loaded,
    close() {
      for (const client of clients.values()) client.destroy()
      clients.clear()
    },
  }
}

/** Output of a call → what the wire said. The SDK keeps headers to itself, so a middleware notes them on the way. */
const factsOf = new WeakMap<object, WireFacts>()

type Recordable = {
  readonly middlewareStack: { add(middleware: typeof recording, place: typeof recordingPlace): void }
}

function recorded<Client extends Recordable>(client: Client): Client {
  client.middlewareStack.add(recording, recordingPlace)
  return client
}

const recordingPlace = { step: 'deserialize', priority: 'high', name: 'holdfastFacts' } as const

function recording<Args, Result extends { readonly response: unknown; readonly output?: object | undefined }>(
  next: (args: Args) => Promise<Result>,
): (args: Args) => Promise<Result> {
  return async (args) => {
    const result = await next(args)
    if (result.output !== undefined) factsOf.set(result.output, wireFacts(result.response))
    return result
  }
}
