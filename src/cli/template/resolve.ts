/**
 * CloudFormation's functions carried out on this machine: what can be known becomes its value, what cannot is told with its
 * place and the repair, and something recognisable stands for it. Pure.
 */
import { isJsonArray, isJsonObject, type Json, type JsonObject, nearestWord, printJson } from '../../base/index.ts'
import type { Account } from '../../engine/index.ts'
import { conditionsOf } from './conditions.ts'
import {
  attributeOf,
  isOurs,
  namePropertiesOf,
  partitionOf,
  referenceTo,
  type Resource,
  usualName,
} from './resources.ts'
import type { Path, Source } from './source.ts'

/** Something of a template that has no value here. */
export type Unresolved = { readonly place: string; readonly what: string; readonly repair: string }

/** A resource that nobody has made here: what it is taken to be called. */
export type Assumed = { readonly id: string; readonly type: string; readonly value: string }

export type ResolverOptions = {
  readonly source: Source
  readonly resources: ReadonlyMap<string, Resource>
  readonly account: Account
  readonly stackName: string
  /** `--parameter`: values of parameters, and of references (`Orders`, `Orders.Arn`). */
  readonly given: ReadonlyMap<string, string>
}

/** What a function cannot be given a value for; the text stands for it. */
type Reading = { readonly path: Path; readonly problems: Unresolved[] }

export type Resolved = { readonly value: Json; readonly unresolved: readonly Unresolved[] }

/** `AWS::NoValue`: the member is not there. */
const noValue: Json = new Map([['AWS::NoValue', null]])

export class Resolver {
  readonly #options: ResolverOptions
  readonly #assumed = new Map<string, Assumed>()
  readonly #used = new Set<string>()
  /** Resources whose name is being worked out: a name that needs itself has none. */
  readonly #naming = new Set<string>()
  /** Conditions being worked out: Fn::If may ask for one within itself. */
  readonly #deciding = new Set<string>()

  constructor(options: ResolverOptions) {
    this.#options = options
  }

