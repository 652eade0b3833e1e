import { parseMapRunArn } from '../arn.ts'
import { mapRunMissing } from '../errors.ts'
import type { Queries } from '../registry.ts'
import { findMapRun, type MapRunRow } from './rows.ts'

/** @throws HoldfastError arn.invalid, maprun.missing */
export function requireMapRun(queries: Queries, arn: string): MapRunRow {
  parseMapRunArn(arn)
  const run = findMapRun(queries, arn)
  if (run === undefined) throw mapRunMissing(arn)
  return run
}
