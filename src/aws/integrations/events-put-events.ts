/** `events:putEvents`. An event that the bus refuses fails the task, though the call itself went well. */
import { isJsonArray, isJsonObject, type Json, type JsonObject, printJson } from '../../base/index.ts'
import type { TaskAnswer, TaskCall } from '../../engine/index.ts'
import type { Answered, SdkOperation } from '../clients.ts'
import { failed, optimizedWords } from '../failure.ts'
import { sdkResult } from '../sdk/output.ts'
import type { Integration } from './integration.ts'

export const eventsPutEvents: Integration = {
  resource: 'events:putEvents',
  awaitsToken: true,
  client: 'eventbridge',
  command: 'PutEvents',
  words: optimizedWords('EventBridge', 'AmazonEventBridge', 'AmazonEventBridgeException'),
  parameters: {
    EndpointId: { kind: 'text' },
    Entries: { kind: 'list', required: true },
  },
  prepare: withOrigin,
  answer,
}

/** Every event tells the execution and the machine that it comes from, as on AWS. */
function withOrigin(parameters: JsonObject, { executionArn }: TaskCall): JsonObject {
  const entries = parameters.get('Entries')
  if (entries === undefined || !isJsonArray(entries)) return parameters
  const origin = [executionArn, machineOf(executionArn)]
  return new Map([...parameters, ['Entries', entries.map((entry) => tell(entry, origin))]])
}

function tell(entry: Json, origin: readonly string[]): Json {
  if (!isJsonObject(entry)) return entry
  const resources = entry.get('Resources')
  return new Map([...entry, ['Resources', [...(Array.isArray(resources) ? resources : []), ...origin]]])
}

/** `…:execution:NAME:ID` → `…:stateMachine:NAME`; express executions say `express` and have one more part. */
function machineOf(executionArn: string): string {
  const parts = executionArn.split(':')
  return [...parts.slice(0, 5), 'stateMachine', parts[6] ?? ''].join(':')
}

async function answer({ output }: Answered, operation: SdkOperation): Promise<TaskAnswer> {
  const text = printJson(await sdkResult(output, operation.output))
  const refused = output['FailedEntryCount']
  if (typeof refused === 'number' && refused > 0) return failed('EventBridge.FailedEntry', text)
  return { kind: 'succeeded', output: text }
}
