import { z } from 'zod'
import { type Actor, requirePermission } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { UpdateMapRunRequest } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { mapRunEnded } from '../errors.ts'
import { parseRequest } from '../parse-request.ts'
import { requireMapRun } from './require.ts'
import { changeMapRun, type MapRunRow } from './rows.ts'

const request = z.object({
  mapRunArn: z.string(),
  maxConcurrency: z.int().min(0).optional(),
  toleratedFailureCount: z.int().min(0).optional(),
  toleratedFailurePercentage: z.number().min(0).max(100).optional(),
})

/**
 * Changes how many of its executions run at once and how many items may fail; counts from now on, also for what has failed
 * already.
 * @throws HoldfastError request.invalid, arn.invalid, maprun.missing, maprun.ended
 */
export async function updateMapRun(engine: Engine, actor: Actor, given: UpdateMapRunRequest): Promise<void> {
  requirePermission(actor, 'map_run.update', { type: 'map_run', id: given.mapRunArn })
  const wanted = parseRequest(request, given)
  const id = await engine.store.write((tx) => {
    const run = requireMapRun(tx, wanted.mapRunArn)
    if (run.status !== 0 && run.redriving === 0) throw mapRunEnded(run.arn)
    return change(tx, { run, wanted, actor, at: engine.clock.now() })
  })
  engine.mapRuns.wake(id)
}

type Update = {
  readonly run: MapRunRow
  readonly wanted: z.infer<typeof request>
  readonly actor: Actor
  readonly at: number
}

function change(tx: Transaction, { run, wanted, actor, at }: Update): number {
  const before = {
    maxConcurrency: run.maxConcurrency,
    toleratedFailureCount: run.toleratedCount,
    toleratedFailurePercentage: run.toleratedPercentage,
  }
  const { maxConcurrency, toleratedFailureCount, toleratedFailurePercentage } = wanted
  const after = {
    maxConcurrency: maxConcurrency ?? before.maxConcurrency,
    toleratedFailureCount: toleratedFailureCount ?? before.toleratedFailureCount,
    toleratedFailurePercentage: toleratedFailurePercentage ?? before.toleratedFailurePercentage,
  }
  changeMapRun(tx, run.id, after)
  appendRecord(tx, {
    at,
    actor,
    action: 'map_run.update',
    subject: { type: 'map_run', id: run.arn },
    change: { before, after },
  })
  return run.id
}
