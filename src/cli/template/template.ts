/** What a template says of state machines, activities and functions, with everything resolved that can be. Pure. */
import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../../base/index.ts'
import type { Account } from '../../engine/index.ts'
import { type Assumed, Resolver, textOf, type Unresolved } from './resolve.ts'
import { isFunction, isMachine, type Resource, resourcesIn } from './resources.ts'
import { type Path, readSource, type Source } from './source.ts'

export type MachineType = 'STANDARD' | 'EXPRESS'

/** Where the definition is. */
export type DefinitionSource =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly value: Json }
  /** Beside the template. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'bucket'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'none' }

export type TemplateMachine = {
  readonly id: string
  readonly name: string
  readonly type: MachineType
  readonly definition: DefinitionSource
  readonly substitutions: ReadonlyMap<string, Json>
  readonly unresolved: readonly Unresolved[]
  /** What the template says of it that is not taken over, a line each. */
  readonly notes: readonly string[]
  /** For what is found out later: of the definition in the template. */
  readonly place: string
}

export type TemplateFunction = {
  readonly id: string
  readonly name: string
  /** `app.handler`, and the folder of its code. */
  readonly handler: string | undefined
  readonly code: string | undefined
}

export type TemplateActivity = { readonly id: string; readonly name: string }

export type Template = {
  readonly file: string
  readonly machines: readonly TemplateMachine[]
  readonly functions: readonly TemplateFunction[]
  readonly activities: readonly TemplateActivity[]
  /** Nested stacks, and other things of the template as a whole that a reader must know. */
  readonly notes: readonly string[]
  readonly assumed: readonly Assumed[]
  readonly unusedParameters: readonly string[]
}

export type TemplateOptions = {
  readonly file: string
  readonly account: Account
  readonly stackName: string
  readonly given: ReadonlyMap<string, string>
}

/** @throws HoldfastError cli.file_invalid */
export function readTemplate(text: string, { file, account, stackName, given }: TemplateOptions): Template {
  const source = readSource(file, text)
  const root = isJsonObject(source.value) ? source.value : new Map<string, Json>()
  const resources = resourcesIn(root.get('Resources'))
  const resolver = new Resolver({ source, resources, account, stackName, given })
  const reader = new TemplateReader(source, resources, resolver)
  const machines = reader.machines()
  return {
    file,
    machines,
    functions: reader.functions(),
    activities: reader.activities(),
    notes: reader.notes(),
    assumed: resolver.assumed,
    unusedParameters: resolver.unused,
  }
}

class TemplateReader {
  readonly #source: Source
  readonly #resources: ReadonlyMap<string, Resource>
  readonly #resolver: Resolver

  constructor(source: Source, resources: ReadonlyMap<string, Resource>, resolver: Resolver) {
    this.#source = source
    this.#resources = resources
    this.#resolver = resolver
  }

  machines(): readonly TemplateMachine[] {
    return this.#there(({ type }) => isMachine(type)).map((resource) => this.#machine(resource))
  }

