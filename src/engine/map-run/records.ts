/** What is told of the children of a Map Run: the records of its result files, in AWS's form. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isJsonArray, type JsonText, parseJson, printJson } from '../../base/index.ts'
import type { ResultPlan } from '../../asl/index.ts'
import { type Account, executionArn, stateMachineArn } from '../arn.ts'
import type { Core } from '../run/core.ts'
import { type ChildRow, childRows, type MapRunRow } from './rows.ts'

/** Rows are read so many at a time: each may hold a payload of megabytes. */
const rowsAtOnce = 50
/** Numbers of children that are looked through at once for those that are wanted. */
const window = 5000

export type Which = 'succeeded' | 'failed'

/** Children that have ended so, in the order of their items; page by page, for they are millions. */
export async function* endedChildren(
  { store }: Core,
  run: MapRunRow,
  which: Which,
): AsyncIterable<readonly ChildRow[]> {
  const { succeeded, failed, timedOut, aborted, pendingRedrive } = run
  const wanted = which === 'succeeded' ? succeeded : failed + timedOut + aborted + pendingRedrive
  let after = -1
  for (let found = 0; found < wanted && after < run.started;) {
    const range = { after, before: after + window, limit: rowsAtOnce }
    const rows = childRows(store.read, run.id, which, range)
    if (rows.length > 0) yield rows
    found += rows.length
    after = rows.length < rowsAtOnce ? range.before - 1 : (rows.at(-1)?.index ?? after)
    await nextTurn()
  }
}

/** All there is to say of a child. Timestamps are texts, input and output are JSON as texts. */
export function recordOf(account: Account, row: ChildRow): JsonText {
  const { machineName, name, error, cause, input, output, redriveCount } = row
  const succeeded = row.status === 1
  return JSON.stringify({
    ...(cause === null ? {} : { Cause: cause }),
    ...(error === null ? {} : { Error: error }),
    ExecutionArn: executionArn(account, machineName, name),
    Input: input,
    InputDetails: { Included: true },
    Name: name,
    ...(output === null ? {} : { Output: output, OutputDetails: { Included: true } }),
    RedriveCount: redriveCount,
    RedriveStatus: succeeded ? 'NOT_REDRIVABLE' : 'REDRIVABLE_BY_MAP_RUN',
    ...(succeeded ? { RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven' } : {}),
    StartDate: new Date(row.startedAt).toISOString(),
    StateMachineArn: stateMachineArn(account, machineName),
    Status: statuses[row.status] ?? 'FAILED',
    ...(row.stoppedAt === null ? {} : { StopDate: new Date(row.stoppedAt).toISOString() }),
  })
}

const statuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']

/** What a child that has succeeded adds to the results. */
export function transformed(
  core: Core,
  row: ChildRow,
  transformation: ResultPlan['transformation'],
): readonly JsonText[] {
  if (transformation === 'NONE') return [recordOf(core.account, row)]
  const output = row.output ?? 'null'
  return transformation === 'FLATTEN' ? flattened(output) : [output]
}

/** The elements of an array; anything else is one. */
function flattened(output: JsonText): readonly JsonText[] {
  const value = parseJson(output)
  return isJsonArray(value) ? value.map(printJson) : [output]
}
