/** Every procedure has a state machine of its name: made at the first start, brought up to date at later ones. */
import type { Actor } from '../access/index.ts'
import { HoldfastError } from '../base/index.ts'
import {
  createStateMachine,
  describeStateMachine,
  type Engine,
  type StateMachineDescription,
  stateMachineArn,
  updateStateMachine,
} from '../engine/index.ts'
import { appError } from './errors.ts'

export type InstalledProcedure = { readonly name: string; readonly definition: string }

const starter: Actor = { type: 'system', id: 'start', via: 'api' }
/** Whoever started the program with this configuration. */
const cause = { type: 'human', id: 'start' } as const
const roleArn = 'arn:aws:iam::000000000000:role/holdfast'

/** @throws HoldfastError app.procedure_refused */
export async function installProcedures(engine: Engine, procedures: readonly InstalledProcedure[]): Promise<void> {
  for (const procedure of procedures) {
    try {
      await install(engine, procedure)
    } catch (error) {
      throw namedAfter(procedure, error)
    }
  }
}

async function install(engine: Engine, { name, definition }: InstalledProcedure): Promise<void> {
  const arn = stateMachineArn(engine.account, name)
  const present = await machineAt(engine, arn)
  if (present === undefined) await createStateMachine(engine, starter, { name, definition, roleArn }, cause)
  // Nothing can change it any more. Refusing to start would leave nobody to stop the executions it waits for.
  else if (present.status === 'DELETING') sayDeleting(engine, name)
  else if (present.definition !== definition) await updateStateMachine(engine, starter, { arn, definition }, cause)
}

/** What the checker finds in one of many procedures says which one it is. */
function namedAfter({ name }: InstalledProcedure, error: unknown): unknown {
  if (!(error instanceof HoldfastError) || error.code !== 'machine.definition_invalid') return error
  const found = error.message.replace(/^Invalid State Machine Definition: '(.*)'$/s, '$1')
  return appError('app.procedure_refused', `The machine of the procedure "${name}" is not valid: ${found}`, {
    place: [name, error.place].filter((part) => part !== undefined).join(' '),
    repair:
      'correct it and start again; holdfast asl check FILE names every place in a file that exports one procedure',
    cause: error,
  })
}

async function machineAt(engine: Engine, arn: string): Promise<StateMachineDescription | undefined> {
  try {
    return await describeStateMachine(engine, starter, arn)
  } catch (error) {
    if (error instanceof HoldfastError && error.kind === 'missing') return undefined
    throw error
  }
}

function sayDeleting({ logger }: Engine, procedure: string): void {
  logger.warn(
    'the state machine of a procedure is being deleted: it is made anew at the start after its last execution',
    {
      procedure,
    },
  )
}
