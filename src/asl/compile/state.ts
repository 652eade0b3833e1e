/** One state of the definition → one compiled state. */
import { isJsonNumber, isJsonObject, type Json, type JsonObject, printJson } from '../../base/index.ts'
import type { Catcher, Filter, Outlet, Recovery, Retrier, State, StateBase } from '../machine.ts'
import { parseResource } from '../resource.ts'
import { compileRules } from './choice.ts'
import { type Compilation, uncompilable } from './compilation.ts'
import {
  assignments,
  type Fields,
  filter,
  numberField,
  objects,
  reference,
  roleArn,
  type Target,
  template,
  textField,
  texts,
} from './fields.ts'
import { mapFields } from './map.ts'
import type { Template } from './value.ts'

export function compileState(compilation: Compilation, id: number, name: string, body: Json, target: Target): State {
  if (!isJsonObject(body)) throw uncompilable(`the state ${name} is not an object`)
  const language = body.get('QueryLanguage')
  const jsonata = language === undefined ? compilation.jsonata : language === 'JSONata'
  const fields: Fields = { body, jsonata, target }
  const next = body.get('Next')
  const base: StateBase = { id, name, jsonata, next: next === undefined ? undefined : target(next) }
  return compileType(compilation, base, fields)
}

function compileType(compilation: Compilation, base: StateBase, fields: Fields): State {
  const { body } = fields
  switch (body.get('Type')) {
    case 'Pass':
      return { ...base, ...outlet(fields), type: 'Pass', ...inlet(fields), result: literal(body.get('Result')) }
    case 'Succeed':
      return { ...base, ...outlet(fields), type: 'Succeed', inputPath: filter(body, 'InputPath') }
    case 'Fail':
      return { ...base, type: 'Fail', error: textField(fields, 'Error'), cause: textField(fields, 'Cause') }
    case 'Wait':
      return {
        ...base,
        ...outlet(fields),
        type: 'Wait',
        inputPath: filter(body, 'InputPath'),
        until: waitUntil(fields),
      }
    case 'Choice':
      return {
        ...base,
        ...outlet(fields),
        type: 'Choice',
        inputPath: filter(body, 'InputPath'),
        rules: compileRules(fields),
        otherwise: body.has('Default') ? fields.target(body.get('Default')) : undefined,
      }
    case 'Task':
      return { ...base, ...outlet(fields), ...recovery(fields), type: 'Task', ...inlet(fields), ...task(fields) }
    case 'Parallel':
      return {
        ...base,
        ...outlet(fields),
        ...recovery(fields),
        type: 'Parallel',
        ...inlet(fields),
        branches: branches(compilation, body),
      }
    case 'Map':
      return { ...base, ...outlet(fields), ...recovery(fields), type: 'Map', ...mapFields(compilation, base, fields) }
    default:
      throw uncompilable(`the state ${base.name} has no known Type`)
  }
}

const literal = (json: Json | undefined): string | undefined => (json === undefined ? undefined : printJson(json))

/** What a state is given: InputPath and Parameters, or Arguments. */
function inlet(fields: Fields): { inputPath: Filter; parameters: Template | undefined } {
  return {
    inputPath: filter(fields.body, 'InputPath'),
    parameters: template(fields, fields.body.get(fields.jsonata ? 'Arguments' : 'Parameters'), 'Arguments'),
  }
}

function outlet(fields: Fields): Outlet {
  const { body, jsonata } = fields
  return {
    resultSelector: jsonata ? undefined : template(fields, body.get('ResultSelector'), 'ResultSelector'),
    resultPath: reference(body.get('ResultPath')),
    outputPath: filter(body, 'OutputPath'),
    output: jsonata ? template(fields, body.get('Output'), 'Output') : undefined,
    assign: assignments(fields, body.get('Assign'), 'Assign'),
  }
}

function waitUntil(fields: Fields): Extract<State, { type: 'Wait' }>['until'] {
  const seconds = numberField(fields, 'Seconds')
  if (seconds !== undefined) return { kind: 'seconds', seconds }
  const timestamp = textField(fields, 'Timestamp')
  if (timestamp !== undefined) return { kind: 'timestamp', timestamp }
  throw uncompilable('a Wait state says neither how long nor until when')
}

function recovery(fields: Fields): Recovery {
  return {
    retriers: objects(fields.body.get('Retry')).map(retrier),
    catchers: objects(fields.body.get('Catch')).map((rule, i) => catcher(fields, rule, i)),
  }
}

function retrier(rule: JsonObject): Retrier {
  const number = (field: string, otherwise: number): number => {
    const value = rule.get(field)
    return value !== undefined && isJsonNumber(value) ? Number(value) : otherwise
  }
  return {
    errors: texts(rule.get('ErrorEquals')),
    intervalSeconds: number('IntervalSeconds', 1),
    maxAttempts: number('MaxAttempts', 3),
    backoffRate: number('BackoffRate', 2),
    maxDelaySeconds: number('MaxDelaySeconds', Infinity),
    fullJitter: rule.get('JitterStrategy') === 'FULL',
  }
}

function catcher(fields: Fields, rule: JsonObject, i: number): Catcher {
  return {
    errors: texts(rule.get('ErrorEquals')),
    next: fields.target(rule.get('Next')),
    resultPath: reference(rule.get('ResultPath')),
    output: fields.jsonata ? template(fields, rule.get('Output'), `Catch[${i}]/Output`) : undefined,
    assign: assignments(fields, rule.get('Assign'), `Catch[${i}]/Assign`),
  }
}

type TaskFields = Pick<Extract<State, { type: 'Task' }>, 'resource' | 'timeout' | 'heartbeat' | 'roleArn'>

function task(fields: Fields): TaskFields {
  const arn = fields.body.get('Resource')
  const resource = typeof arn === 'string' ? parseResource(arn) : undefined
  if (resource === undefined) throw uncompilable(`${JSON.stringify(arn)} is not a task resource`)
  return {
    resource,
    timeout: numberField(fields, 'TimeoutSeconds'),
    heartbeat: numberField(fields, 'HeartbeatSeconds'),
    roleArn: roleArn(fields),
  }
}

function branches(compilation: Compilation, body: JsonObject): readonly number[] {
  return objects(body.get('Branches')).map((branch) => compilation.scope(branch))
}
