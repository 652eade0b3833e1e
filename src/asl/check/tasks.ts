/** What only Task states have: Resource, what it is given, Credentials, timeouts. */
import { isJsonNumber, isJsonObject, type Json } from '../../base/index.ts'
import { parseResource, type TaskResource } from '../resource.ts'
import { checkExpression, noResult, startsExpression } from './expressions.ts'
import { template } from './paths.ts'
import { memberOf, type Place } from './place.ts'
import { text } from './scalars.ts'
import { isIntegration, requiredArguments } from './services.ts'
import type { Check, Visit } from './visit.ts'
import { wording } from './wording.ts'

type Service = Extract<TaskResource, { kind: 'service' }>

/** `Resource` of a Task, with what follows from it for the rest of the state. */
export const resource: Check = (value, place, visit) => {
  const { report } = visit.run
  if (typeof value !== 'string') return text(value, place, visit)
  if (!value.startsWith('arn:')) return report.schema(wording.notAnArn, place)
  const resource = parseResource(value)
  if (resource === undefined || !isRecognised(resource)) return report.schema(wording.unknownResource(value), place)
  if (visit.run.type === 'EXPRESS') checkExpress(resource, place, visit)
  if (resource.kind === 'service') checkArguments(resource, place, visit)
  if (resource.kind === 'activity' && visit.body.has('Credentials')) {
    report.schema(wording.credentialsOnActivity, memberOf(visit.place, 'Credentials'))
  }
}

const isRecognised = (resource: TaskResource): boolean =>
  resource.kind !== 'service' || isIntegration(resource.resourceType, resource.action, resource.pattern)

function checkExpress(resource: TaskResource, place: Place, { run }: Visit): void {
  if (resource.kind === 'activity') run.report.schema(wording.expressActivity, place)
  if (resource.kind !== 'service' || resource.pattern === 'request') return
  run.report.schema(resource.pattern === 'token' ? wording.expressToken : wording.expressSync, place)
}

/** A service call without its request cannot be sent. What an expression or `$` will yield is not known here. */
function checkArguments(service: Service, place: Place, visit: Visit): void {
  const { report } = visit.run
  const field = visit.language === 'JSONPath' ? 'Parameters' : 'Arguments'
  const request = visit.body.get(field)
  if (request === undefined) return report.schema(wording.argumentsRequired(field, service.arn), place)
  if (!isJsonObject(request)) return
  for (const name of requiredArguments.get(`${service.resourceType}:${service.action}`) ?? []) {
    if (request.has(name) || request.has(`${name}.$`)) continue
    report.schema(wording.fieldMissing(name), memberOf(visit.place, field))
  }
}

/** `Credentials`: the role to call with, literal or computed. */
export const credentials: Check = (value, place, visit) => {
  if (!isJsonObject(value)) return visit.run.report.schema(wording.expected('[OBJECT]'), place)
  const computed = visit.language === 'JSONPath' ? 'RoleArn.$' : undefined
  if (!value.has('RoleArn') && (computed === undefined || !value.has(computed))) {
    return visit.run.report.schema(wording.fieldMissing('RoleArn'), place)
  }
  for (const [name, member] of value) {
    if (name === 'RoleArn') role(member, memberOf(place, name), visit)
    else if (name !== computed) visit.run.report.schema(wording.fieldUnsupported(name), place)
  }
  if (computed !== undefined) template(value, place, visit)
}

function role(value: Json, place: Place, visit: Visit): void {
  if (visit.language === 'JSONata' && typeof value === 'string' && startsExpression(value)) {
    checkExpression(value, place, visit, noResult)
  } else text(value, place, visit)
}

/** `HeartbeatSeconds` against `TimeoutSeconds`, where both are numbers. */
export const shorterThanTimeout =
  (check: Check): Check =>
  (value, place, visit) => {
    check(value, place, visit)
    const timeout = visit.body.get('TimeoutSeconds')
    if (timeout === undefined || !isJsonNumber(timeout) || !isJsonNumber(value)) return
    if (Number(value) >= Number(timeout)) visit.run.report.schema(wording.heartbeat, place)
  }
