/** What our own API says about the traffic of a deployment: before and after, as of now, and over its time. */
import { z } from 'zod'
import { time } from './schemas.ts'

const phase = z.object({
  ms: z.number(),
  requests: z.int(),
  applicationFailures: z.int().meta({ description: 'Answers of class 5xx that the application itself gave.' }),
  deliveryFailures: z.int().meta({ description: 'Requests that failed on the way to an instance.' }),
  clientAborts: z.int(),
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
})
export const evidence = z
  .object({
    before: phase,
    during: phase,
    after: phase,
    madeBySwitch: z.number().meta({ description: 'Failures that the switch itself made.' }),
    back: z.object({ from: time, until: time, requests: z.int().nullable() }).optional().meta({
      description:
        'Of a rollback, and of what came back: from when until when the bad version still had its traffic, and how many requests it got.',
    }),
  })
  .meta({ id: 'Evidence', description: 'Traffic before, while and after it moved.' })

const sampledTraffic = z.object({
  requests: z.int(),
  failures: z.int().meta({ description: 'Answers of class 5xx that the application itself gave.' }),
  lost: z.int().meta({ description: 'Failed on the way to an instance.' }),
  clientAborts: z.int(),
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
})
export const trafficSample = z
  .object({
    number: z.int().meta({ description: 'Grows with each; a number that is missing was added to the next one.' }),
    from: time,
    to: time,
    incoming: sampledTraffic,
    outgoing: sampledTraffic,
    unplaced: z.int().meta({ description: 'Requests that found no instance at all.' }),
  })
  .meta({
    id: 'TrafficSample',
    description: 'What was counted of the old and of the new version in one piece of time.',
  })

const seenTraffic = z.object({
  requests: z.int(),
  failures: z.int(),
  lost: z.int().meta({ description: 'Failed on the way to an instance.' }),
  clientAborts: z.int(),
  p99Ms: z.number().nullable(),
})

export const trafficOfBoth = z.object({ incoming: seenTraffic, outgoing: seenTraffic, stepRequests: z.int() })
