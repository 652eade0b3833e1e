/** What the engine and a worker process say to each other, as JSON over the process's channel. */
import { z } from 'zod'
import { isJsonText } from '../../../base/index.ts'
import type { Account } from '../../arn.ts'
import type { InputProblem } from '../errors.ts'
import type { CallFacts } from '../task-answer.ts'

/** The worker's only argument, as JSON text. */
export type WorkerSetup = { readonly configPath: string; readonly account: Account }

/** What can be asked of a worker; each is answered once, under its id. */
export type Request =
  | { readonly kind: 'call'; readonly procedure: string; readonly facts: CallFacts; readonly nowMs: number }
  | { readonly kind: 'check'; readonly procedure: string; readonly input: string }

export type ToWorker = (Request & { readonly id: number }) | { readonly kind: 'abort'; readonly id: number }

const answer = z.discriminatedUnion('kind', [
  // A user's code shares the channel: what it sends in our place must not become the output of an execution unseen.
  z.object({ kind: z.literal('succeeded'), output: z.string().refine(isJsonText) }),
  z.object({ kind: z.literal('failed'), error: z.string().optional(), cause: z.string().optional() }),
])

const fromWorker = z.discriminatedUnion('kind', [
  /** The file is loaded. Calls that came before were kept. */
  z.object({
    kind: z.literal('ready'),
    procedures: z.array(
      z.object({
        name: z.string(),
        definition: z.string(),
        /** JSON Schema of its input; absent where its schema cannot be said so. */
        inputSchema: z.string().refine(isJsonText).optional(),
      }),
    ),
  }),
  /** The file does not load; the process ends. */
  z.object({ kind: z.literal('broken'), reason: z.string() }),
  z.object({ kind: z.literal('answer'), id: z.number(), answer }),
  z.object({
    kind: z.literal('checked'),
    id: z.number(),
    problems: z.array(z.object({ place: z.string(), message: z.string() })),
  }),
  /** The abort has arrived, so the process is not stuck; the function may still be. */
  z.object({ kind: z.literal('aborting'), id: z.number() }),
  z.object({
    kind: z.literal('log'),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    message: z.string(),
    fields: z.record(z.string(), z.unknown()),
  }),
])

export type FromWorker = z.infer<typeof fromWorker>

/** A procedure as the engine sees it: without its functions, which stay in the worker. */
export type ProcedureSummary = Extract<FromWorker, { kind: 'ready' }>['procedures'][number]

export type Checked = { readonly kind: 'checked'; readonly problems: readonly InputProblem[] }

/** Undefined when it is none of ours: a user's code may send what it likes. */
export function readFromWorker(message: unknown): FromWorker | undefined {
  return fromWorker.safeParse(message).data
}
