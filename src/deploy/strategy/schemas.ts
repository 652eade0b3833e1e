/** The strategies a release file may name. */
import { z } from 'zod'
import { parseDuration } from '../../base/index.ts'

const bakeSchema = z.strictObject({
  for: z
    .string()
    .max(40)
    .regex(/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/, 'a duration such as 30s or 5m')
    .refine((text) => parseDuration(text) <= parseDuration('48h'), 'at most 48h')
    .default('30s')
    .describe('At least so long'),
  requests: z.int().min(0).max(1_000_000_000).default(0).describe('And until the new version answered so many'),
})

const bake = bakeSchema.prefault({}).describe('How long each step is watched before the next')

/** Parts of a hundred, each larger than the one before. */
const stepsSchema = z
  .array(z.int().min(1).max(99))
  .min(1)
  .max(50)
  .refine((steps) => steps.every((step, i) => i === 0 || step > (steps[i - 1] ?? 0)), 'each step larger than the last')

export const strategySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all-at-once').describe('Everything in one switch'), bake }),
  z.strictObject({
    kind: z.literal('one-box').describe('One instance first, with at most a tenth of the traffic; then the rest'),
    bake,
  }),
  z.strictObject({
    kind: z.literal('percentage').describe('These parts of the traffic, then all of it'),
    steps: stepsSchema.describe('Percent of the traffic, growing; 100 follows by itself'),
    bake,
  }),
  z.strictObject({
    kind: z.literal('linear').describe('The same part more at each step'),
    by: z.int().min(1).max(99).describe('Percent of the traffic added at each step'),
    bake,
  }),
])
export type Strategy = z.output<typeof strategySchema>
export type StrategyKind = Strategy['kind']