  get assumed(): readonly Assumed[] {
    return [...this.#assumed.values()]
  }

  /** Those of `given` that nothing asked for, and that are no parameters either. */
  get unused(): readonly string[] {
    const declared = this.#names('Parameters')
    return [...this.#options.given.keys()].filter((name) => !this.#used.has(name) && !declared.includes(name))
  }

  resolve(value: Json, path: Path): Resolved {
    const problems: Unresolved[] = []
    const resolved = this.#value(value, { path, problems })
    return { value: resolved === noValue ? null : resolved, unresolved: problems }
  }

  /** Whether the condition of that name holds. */
  holds(condition: string, path: Path): boolean {
    return this.#condition(condition, { path, problems: [] })
  }

  /** What the resource is called here. */
  nameOf(resource: Resource): string {
    const { id } = resource
    if (this.#naming.has(id)) return id
    this.#naming.add(id)
    try {
      for (const property of namePropertiesOf(resource)) {
        const value = resource.properties.get(property)
        if (value === undefined) continue
        const resolved = this.resolve(value, ['Resources', id, 'Properties', property])
        if (resolved.unresolved.length === 0 && typeof resolved.value === 'string') return resolved.value
      }
      return usualName(resource)
    } finally {
      this.#naming.delete(id)
    }
  }

  #value(value: Json, reading: Reading): Json {
    if (isJsonArray(value)) {
      return value.map((item, i) => this.#value(item, below(reading, i))).filter((item) => item !== noValue)
    }
    if (!isJsonObject(value)) return value
    const call = functionIn(value)
    if (call !== undefined) return this.#call(call.name, call.argument, below(reading, call.name))
    const members = [...value].map(([key, member]) => [key, this.#value(member, below(reading, key))] as const)
    return new Map(members.filter(([, member]) => member !== noValue))
  }

  #call(name: string, argument: Json, reading: Reading): Json {
    switch (name) {
      case 'Ref':
        return this.#ref(String(textOf(argument)), reading)
      case 'Fn::GetAtt':
        return this.#attribute(this.#texts(argument, reading), reading)
      case 'Fn::Sub':
        return this.#sub(argument, reading)
      case 'Fn::Join':
        return this.#join(argument, reading)
      case 'Fn::If':
        return this.#if(argument, reading)
      case 'Fn::Select':
        return this.#select(argument, reading)
      case 'Fn::Split':
        return this.#split(argument, reading)
      case 'Fn::FindInMap':
        return this.#findInMap(argument, reading)
      case 'Fn::Base64':
        return Buffer.from(textOf(this.#value(argument, reading))).toString('base64')
      case 'Fn::ToJsonString':
        return printJson(this.#value(argument, reading))
      case 'Fn::ImportValue':
        return this.#import(textOf(this.#value(argument, reading)), reading)
      default:
        return this.#unknown(`${name} is not carried out here`, `write the value in its place`, name, reading)
    }
  }

  #ref(name: string, reading: Reading): Json {
    const given = this.#given(name)
    if (given !== undefined) return this.#isList(name) ? given.split(',').map((item) => item.trim()) : given
    const pseudo = this.#pseudo(name)
    if (pseudo !== undefined) return pseudo
    const parameter = this.#member('Parameters', name)
    if (parameter !== undefined) return this.#default(name, parameter, reading)
    const resource = this.#options.resources.get(name)
    if (resource !== undefined) {
      return this.#assume(name, resource, referenceTo(resource, this.nameOf(resource), this.#options.account))
    }
    return this.#generated(name) ?? this.#missing(name, reading)
  }

  #default(name: string, parameter: Json, reading: Reading): Json {
    const type = isJsonObject(parameter) ? textOf(parameter.get('Type') ?? 'String') : 'String'
    const value = isJsonObject(parameter) ? parameter.get('Default') : undefined
    if (type.startsWith('AWS::SSM::')) {
      const what = `the parameter ${name} is read from Systems Manager (${textOf(value ?? '')})`
      return this.#unknown(what, `--parameter ${name}=VALUE`, name, reading)
    }
    if (value === undefined) {
      return this.#unknown(`the parameter ${name} has no default`, `--parameter ${name}=VALUE`, name, reading)
    }
    return this.#isList(name)
      ? textOf(value)
          .split(',')
          .map((item) => item.trim())
      : textOf(value)
  }

  #isList(name: string): boolean {
    const parameter = this.#member('Parameters', name)
    const type = parameter !== undefined && isJsonObject(parameter) ? textOf(parameter.get('Type') ?? '') : ''
    return /^(List<|CommaDelimitedList)/.test(type)
  }

  #attribute(words: readonly string[], reading: Reading): Json {
    const [id = '', ...rest] = words.join('.').split('.')
    const attribute = rest.join('.')
    const name = `${id}.${attribute}`
    const given = this.#given(name)
    if (given !== undefined) return given
    const resource = this.#options.resources.get(id)
    if (resource === undefined) return this.#missing(id, reading, name)
    const value = attributeOf(resource, attribute, this.#given(id) ?? this.nameOf(resource), this.#options.account)
    if (value !== undefined) return this.#assume(name, resource, value)
    const nested = /^AWS::(CloudFormation::Stack|Serverless::Application)$/.test(resource.type)
    const what = nested ? `${name} comes from a nested stack` : `${name} is known to AWS alone (${resource.type})`
    return this.#unknown(what, `--parameter ${name}=VALUE`, name, reading)
  }

  #sub(argument: Json, reading: Reading): Json {
    const [template = '', own = null] = isJsonArray(argument) ? argument : [argument]
    const locals = isJsonObject(own) ? own : new Map<string, Json>()
    return textOf(template).replaceAll(/\$\{(!?)([^${}]+)\}/g, (_all, literal: string, inner: string) => {
      if (literal !== '') return `\${${inner}}`
      const name = inner.trim()
      const local = locals.get(name)
      if (local !== undefined) return textOf(this.#value(local, below(reading, 1)))
      const value = name.includes('.') ? this.#attribute([name], reading) : this.#ref(name, reading)
      return textOf(value)
    })
  }

  #join(argument: Json, reading: Reading): Json {
    const [separator = '', items = []] = isJsonArray(argument) ? argument : []
    const values = this.#value(items, below(reading, 1))
    return isJsonArray(values) ? values.map((value) => textOf(value)).join(textOf(separator)) : textOf(values)
  }

  #if(argument: Json, reading: Reading): Json {
    const [condition = '', yes = null, no = null] = isJsonArray(argument) ? argument : []
    const holds = this.#condition(textOf(condition), reading)
    return holds ? this.#value(yes, below(reading, 1)) : this.#value(no, below(reading, 2))
  }

  #select(argument: Json, reading: Reading): Json {
    const [index = 0, list = []] = isJsonArray(argument) ? argument : []
    const items = this.#value(list, below(reading, 1))
    const found = isJsonArray(items) ? items[Number(textOf(this.#value(index, reading)))] : undefined
    if (found !== undefined) return found
    // What made the list is told already when it has no value.
    return reading.problems.length > 0
      ? 'unresolved'
      : this.#unknown('Fn::Select finds no item there', 'mend the template', 'unresolved', reading)
  }

  #split(argument: Json, reading: Reading): Json {
    const [separator = '', text = ''] = isJsonArray(argument) ? argument : []
    return textOf(this.#value(text, below(reading, 1))).split(textOf(separator))
  }

  #findInMap(argument: Json, reading: Reading): Json {
    const [map = '', first = '', second = ''] = this.#texts(argument, reading)
    let found = this.#member('Mappings', map)
    for (const key of [first, second]) found = found !== undefined && isJsonObject(found) ? found.get(key) : undefined
    if (found !== undefined) return found
    const what = `the mapping ${map} has no ${first} › ${second}`
    return this.#unknown(
      what,
      'add it to Mappings, or import with the --region that it has',
      `${map}.${first}.${second}`,
      reading,
    )
  }

  #import(name: string, reading: Reading): Json {
    const given = this.#given(name)
    if (given !== undefined) return given
    return this.#unknown(`${name} is exported by another stack`, `--parameter ${name}=VALUE`, name, reading)
  }

  #condition(name: string, reading: Reading): boolean {
    if (this.#deciding.has(name)) return false
    this.#deciding.add(name)
    try {
      return conditionsOf(this.#section('Conditions'), (value) => this.#value(value, reading))(name)
    } finally {
      this.#deciding.delete(name)
    }
  }

  #pseudo(name: string): Json | undefined {
    const { account, stackName } = this.#options
    switch (name) {
      case 'AWS::Region':
        return account.region
      case 'AWS::AccountId':
        return account.accountId
      case 'AWS::Partition':
        return partitionOf(account)
      case 'AWS::StackName':
        return stackName
      case 'AWS::StackId':
        return `arn:${partitionOf(account)}:cloudformation:${account.region}:${account.accountId}:stack/${stackName}/local`
      case 'AWS::URLSuffix':
        return account.region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
      case 'AWS::NotificationARNs':
        return []
      case 'AWS::NoValue':
        return noValue
      default:
        return undefined
    }
  }

  /** What SAM makes out of `AutoPublishAlias`, and what Lambda and Step Functions call versions and aliases. */
  #generated(name: string): Json | undefined {
    const [id = '', part] = name.split('.')
    const resource = part === 'Alias' || part === 'Version' ? this.#options.resources.get(id) : undefined
    if (resource === undefined || !isOurs(resource)) return undefined
    const arn = attributeOf(resource, 'Arn', this.nameOf(resource), this.#options.account) ?? id
    const alias = resource.properties.get('AutoPublishAlias')
    return part === 'Alias' && alias !== undefined ? `${arn}:${textOf(this.resolve(alias, []).value)}` : arn
  }

  #missing(id: string, reading: Reading, name = id): Json {
    if (id === 'ServerlessRestApi' || id === 'ServerlessHttpApi') {
      return this.#unknown(`${name} is made by SAM out of events`, `--parameter ${name}=VALUE`, name, reading)
    }
    const near = nearestWord(id, [...this.#options.resources.keys(), ...this.#names('Parameters')])
    const hint = near === undefined ? '' : `; did it mean ${near}?`
    return this.#unknown(`${name} is nothing of this template${hint}`, `--parameter ${name}=VALUE`, name, reading)
  }

  #assume(name: string, resource: Resource, value: string): string {
    if (!isOurs(resource)) this.#assumed.set(name, { id: name, type: resource.type, value })
    return value
  }

  #given(name: string): string | undefined {
    const value = this.#options.given.get(name)
    if (value !== undefined) this.#used.add(name)
    return value
  }

