/** The log of a machine's histories in our own words, and in those of the engine, which are AWS's. Pure. */
import { z } from 'zod'
import type { Account } from '../../engine/index.ts'

export const logging = z
  .strictObject({
    level: z.enum(['ALL', 'ERROR', 'FATAL', 'OFF']),
    includeExecutionData: z
      .boolean()
      .optional()
      .meta({ description: 'Whether inputs and outputs are logged. Default no.' }),
    group: z
      .string()
      .regex(/^[\w./#-]{1,512}$/, '1 to 512 letters, digits and _ . / # - are accepted')
      .optional()
      .meta({ description: 'Log group: the name of its files under logs/groups. Default `/states/NAME`.' }),
  })
  .meta({ id: 'MachineLogging' })
export type Logging = z.output<typeof logging>

/** As `loggingConfiguration`. Without a level there is nothing to send anywhere. */
export function configurationOf({ region, accountId }: Account, machine: string, given: Logging): string {
  const { level, includeExecutionData = false, group = `/states/${machine}` } = given
  const logGroupArn = `arn:aws:logs:${region}:${accountId}:log-group:${group}:*`
  return JSON.stringify({
    level,
    includeExecutionData,
    ...(level === 'OFF' ? {} : { destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }] }),
  })
}

const kept = z.object({
  level: logging.shape.level,
  includeExecutionData: z.boolean(),
  destinations: z.array(z.object({ cloudWatchLogsLogGroup: z.object({ logGroupArn: z.string() }) })).optional(),
})

/** Of a description of the engine. */
export function loggingOf(configuration: string | undefined): Logging | undefined {
  if (configuration === undefined) return undefined
  const { level, includeExecutionData, destinations } = kept.parse(JSON.parse(configuration))
  const arn = destinations?.[0]?.cloudWatchLogsLogGroup.logGroupArn
  const group = arn === undefined ? undefined : /:log-group:([^:]+)/.exec(arn)?.[1]
  return { level, includeExecutionData, ...(group === undefined ? {} : { group }) }
}

/** Whether traces are wanted of its executions. */
export const tracingOf = (configuration: string | undefined): boolean =>
  configuration !== undefined && z.object({ enabled: z.boolean() }).parse(JSON.parse(configuration)).enabled
