/** What is told of the children of a Map Run: the records of its result files, in AWS's form. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isJsonArray, type JsonText, parseJson, printJson } from '../../base/index.ts'
import type { ResultPlan } from '../../asl/index.ts'
import { type Account, executionArn, stateMachineArn } from '../arn.ts'
import type { Core } from '../run/core.ts'
import { childOutputs, type ChildRow, childRows, type MapRunRow, type Range } from './rows.ts'

/** Rows are read so many at a time: each may hold a payload of megabytes. */
const rowsAtOnce = 50
/** Numbers of children that are looked through at once for those that are wanted. */
const window = 5000

/** Page by page, for they are millions. */
type Texts = AsyncIterable<readonly JsonText[]>

/** Records of the children that have not succeeded, in the order of their items. */
export async function* failureRecords({ store, account }: Core, run: MapRunRow): Texts {
  const { failed, timedOut, aborted, pendingRedrive } = run
  const read = (range: Range) => childRows(store.read, run.id, 'failed', range)
  const pages = pagesOf(run, failed + timedOut + aborted + pendingRedrive, read)
  for await (const rows of pages) yield rows.map((row) => recordOf(account, row))
}

/** What the children that have succeeded add to the results, in the order of their items. */
export async function* successResults(
  { store, account }: Core,
  run: MapRunRow,
  transformation: ResultPlan['transformation'],
): Texts {
  if (transformation === 'NONE') {
    const read = (range: Range) => childRows(store.read, run.id, 'succeeded', range)
    for await (const rows of pagesOf(run, run.succeeded, read)) yield rows.map((row) => recordOf(account, row))
    return
  }
  const read = (range: Range) => childOutputs(store.read, run.id, range)
  for await (const rows of pagesOf(run, run.succeeded, read)) {
    const outputs = rows.map(({ output }) => output ?? 'null')
    yield transformation === 'FLATTEN' ? outputs.flatMap(flattened) : outputs
  }
}

async function* pagesOf<Row extends { readonly index: number }>(
  run: MapRunRow,
  wanted: number,
  read: (range: Range) => readonly Row[],
): AsyncIterable<readonly Row[]> {
  let after = -1
  for (let found = 0; found < wanted && after < run.started;) {
    const range = { after, before: after + window, limit: rowsAtOnce }
    const rows = read(range)
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

/** The elements of an array; anything else is one. */
function flattened(output: JsonText): readonly JsonText[] {
  const value = parseJson(output)
  return isJsonArray(value) ? value.map(printJson) : [output]
}
