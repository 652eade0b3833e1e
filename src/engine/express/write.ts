/** What an express execution writes: a row and two records, at its start and its end, or both with its end. */
import { hash } from 'node:crypto'
import { type Actor, appendRecord, type Cause } from '../../audit/index.ts'
import { uuid4 } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import { expressArn, stateMachineArn } from '../arn.ts'
import type { StartedExecution } from '../contract.ts'
import { finishDeletion } from '../machine/queries.ts'
import type { Registry } from '../registry.ts'
import type { Admission } from '../run/admission.ts'
import type { Effects } from '../run/effects.ts'
import type { ExpressEndWork, StartWork } from '../run/work.ts'
import type { ExpressStart } from './express.ts'
import type { ExpressRoom } from './room.ts'
import { closeExpress, insertExpress } from './rows.ts'

type Place = Pick<Registry, 'account' | 'randomBytes'> & { readonly expressRoom: ExpressRoom }
export type ExpressWriting = {
  readonly place: Place
  readonly tx: Transaction
  readonly now: number
  readonly life: number | null
}

/** Asynchronous: durable before it is answered, and begun once that is committed. */
export function writeExpressStart(
  writing: ExpressWriting,
  effects: Effects,
  work: StartWork,
  { revision, name }: Admission,
): StartedExecution {
  const { place, tx, now, life } = writing
  const { machineId, revisionId, machineName } = revision
  const { input, traceHeader } = work
  const start = { machineId, revisionId, machineName, name, uuid: uuid4(place.randomBytes), startedAt: now, input }
  const kept = { ...start, traceHeader, id: insertExpress(tx, { ...start, traceHeader }, undefined, life) }
  recordStart(writing, kept, work)
  place.expressRoom.promise()
  effects.express.push(kept)
  effects.started++
  return startedExpress(place, kept)
}

const startedExpress = ({ account }: Pick<Place, 'account'>, start: ExpressStart): StartedExecution => ({
  executionArn: expressArn(account, start.machineName, start.name, start.uuid),
  startedAt: start.startedAt,
})

export function writeExpressEnd(
  writing: ExpressWriting,
  effects: Effects,
  { id, actor, start, end }: ExpressEndWork,
): void {
  const { place, tx, now } = writing
  if (id !== undefined && !closeExpress(tx, id, end)) return
  if (id === undefined) {
    insertExpress(tx, start, end)
    effects.started++
    recordStart(writing, start, { actor: actor ?? engineActor, cause: undefined })
  }
  const { executionArn } = startedExpress(place, start)
  appendRecord(tx, {
    at: now,
    actor: engineActor,
    action: 'execution.close',
    subject: { type: 'execution', id: executionArn },
    change: { status: end.status },
    cause: { type: 'execution', id: executionArn },
  })
  effects.closedExpress.push({
    arn: executionArn,
    ...{ machineName: start.machineName, status: end.status, startedAt: start.startedAt, stoppedAt: end.at },
    ...{ error: end.error, traceHeader: start.traceHeader ?? undefined },
  })
  finishDeletion(tx, start.machineId)
}

type Starter = { readonly actor: Actor; readonly cause?: Cause | undefined }

function recordStart({ place, tx, now }: ExpressWriting, start: ExpressStart, { actor, cause }: Starter): void {
  const { executionArn } = startedExpress(place, start)
  const byExecution = actor.type === 'machine' ? ({ type: 'execution', id: actor.id } as const) : cause
  appendRecord(tx, {
    at: now,
    actor,
    action: 'execution.start',
    subject: { type: 'execution', id: executionArn },
    change: { machine: stateMachineArn(place.account, start.machineName), inputSha256: hash('sha256', start.input) },
    ...(byExecution === undefined ? {} : { cause: byExecution }),
  })
}

const engineActor: Actor = { type: 'system', id: 'engine', via: 'timer' }
