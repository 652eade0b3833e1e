/** What a definition calls: Lambda functions, activities, other machines, services. Pure. */
import { parseResource } from '../../asl/index.ts'
import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../../base/index.ts'

export type Calls = {
  /** Names (or, of other accounts, ARNs) of Lambda functions. */
  readonly functions: readonly string[]
  readonly activities: readonly string[]
  /** `dynamodb`, `sns`, `aws-sdk:s3`. */
  readonly services: readonly string[]
}

export function callsOf(definition: Json): Calls {
  const found = { functions: new Set<string>(), activities: new Set<string>(), services: new Set<string>() }
  for (const state of statesIn(definition)) {
    const resource = state.get('Resource')
    if (typeof resource !== 'string') continue
    const parsed = parseResource(resource)
    if (parsed?.kind === 'lambda') found.functions.add(functionName(resource))
    if (parsed?.kind === 'activity') found.activities.add(resource.split(':').at(-1) ?? resource)
    if (parsed?.kind !== 'service') continue
    const invoked = parsed.resourceType === 'lambda' ? invokedFunction(state) : undefined
    if (invoked !== undefined) found.functions.add(functionName(invoked))
    if (parsed.resourceType !== 'lambda') found.services.add(parsed.resourceType)
  }
  return {
    functions: [...found.functions],
    activities: [...found.activities],
    services: [...found.services],
  }
}

/** Every object that says `Type`: states, wherever they are nested. */
function* statesIn(value: Json): Generator<JsonObject> {
  if (isJsonArray(value)) {
    for (const item of value) yield* statesIn(item)
  } else if (isJsonObject(value)) {
    if (typeof value.get('Type') === 'string') yield value
    for (const member of value.values()) yield* statesIn(member)
  }
}

function invokedFunction(state: JsonObject): string | undefined {
  for (const field of ['Parameters', 'Arguments']) {
    const parameters = state.get(field)
    const name = parameters !== undefined && isJsonObject(parameters) ? parameters.get('FunctionName') : undefined
    if (typeof name === 'string') return name
  }
  return undefined
}

/** `arn:…:function:pay:live` → `pay`: an endpoint is asked by the name. */
function functionName(text: string): string {
  return /:function:([^:]+)/.exec(text)?.[1] ?? text
}
