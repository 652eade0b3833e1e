/** The results of a Map Run whose children are all done: put together in the order of the items, or exported. */
import { byteLength, type JsonText } from '../../base/index.ts'
import type { Core } from '../run/core.ts'
import { exportResults, type Exported } from './export.ts'
import type { PendingItems } from './pending.ts'
import { successResults } from './records.ts'
import type { MapRunRow, StoredPlan } from './rows.ts'
import type { MapRunOver } from './work.ts'

export type Collecting = {
  readonly core: Core
  readonly run: MapRunRow
  readonly plan: StoredPlan
  /** What would have become children, for the files of a run that has failed. */
  readonly pending: () => PendingItems
  readonly signal: AbortSignal
}

export async function collectResults({ core, run, plan, pending, signal }: Collecting): Promise<MapRunOver> {
  const { results } = plan
  const parameters = results.parameters
  const isFailed = run.error !== null
  const over = overOf(run)
  if (parameters !== undefined) {
    const exported = await exportResults({ core, run, results: { ...results, parameters }, pending, signal })
    return exportedOver(run, exported)
  }
  if (isFailed) return { ...over, end: failedEnd(run), written: [0, 0] }
  const output = await joinOutputs(core, run, results.transformation)
  const end = output === undefined ? { kind: 'succeeded' as const } : { kind: 'succeeded' as const, output }
  return { ...over, end, written: [run.succeeded, run.succeededItems] }
}

type End = MapRunOver['end']
type FailedEnd = Extract<End, { kind: 'failed' }>

const overOf = ({ redriveCount }: MapRunRow) => ({ kind: 'over', redriveCount }) as const

const failedEnd = ({ error, cause }: MapRunRow): FailedEnd => ({
  kind: 'failed',
  error: error ?? '',
  cause: cause ?? '',
})

/** What the run had failed of before stays its error; that its results could not be written either is told with it. */
function exportedOver(run: MapRunRow, exported: Exported): MapRunOver {
  const isFailed = run.error !== null
  if (exported.kind === 'failed') {
    const writerFailed: FailedEnd = { kind: 'failed', error: 'States.ResultWriterFailed', cause: exported.cause }
    const end = isFailed ? both(failedEnd(run), writerFailed) : writerFailed
    return { ...overOf(run), end, written: [0, 0] }
  }
  const { succeeded, failed, timedOut, aborted, pendingRedrive } = run
  const { succeededItems, failedItems, timedOutItems, abortedItems, pendingRedriveItems } = run
  const written = [
    succeeded + failed + timedOut + aborted + pendingRedrive,
    succeededItems + failedItems + timedOutItems + abortedItems + pendingRedriveItems,
  ] as const
  const end: End = isFailed ? failedEnd(run) : { kind: 'succeeded', output: exported.output }
  return { ...overOf(run), end, written }
}

const both = (first: FailedEnd, then: FailedEnd): FailedEnd => ({
  ...first,
  cause: `${first.cause === '' ? first.error : first.cause}. Its results could not be written either (${then.error}): ${then.cause}`,
})

/** Undefined when they are too large together; that is found out before they are all in memory. */
async function joinOutputs(
  core: Core,
  run: MapRunRow,
  transformation: StoredPlan['results']['transformation'],
): Promise<JsonText | undefined> {
  const { payloadBytes } = core.limits
  const parts: JsonText[] = []
  let size = 0
  for await (const added of successResults(core, run, transformation)) {
    size += added.reduce((sum, text) => sum + byteLength(text), 0)
    if (size > payloadBytes) return undefined
    parts.push(...added)
  }
  return `[${parts.join(',')}]`
}
