/** What the commands on map runs say of one. */
import type { MapRun } from '../../client/map-run-api.ts'
import { timeOf } from '../../times.ts'

/** `…:stateMachine:order/each` → `each`. */
export const labelOfRun = ({ machine }: Pick<MapRun, 'machine'>): string => machine.split('/').at(-1) ?? machine

export const mapRunAsJson = ({ startedAt, stoppedAt, redrivenAt, ...run }: MapRun) => ({
  ...run,
  startedAt: timeOf(startedAt),
  ...(stoppedAt === undefined ? {} : { stoppedAt: timeOf(stoppedAt) }),
  ...(redrivenAt === undefined ? {} : { redrivenAt: timeOf(redrivenAt) }),
})
