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

export type InstalledProcedure = { readonly name: string; readonly definition: string }

const starter: Actor = { type: 'system', id: 'start', via: 'api' }
/** Whoever started the program with this configuration. */
const cause = { type: 'human', id: 'start' } as const
const roleArn = 'arn:aws:iam::000000000000:role/holdfast'

export async function installProcedures(engine: Engine, procedures: readonly InstalledProcedure[]): Promise<void> {
  for (const { name, definition } of procedures) {
    const arn = stateMachineArn(engine.account, name)
    const present = await machineAt(engine, arn)
    if (present === undefined) await createStateMachine(engine, starter, { name, definition, roleArn }, cause)
    // Nothing can change it any more. Refusing to start would leave nobody to stop the executions it waits for.
    else if (present.status === 'DELETING') sayDeleting(engine, name)
    else if (present.definition !== definition) await updateStateMachine(engine, starter, { arn, definition }, cause)
  }
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
