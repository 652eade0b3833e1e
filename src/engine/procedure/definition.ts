/** A procedure as plain Amazon States Language, which runs unchanged here and on AWS. Pure. */
import type { JsonText } from '../../base/index.ts'
import { type Account, lambdaFunctionArn } from '../arn.ts'
import { taskMissing } from './errors.ts'
import type { Scope } from './machine-types.ts'
import type { Procedure } from './procedure.ts'

/**
 * One Lambda function holds all task functions of a procedure; the payload `{Task, Input}` says which is meant.
 * @throws HoldfastError procedure.task_missing
 */
export function definitionOf(procedure: Procedure, account: Account): JsonText {
  const functionArn = functionArnOf(procedure.name, account)
  const machine = expandMachine(procedure.machine, { functionArn, tasks: [...procedure.tasks.keys()] })
  return JSON.stringify(machine, null, 2)
}

export function functionArnOf(procedureName: string, account: Account): string {
  return lambdaFunctionArn(account, procedureName)
}

type Expansion = { readonly functionArn: string; readonly tasks: readonly string[] }
type Fields = Readonly<Record<string, unknown>>
type Place = { readonly path: string; readonly language: string }

const sugar = 'task:'

/** With every `task:name` written out. @throws HoldfastError procedure.task_missing */
export function expandMachine(machine: Scope, expansion: Expansion): object {
  return expandScope(fieldsOf(machine), { path: '', language: 'JSONPath' }, expansion)
}

function expandScope(scope: Fields, outer: Place, expansion: Expansion): Fields {
  const language = languageOf(scope, outer)
  const states = Object.entries(fieldsOf(scope['States'])).map(([name, state]) => {
    const place = { path: `${outer.path}/States/${name}`, language }
    return [name, expandState(fieldsOf(state), place, expansion)]
  })
  return { ...scope, States: Object.fromEntries(states) }
}

function expandState(state: Fields, outer: Place, expansion: Expansion): Fields {
  const place = { path: outer.path, language: languageOf(state, outer) }
  const { Resource, Branches, ItemProcessor } = state
  if (typeof Resource === 'string' && Resource.startsWith(sugar)) return expandTask(state, Resource, place, expansion)
  // A state's own QueryLanguage is not handed down to the scopes inside of it.
  if (Array.isArray(Branches)) {
    const branches = Branches.map((branch: unknown, index) =>
      expandScope(fieldsOf(branch), { ...outer, path: `${outer.path}/Branches/${index}` }, expansion),
    )
    return { ...state, Branches: branches }
  }
  if (ItemProcessor === undefined) return state
  const processor = expandScope(fieldsOf(ItemProcessor), { ...outer, path: `${outer.path}/ItemProcessor` }, expansion)
  return { ...state, ItemProcessor: processor }
}

function expandTask(state: Fields, resource: string, place: Place, { functionArn, tasks }: Expansion): Fields {
  const task = resource.slice(sugar.length)
  if (!tasks.includes(task)) throw taskMissing(`${place.path}/Resource`, task, tasks)
  const { Resource: _sugar, Parameters, Arguments, ...others } = state
  if (place.language === 'JSONata') {
    const Input = Arguments === undefined ? '{% $states.input %}' : Arguments
    return { ...others, Resource: functionArn, Arguments: { Task: task, Input } }
  }
  const input = Parameters === undefined ? { 'Input.$': '$' } : { Input: Parameters }
  return { ...others, Resource: functionArn, Parameters: { Task: task, ...input } }
}

function languageOf(fields: Fields, outer: Place): string {
  const { QueryLanguage } = fields
  return typeof QueryLanguage === 'string' ? QueryLanguage : outer.language
}

/** Machines are objects all the way down; what is not one has no fields and is the checker's to refuse. */
function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
