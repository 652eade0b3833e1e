/** The file of `asl test`: cases for one state machine, in YAML or JSON. docs/guide/asl-test.md shows it annotated. */
import { z } from 'zod'
import { parseDuration } from '../base/index.ts'

const json = z.json()

const duration = z.string().transform((text, context) => {
  try {
    return parseDuration(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
    return z.NEVER
  }
})

export const answer = z
  .strictObject({
    /** Only for calls whose input has these members; others look at the next entry. */
    when: json.optional(),
    output: json.optional(),
    error: z.string().optional(),
    cause: z.string().optional(),
    /** The task never answers: only its timeouts end it. */
    silent: z.literal(true).optional(),
    /** Virtual time until it answers. */
    after: duration.optional(),
  })
  .refine((one) => [one.output, one.error, one.silent].filter((member) => member !== undefined).length === 1, {
    message: 'needs exactly one of output, error, silent',
  })
  .refine((one) => one.cause === undefined || one.error !== undefined, { message: 'cause needs error' })

/** One answer may stand without its list. */
const answers = z.preprocess((value) => [value].flat(), z.array(answer).min(1))

export const expectation = z.strictObject({
  status: z.enum(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']).optional(),
  /** Names of the states in the order in which they are entered. */
  path: z.array(z.string()).optional(),
  output: json.optional(),
  error: z.string().optional(),
  /** The whole cause, or a part of it between slashes: `/not enough/`. */
  cause: z.string().optional(),
  /** How often each of these task states is called. */
  calls: z.record(z.string(), z.int().min(0)).optional(),
  /** Virtual time from start to end. */
  takes: duration.optional(),
})

export const testCase = z.strictObject({
  name: z.string().min(1),
  input: json.optional(),
  /** When the execution starts; RFC 3339. */
  startAt: z.iso.datetime({ offset: true }).optional(),
  /** State → what its task answers: the first entry to the first attempt, and so on; the last one to all further ones. */
  mocks: z.record(z.string(), answers).optional(),
  /** Map state → what its ItemReader would have read: an array or an object. */
  items: z.record(z.string(), z.union([z.array(json), z.record(z.string(), json)])).optional(),
  expect: expectation,
})

export const caseFile = z.strictObject({
  /** Path of the definition, relative to this file. */
  machine: z.string(),
  cases: z.array(testCase).min(1),
})

export type Answer = z.infer<typeof answer>
export type Expectation = z.infer<typeof expectation>
export type TestCase = z.infer<typeof testCase>
export type CaseFile = z.infer<typeof caseFile>
