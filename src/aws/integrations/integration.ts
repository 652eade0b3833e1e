/** One optimized integration, as data: a file of this folder says what it calls, what it takes and how it is named. */
import { parseJson, type Json, type JsonObject, isJsonObject } from '../../base/index.ts'
import type { TaskAnswer, TaskCall } from '../../engine/index.ts'
import type { Answered, SdkOperation } from '../clients.ts'
import type { FailureWords } from '../failure.ts'
import type { ParameterTable } from '../parameters.ts'

export type Integration = {
  /** `service:action` of `arn:aws:states:::service:action`. */
  readonly resource: string
  /** Whether `.waitForTaskToken` may follow. */
  readonly awaitsToken: boolean
  /** Whose command is sent: `@aws-sdk/client-<client>`. */
  readonly client: string
  /** As the SDK names it: `PutItem`. */
  readonly command: string
  readonly words: FailureWords
  /** What is refused before the call. Null is absent, but for what the service itself is to refuse. */
  readonly parameters: ParameterTable
  /** What is sent, where it is not the parameters as they are. */
  readonly prepare?: (parameters: JsonObject, task: TaskCall) => JsonObject
  /** The region, where a parameter names one. */
  readonly region?: (parameters: JsonObject) => string | undefined
  /** The result, where it is not the response with `SdkHttpMetadata` and `SdkResponseMetadata`. */
  readonly answer?: (answered: Answered, operation: SdkOperation) => TaskAnswer | Promise<TaskAnswer>
}

/** Parameters that were not refused. */
export function parametersOf(task: TaskCall): JsonObject {
  const json: Json = parseJson(task.input)
  return isJsonObject(json) ? json : new Map()
}