  functions(): readonly TemplateFunction[] {
    return this.#there(({ type }) => isFunction(type)).map((resource) => ({
      id: resource.id,
      name: this.#resolver.nameOf(resource),
      handler: this.#text(resource, 'Handler'),
      code: this.#text(resource, 'CodeUri'),
    }))
  }

  activities(): readonly TemplateActivity[] {
    return this.#there(({ type }) => type === 'AWS::StepFunctions::Activity').map((resource) => ({
      id: resource.id,
      name: this.#resolver.nameOf(resource),
    }))
  }

  notes(): readonly string[] {
    const absent = [...this.#resources.values()].filter((one) => isMachine(one.type) && !this.#isThere(one))
    const nested = this.#there(({ type }) => /^AWS::(CloudFormation::Stack|Serverless::Application)$/.test(type))
    const published = this.#there(({ type }) => /^AWS::StepFunctions::StateMachine(Version|Alias)$/.test(type))
    return [
      ...absent.map(({ id, condition }) => `${id} is left out: the condition ${condition} does not hold`),
      ...nested.map((stack) => this.#nested(stack)),
      ...published.map(
        ({ id, type }) =>
          `${id} (${type.split('::')[2]}) is left out: publish it with PublishStateMachineVersion or CreateStateMachineAlias when you need it`,
      ),
    ]
  }

  #nested(stack: Resource): string {
    const at = this.#text(stack, 'TemplateURL') ?? this.#text(stack, 'Location')
    const how =
      at === undefined || /^(https?|s3):/.test(at)
        ? 'get its template and import that by itself'
        : `holdfast asl import ${at}`
    return `${stack.id} is a nested stack, which has machines of its own or none: ${how}`
  }

  #machine(resource: Resource): TemplateMachine {
    const { id, type, properties } = resource
    const unresolved: Unresolved[] = []
    const take = (property: string): Json | undefined => {
      const value = properties.get(property)
      if (value === undefined) return undefined
      const resolved = this.#resolver.resolve(value, pathOf(resource, property))
      unresolved.push(...resolved.unresolved)
      return resolved.value
    }
    const property = definitionProperties.find((name) => properties.has(name)) ?? 'Definition'
    const definition = definitionOf(property, take(property))
    const substitutions = take('DefinitionSubstitutions')
    const kind = take(type === 'AWS::Serverless::StateMachine' ? 'Type' : 'StateMachineType')
    return {
      id,
      name: this.#resolver.nameOf(resource),
      type: kind === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
      definition,
      substitutions: objectOf(substitutions),
      unresolved,
      notes: notesOf(properties),
      place: this.#source.placeOf(pathOf(resource, property)),
    }
  }

  #text(resource: Resource, property: string): string | undefined {
    const value = resource.properties.get(property)
    const resolved = value === undefined ? undefined : this.#resolver.resolve(value, pathOf(resource, property)).value
    return typeof resolved === 'string' ? resolved : undefined
  }

  #there(wanted: (resource: Resource) => boolean): readonly Resource[] {
    return [...this.#resources.values()].filter((one) => wanted(one) && this.#isThere(one))
  }

  #isThere({ id, condition }: Resource): boolean {
    return condition === undefined || this.#resolver.holds(condition, ['Resources', id, 'Condition'])
  }
}

const pathOf = ({ id }: Resource, property: string): Path => ['Resources', id, 'Properties', property]

const definitionProperties = ['Definition', 'DefinitionString', 'DefinitionUri', 'DefinitionS3Location']

function definitionOf(property: string, value: Json | undefined): DefinitionSource {
  if (value === undefined) return { kind: 'none' }
  if (property === 'Definition')
    return typeof value === 'string' ? { kind: 'text', text: value } : { kind: 'value', value }
  if (property === 'DefinitionString')
    return typeof value === 'string' ? { kind: 'text', text: value } : { kind: 'value', value }
  if (typeof value === 'string') return locationOf(value)
  const location = objectOf(value)
  const [bucket, key] = ['Bucket', 'Key'].map((name) => textOf(location.get(name) ?? ''))
  return { kind: 'bucket', bucket: bucket ?? '', key: key ?? '' }
}

function locationOf(text: string): DefinitionSource {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(text) ?? []
  return bucket === undefined || key === undefined ? { kind: 'file', path: text } : { kind: 'bucket', bucket, key }
}

/** What belongs to AWS, or is done here by other means. */
function notesOf(properties: JsonObject): readonly string[] {
  const events = [...objectOf(properties.get('Events'))].map(([name, event]) => {
    const type = textOf(objectOf(event).get('Type') ?? 'unknown')
    return `not started by itself here: event ${name} (${type})`
  })
  const ignored = ['Policies', 'Role', 'RoleArn', 'PermissionsBoundary'].filter((name) => properties.has(name))
  const observed = ['Logging', 'LoggingConfiguration', 'Tracing', 'TracingConfiguration'].filter((name) =>
    properties.has(name),
  )
  const alias = properties.get('AutoPublishAlias')
  return [
    ...events,
    ...(ignored.length === 0 ? [] : [`${ignored.join(' and ')} left out: nothing here assumes a role`]),
    ...(observed.length === 0
      ? []
      : [`${observed.join(' and ')} left out: history, /metrics and traces are here for that`]),
    ...(alias === undefined
      ? []
      : [`AutoPublishAlias left out: references to ${textOf(alias)} reach the machine itself`]),
  ]
}

const objectOf = (value: Json | undefined): JsonObject =>
  value !== undefined && isJsonObject(value) && !isJsonArray(value) ? value : new Map<string, Json>()
