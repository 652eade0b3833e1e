/** Whether an execution may start: every refusal comes from here, before anything is written. */
import { HoldfastError, uuid4, uuid7 } from '../../base/index.ts'
import { executionArn } from '../arn.ts'
import type { StartedExecution } from '../contract.ts'
import { executionExists, executionLimitExceeded, typeUnsupported } from '../errors.ts'
import type { RevisionHead, StartTarget } from '../machine/queries.ts'
import { requireStartable } from '../machine/start.ts'
import type { Queries, Registry } from '../registry.ts'
import type { ExpressRoom } from '../express/room.ts'
import { isAwaited } from './children.ts'
import { findByName } from './statements.ts'
import type { StartWork } from './work.ts'

export type Admission = StartTarget & {
  readonly name: string
  /** The same start was made before and its execution runs: nothing is to be done. */
  readonly running: StartedExecution | undefined
}

type Place = Pick<Registry, 'account' | 'clock' | 'randomBytes'> & { readonly expressRoom: ExpressRoom }

/** A refusal is returned; what is thrown is the store's. */
export function admit(place: Place, queries: Queries, work: StartWork): Admission | HoldfastError {
  try {
    const random = (): number => new DataView(place.randomBytes(4).slice().buffer).getUint32(0) / 2 ** 32
    const target = requireStartable(queries, work.stateMachineArn, random)
    const { revision } = target
    const { name } = work
    if (revision.type === 'EXPRESS') {
      if (isAwaited(work.nested)) throw typeUnsupported()
      if (place.expressRoom.full) throw executionLimitExceeded(place.expressRoom.limit)
      // Names of express executions may repeat: the id in the ARN is what tells them apart.
      return { ...target, name: name ?? uuid4(place.randomBytes), running: undefined }
    }
    if (name === undefined) return { ...target, name: uuid7(place.clock.now(), place.randomBytes), running: undefined }
    return { ...target, name, running: runningAlready(place, queries, { work, revision, name }) }
  } catch (error) {
    if (error instanceof HoldfastError && !error.code.startsWith('store.')) return error
    throw error
  }
}

type Named = { readonly work: StartWork; readonly revision: RevisionHead; readonly name: string }

/** @throws HoldfastError execution.exists unless the one that has the name is this very start made before */
function runningAlready(
  { account }: Place,
  queries: Queries,
  { work, revision, name }: Named,
): StartedExecution | undefined {
  const taken = findByName(queries, revision.machineName, name)
  if (taken === undefined) return undefined
  const arn = executionArn(account, revision.machineName, name)
  const same = taken.machineId === revision.machineId && taken.input === work.input && taken.status === 0
  if (same && work.nested === undefined) return { executionArn: arn, startedAt: taken.startedAt }
  throw executionExists(arn)
}