  #unknown(what: string, repair: string, standIn: string, { path, problems }: Reading): string {
    const place = this.#options.source.placeOf(path)
    if (!problems.some((one) => one.what === what)) problems.push({ place, what, repair })
    return standIn
  }

  #texts(argument: Json, reading: Reading): readonly string[] {
    if (typeof argument === 'string') return [argument]
    return isJsonArray(argument) ? argument.map((item) => textOf(this.#value(item, reading))) : []
  }

  #section(name: string): JsonObject {
    const { value } = this.#options.source
    const section = isJsonObject(value) ? value.get(name) : undefined
    return section !== undefined && isJsonObject(section) ? section : new Map<string, Json>()
  }

  #member(section: string, name: string): Json | undefined {
    return this.#section(section).get(name)
  }

  #names(section: string): readonly string[] {
    return [...this.#section(section).keys()]
  }
}

const below = ({ path, problems }: Reading, step: string | number): Reading => ({ path: [...path, step], problems })

/** A value as text that is put into a text. */
export function textOf(value: Json): string {
  return typeof value === 'string' ? value : printJson(value)
}

/** An object with one member that is a function of CloudFormation's. */
function functionIn(value: JsonObject): { readonly name: string; readonly argument: Json } | undefined {
  if (value.size !== 1) return undefined
  for (const [name, argument] of value) {
    if ((name === 'Ref' && typeof argument === 'string') || name.startsWith('Fn::')) return { name, argument }
  }
  return undefined
}
