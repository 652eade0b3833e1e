/** Carries one optimized integration out. */
import { printJson } from '../../base/index.ts'
import type { ResourceHandler, TaskAnswer, TaskCall } from '../../engine/index.ts'
import { answerCall } from '../calling.ts'
import type { Answered, AwsClients, SdkOperation } from '../clients.ts'
import type { AwsConfig } from '../config.ts'
import { failed } from '../failure.ts'
import { idempotencyToken } from '../idempotency.ts'
import { missingClient } from '../missing.ts'
import { refuseParameters, unusable } from '../parameters.ts'
import { ParameterFault, sdkInput } from '../sdk/input.ts'
import { SdkMissing } from '../sdk/module.ts'
import { sdkResult } from '../sdk/output.ts'
import { resultObject, sdkMetadata } from '../wire.ts'
import { type Integration, parametersOf } from './integration.ts'

export function integrationHandler(integration: Integration, config: AwsConfig, clients: AwsClients): ResourceHandler {
  return {
    handles: (resource) =>
      resource.kind === 'service' &&
      `${resource.resourceType}:${resource.action}` === integration.resource &&
      (resource.pattern === 'request' || (resource.pattern === 'token' && integration.awaitsToken)),
    refuse: (_resource, parameters) => refuseParameters(integration.parameters, parameters),
    call: (task, signal) => callIntegration(integration, { config, clients, task, signal }),
  }
}

type Around = {
  readonly config: AwsConfig
  readonly clients: AwsClients
  readonly task: TaskCall
  readonly signal: AbortSignal
}

async function callIntegration(integration: Integration, around: Around): Promise<TaskAnswer> {
  const { config, clients, task, signal } = around
  const given = parametersOf(task)
  try {
    const operation = await clients.operation(integration.client, integration.command)
    if (operation === undefined) throw new SdkMissing(integration.client)
    const parameters = integration.prepare?.(given, task) ?? given
    return await answerCall(config, task, signal, {
      operation,
      words: integration.words,
      input: sdkInput(parameters, operation.input, (member) => idempotencyToken(task, member)),
      region: integration.region?.(given),
      answer: (answered) => integration.answer?.(answered, operation) ?? wholeResponse(answered, operation),
    })
  } catch (thrown) {
    if (thrown instanceof SdkMissing) return missingClient(task, thrown.service)
    if (thrown instanceof ParameterFault) return failed('States.Runtime', unusable(task.input, thrown.message))
    throw thrown
  }
}

async function wholeResponse({ output, facts }: Answered, operation: SdkOperation): Promise<TaskAnswer> {
  const result = await sdkResult(output, operation.output)
  const whole = resultObject({ ...Object.fromEntries(result), ...sdkMetadata(facts, output.$metadata.requestId) })
  return { kind: 'succeeded', output: printJson(whole) }
}
