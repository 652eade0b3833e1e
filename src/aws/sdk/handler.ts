/** `aws-sdk:service:action`: any command of any installed client. */
import { nearestWord, parseJson, printJson } from '../../base/index.ts'
import type { ResourceHandler, TaskAnswer, TaskCall } from '../../engine/index.ts'
import { answerCall } from '../calling.ts'
import type { AwsClients } from '../clients.ts'
import type { AwsConfig } from '../config.ts'
import { failed, sdkWords } from '../failure.ts'
import { idempotencyToken } from '../idempotency.ts'
import { missingClient } from '../missing.ts'
import { unusable } from '../parameters.ts'
import { capitalised, ParameterFault, sdkInput } from './input.ts'
import { clientNamed, SdkMissing } from './module.ts'
import { sdkResult } from './output.ts'

const prefix = 'aws-sdk:'

export function sdkHandler(config: AwsConfig, clients: AwsClients): ResourceHandler {
  return {
    handles: (resource) =>
      resource.kind === 'service' &&
      resource.resourceType.startsWith(prefix) &&
      (resource.pattern === 'request' || resource.pattern === 'token'),
    async call(task, signal) {
      try {
        return await callCommand(config, clients, task, signal)
      } catch (thrown) {
        if (thrown instanceof SdkMissing) return missingClient(task, thrown.service)
        if (thrown instanceof ParameterFault) return failed('States.Runtime', unusable(task.input, thrown.message))
        throw thrown
      }
    },
  }
}

async function callCommand(
  config: AwsConfig,
  clients: AwsClients,
  task: TaskCall,
  signal: AbortSignal,
): Promise<TaskAnswer> {
  const { resource } = task
  if (resource.kind !== 'service') throw new TypeError(`${resource.arn} is no service`)
  const service = clientNamed(resource.resourceType.slice(prefix.length))
  const command = capitalised(resource.action)
  const operation = await clients.operation(service, command)
  if (operation === undefined) return unknownCommand(task, service, command, await clients.commands(service))
  return answerCall(config, task, signal, {
    operation,
    words: sdkWords(operation.serviceId),
    input: sdkInput(parseJson(task.input), operation.input, (member) => idempotencyToken(task, member)),
    answer: async ({ output }) => ({
      kind: 'succeeded',
      output: printJson(await sdkResult(output, operation.output)),
    }),
  })
}

function unknownCommand(
  { resource }: TaskCall,
  service: string,
  command: string,
  known: readonly string[],
): TaskAnswer {
  const near = nearestWord(command, known)
  const hint = near === undefined ? '' : ` Did you mean ${near.slice(0, 1).toLowerCase()}${near.slice(1)}?`
  return failed(
    'States.Runtime',
    `${resource.arn} cannot be called: @aws-sdk/client-${service} has no ${command}.${hint}`,
  )
}
