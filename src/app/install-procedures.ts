/** Every procedure has a state machine of its name: made at the first start, brought up to date at later ones. */
import type { Actor } from '../access/index.ts'
import { HoldfastError } from '../base/index.ts'
import {
  createStateMachine,
  describeStateMachine,
  type Engine,
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
    const present = await definitionOf(engine, arn)
    if (present === undefined) await createStateMachine(engine, starter, { name, definition, roleArn }, cause)
    else if (present !== definition) await updateStateMachine(engine, starter, { arn, definition }, cause)
  }
}

async function definitionOf(engine: Engine, arn: string): Promise<string | undefined> {
  try {
    return (await describeStateMachine(engine, starter, arn)).definition
  } catch (error) {
    if (error instanceof HoldfastError && error.kind === 'missing') return undefined
    throw error
  }
}
