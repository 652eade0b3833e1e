import { type Actor, requirePermission } from '../../access/index.ts'
import { type Account, executionArn, stateMachineArn } from '../arn.ts'
import type { MapRunCounts, MapRunDescription, MapRunSummary } from '../contract.ts'
import type { Engine } from '../engine.ts'
import type { Queries } from '../registry.ts'
import { requireMapRun } from './require.ts'
import { type MapRunRow, runStatus, runStatuses } from './rows.ts'

/** @throws HoldfastError arn.invalid, maprun.missing */
export async function describeMapRun(engine: Engine, actor: Actor, arn: string): Promise<MapRunDescription> {
  requirePermission(actor, 'map_run.describe', { type: 'map_run', id: arn })
  const run = requireMapRun(engine.store.read, arn)
  const { error, cause } = run
  return {
    ...summaryOf(engine.account, engine.store.read, run),
    status: run.redriving === 1 ? 'RUNNING' : (runStatuses[run.status] ?? 'RUNNING'),
    maxConcurrency: run.maxConcurrency,
    toleratedFailureCount: run.toleratedCount ?? 0,
    toleratedFailurePercentage: run.toleratedPercentage ?? 0,
    itemCounts: itemCounts(run),
    executionCounts: executionCounts(run),
    redriveCount: run.redriveCount,
    ...(run.redrivenAt === null ? {} : { redrivenAt: run.redrivenAt }),
    ...(run.totalItems === null && run.status === runStatus.running ? { stillReading: true } : {}),
    ...(error === null ? {} : { error }),
    ...(cause === null ? {} : { cause }),
  }
}

/** The execution is kept as long as its runs are. */
export function summaryOf(account: Account, queries: Queries, run: MapRunRow): MapRunSummary {
  const parent = queries
    .prepare<{ machineName: string; name: string }>(
      'SELECT machine_name AS machineName, name FROM execution WHERE id = ?',
    )
    .get(run.executionId)
  const { machineName, name } = parent ?? { machineName: '', name: '' }
  return {
    arn: run.arn,
    executionArn: executionArn(account, machineName, name),
    stateMachineArn: stateMachineArn(account, `${machineName.split('/')[0]}/${run.label}`),
    startedAt: run.startedAt,
    ...(run.stoppedAt === null ? {} : { stoppedAt: run.stoppedAt }),
  }
}

/** As long as it is not known how many there are, only those that have been started are counted. */
function executionCounts(run: MapRunRow): MapRunCounts {
  const { running, succeeded, failed, timedOut, aborted, started, total } = run
  const pending = Math.max(0, (total ?? started) - started)
  return {
    pending,
    running,
    succeeded,
    failed,
    timedOut,
    aborted,
    total: started + pending,
    resultsWritten: run.written,
    ...(hasFailures(run) ? { failuresNotRedrivable: run.notRedrivable, pendingRedrive: run.pendingRedrive } : {}),
  }
}

/** Now, or before its last redrive. */
const hasFailures = ({ failed, timedOut, aborted, redriveCount }: MapRunRow): boolean =>
  failed + timedOut + aborted + redriveCount > 0

function itemCounts(run: MapRunRow): MapRunCounts {
  const pending = Math.max(0, (run.totalItems ?? run.startedItems) - run.startedItems)
  return {
    pending,
    running: run.runningItems,
    succeeded: run.succeededItems,
    failed: run.failedItems,
    timedOut: run.timedOutItems,
    aborted: run.abortedItems,
    total: run.startedItems + pending,
    resultsWritten: run.writtenItems,
    ...(hasFailures(run)
      ? { failuresNotRedrivable: run.notRedrivableItems, pendingRedrive: run.pendingRedriveItems }
      : {}),
  }
}
