/** Whether an execution may start: every refusal comes from here, before anything is written. */
import { HoldfastError, uuid4, uuid7 } from '../../base/index.ts'
import { AnswerNeeded, type Question, type Transaction } from '../../store/index.ts'
import { executionArn, machineArnOf } from '../arn.ts'
import type { StartedExecution } from '../contract.ts'
import { executionExists, executionLimitExceeded, typeUnsupported } from '../errors.ts'
import { currentHeadQuestion, type RevisionHead, type StartTarget } from '../machine/queries.ts'
import type { Heads } from '../machine/heads.ts'
import { requireStartable } from '../machine/start.ts'
import type { Registry } from '../registry.ts'
import type { ExpressRoom } from '../express/room.ts'
import { isAwaited } from './children.ts'
import { findByName } from './statements.ts'
import type { StartWork, Work } from './work.ts'

export type Admission = StartTarget & {
  readonly name: string
  /** The same start was made before and its execution runs: nothing is to be done. */
  readonly running: StartedExecution | undefined
}

export type AdmissionPlace = {
  readonly registry: Pick<Registry, 'account' | 'clock' | 'randomBytes'> & {
    readonly expressRoom: ExpressRoom
    readonly heads: Heads
  }
  readonly queries: Transaction
  /** Nothing can be asked: machines are assumed to be what they were. */
  readonly ahead: boolean
  /** What was found in this transaction, where chance has no say in it: each look may cost a way to a server. */
  readonly targets: Map<string, StartTarget>
}

/** Machines that starts are asked about beforehand, at most. */
const machinesAsked = 8
/** What a database may refuse to be asked must not be asked for all: it is refused alone. */
const plain = /^[!-~]+$/

/** What `admit` will ask for these works, as far as that can be known. */
export function questionsOf(works: Iterable<Work>): Question[] {
  const arns = new Set<string>()
  for (const work of works) {
    if (work.kind === 'start' && plain.test(work.stateMachineArn)) arns.add(machineArnOf(work.stateMachineArn))
    if (arns.size === machinesAsked) break
  }
  return [...arns].map(currentHeadQuestion)
}

/** A refusal is returned; what is thrown is the store's. */
export function admit(place: AdmissionPlace, work: StartWork): Admission | HoldfastError {
  try {
    const { clock, expressRoom, randomBytes } = place.registry
    const target = targetOf(place, work.stateMachineArn)
    const { revision } = target
    const { name } = work
    if (revision.type === 'EXPRESS') {
      if (isAwaited(work.nested)) throw typeUnsupported('STANDARD')
      if (expressRoom.full) throw executionLimitExceeded(expressRoom.limit)
      // Names of express executions may repeat: the id in the ARN is what tells them apart.
      return { ...target, name: name ?? uuid4(randomBytes), running: undefined }
    }
    if (name === undefined) return { ...target, name: uuid7(clock.now(), randomBytes), running: undefined }
    return { ...target, name, running: runningAlready(place, { work, revision, name }) }
  } catch (error) {
    if (error instanceof HoldfastError && !error.code.startsWith('store.')) return error
    throw error
  }
}

function targetOf(place: AdmissionPlace, arn: string): StartTarget {
  const known = place.targets.get(arn)
  if (known !== undefined) return known
  const target = place.ahead ? assumeTarget(place, arn) : findTarget(place, arn)
  if (target.alias === undefined) place.targets.set(arn, target)
  return target
}

function assumeTarget({ registry, queries }: AdmissionPlace, arn: string): StartTarget {
  const revision = registry.heads.get(arn)
  if (revision === undefined) throw new AnswerNeeded()
  queries.assume(currentHeadQuestion(arn), revision, () => new AnswerNeeded())
  return { revision }
}

function findTarget({ registry, queries }: AdmissionPlace, arn: string): StartTarget {
  registry.heads.put(arn, undefined)
  const random = (): number => new DataView(registry.randomBytes(4).slice().buffer).getUint32(0) / 2 ** 32
  const target = requireStartable(queries, arn, random)
  const { revision, version, alias } = target
  if (version === undefined && alias === undefined && revision.type === 'STANDARD') registry.heads.put(arn, revision)
  return target
}

type Named = { readonly work: StartWork; readonly revision: RevisionHead; readonly name: string }

/** @throws HoldfastError execution.exists unless the one that has the name is this very start made before */
function runningAlready(
  { registry: { account }, queries }: AdmissionPlace,
  { work, revision, name }: Named,
): StartedExecution | undefined {
  const taken = findByName(queries, revision.machineName, name)
  if (taken === undefined) return undefined
  const arn = executionArn(account, revision.machineName, name)
  const same = taken.machineId === revision.machineId && taken.input === work.input && taken.status === 0
  if (same && work.nested === undefined) return { executionArn: arn, startedAt: taken.startedAt }
  throw executionExists(arn)
}
