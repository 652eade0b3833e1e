/**
 * model: what AWS's APIs answer, so that a mocked answer that they could not give is noticed.
 * Words: model (an API's answers as data, from AWS's own description of it), notation (how a type is written there).
 * It knows answers only, of the services whose file stands here; of others nothing is said.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json, JsonObject } from '../../base/index.ts'
import { isJsonObject } from '../../base/index.ts'
import type { MockCheck } from '../../engine/index.ts'
import { answerFault, type ApiModel } from './check.ts'

/** As a `Resource` names a service (`aws-sdk:NAME`) → its file. */
const files = {
  dynamodb: 'dynamodb',
  eventbridge: 'eventbridge',
  kms: 'kms',
  lambda: 'lambda',
  s3: 's3',
  secretsmanager: 'secretsmanager',
  sfn: 'sfn',
  sns: 'sns',
  sqs: 'sqs',
  ssm: 'ssm',
  sts: 'sts',
} as const

/** The optimized integrations whose service has another name in the SDK. */
const optimized: Readonly<Record<string, keyof typeof files>> = { events: 'eventbridge', states: 'sfn' }

/** Reads each model once, when it is first asked for. */
export function apiMockCheck(): MockCheck {
  const models = new Map<string, ApiModel>()
  const modelOf = (file: string): ApiModel => {
    const model = models.get(file) ?? readModel(file)
    models.set(file, model)
    return model
  }
  return (resource, result, mode) => {
    // What a task that goes on comes to is not what its call answers.
    if (resource.kind !== 'service' || resource.pattern !== 'request') return undefined
    const file = fileOf(resource.resourceType)
    if (file === undefined) return undefined
    const answer = resource.resourceType === 'lambda' ? withoutPayload(result) : result
    return answerFault(modelOf(file), resource.action, answer, mode)
  }
}

function fileOf(resourceType: string): string | undefined {
  const name = resourceType.startsWith('aws-sdk:') ? resourceType.slice('aws-sdk:'.length) : resourceType
  const known = Object.hasOwn(optimized, name) ? optimized[name] : name
  return known !== undefined && Object.hasOwn(files, known) ? files[known as keyof typeof files] : undefined
}

/** The optimized integration gives the payload as JSON, where the API has bytes. */
const withoutPayload = (result: Json): Json =>
  isJsonObject(result) ? (new Map([...result].filter(([name]) => name !== 'Payload')) satisfies JsonObject) : result

/** Written by scripts/api-models.ts, and compared with `ApiModel` by the test beside this file. */
const readModel = (file: string): ApiModel =>
  JSON.parse(readFileSync(join(import.meta.dirname, `${file}.json`), 'utf8')) as ApiModel
