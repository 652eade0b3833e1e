/**
 * What agents answer, checked where it comes in: a host that is out of order, or of somebody else by now, fails its own
 * commands and nothing else. Checked is what the control plane reads; the rest is passed on as it came.
 */
import { z } from 'zod'
import type { CommandKind } from '../contract.ts'
import { hostError } from '../errors.ts'
import type { Outcomes } from '../outcome.ts'

const count = z.number().nonnegative()
const name = z.string().max(300)
/** Kept with a deployment and told again and again: no more of it than a person reads. */
const told = z.string().transform((text) => text.slice(0, 20_000))
const output = z.string().transform((text) => text.slice(-100_000))

const instance = z.looseObject({ instance: name })
const listed = z.looseObject({
  ...{ instance: name, project: name, config: name, release: name, service: name },
  phase: z.enum(['starting', 'running', 'crash-looping', 'ended', 'stopping', 'stopped']),
  restarts: count,
  port: z.int().min(0).max(65_535).optional(),
  pid: z.int().positive().optional(),
  startedAt: z.number().optional(),
  memoryBytes: count.optional(),
})

const outputPlace = z.looseObject({
  ...{ project: name, config: name, release: name },
  service: name.optional(),
  of: z.union([z.looseObject({ instance: name }), z.looseObject({ workingCopy: name })]),
  removedAt: z.number().optional(),
  startedAt: z.number().optional(),
})

const route = z.looseObject({
  ...{ id: name, service: name },
  hosts: z.array(name),
  pathPrefix: z.string().optional(),
  weights: z.array(z.looseObject({ release: name, weight: z.number() })),
  targets: z.array(z.looseObject({ id: name, instance: name, release: name })),
})
const counts = z.looseObject({
  requests: count,
  classes: z.array(count).length(5),
  edgeFailures: z.record(z.string(), count),
  clientAborts: count,
})
const window = z.looseObject({
  startedAt: z.number(),
  latency: z.looseObject({ count, p50Ms: count.nullable(), p99Ms: count.nullable() }),
})
const routeStatus = z.looseObject({
  id: name,
  releases: z.array(
    z.looseObject({
      release: name,
      totals: counts,
      spread: z
        .array(z.tuple([count, count]))
        .max(1000)
        .default([]),
    }),
  ),
  targets: z.array(
    z.looseObject({
      ...{ id: name, instance: name, release: name, drained: z.boolean() },
      health: z.looseObject({ state: z.string().max(50), evidence: z.looseObject({ detail: told }).optional() }),
      windows: z.array(window),
    }),
  ),
  edgeFailures: z.record(z.string(), count),
})
const places = z.array(z.looseObject({ project: name, config: name, routes: z.array(route) }))

const schemas = {
  prepareArtifact: z.looseObject({ workingCopy: name, sha256: name, files: count, bytes: count }),
  startInstance: instance.extend({ port: listed.shape.port }),
  stopInstance: z.looseObject({}),
  checkHealth: z.looseObject({
    ...{ healthy: z.boolean(), final: z.boolean(), detail: told },
    reason: z.string().max(50).optional(),
    proof: z.string().max(50).optional(),
  }),
  instanceStatus: instance.extend({ pid: listed.shape.pid }),
  listInstances: z.looseObject({ instances: z.array(listed) }),
  listOutputs: z.looseObject({ outputs: z.array(outputPlace) }),
  pruneArtifacts: z.looseObject({}),
  logs: z.looseObject({
    ...{ text: z.string(), next: z.int().nonnegative(), gap: z.boolean() },
    ended: z.literal(true).optional(),
  }),
  hostFacts: z.looseObject({}),
  checkArtifact: z.looseObject({}),
  removeCopy: z.looseObject({}),
  runCommand: z.looseObject({
    how: z.enum(['exited', 'killed', 'timed-out', 'out-of-memory']),
    code: z.int().optional(),
    signal: z.string().max(50).optional(),
    output,
    tookMs: count,
  }),
  setRoutes: z.looseObject({}),
  edgeStatus: z.discriminatedUnion('reachable', [
    z.looseObject({ reachable: z.literal(true), places, routes: z.array(routeStatus) }),
    z.looseObject({ reachable: z.literal(false), places, why: told, routes: z.array(z.unknown()).max(0) }),
  ]),
} as const satisfies Record<CommandKind, z.ZodType>

/** @throws HoldfastError host.report_invalid, when it is not what an agent answers to such a command */
export function readAnswer<K extends CommandKind>(host: string, kind: K, answer: unknown): Outcomes[K] {
  const read = schemas[kind].safeParse(answer)
  if (read.success) return outcomeOf<K>(read.data)
  const [issue] = read.error.issues
  const place = issue?.path.join('.') ?? ''
  throw hostError(
    'host.report_invalid',
    `The agent of host "${host}" answers ${kind} with what cannot be understood: ${place}: ${issue?.message ?? ''}`,
    {
      place: host,
      accepted: 'what an agent of the version of the control plane answers',
      repair: `start the agent there again with the version of the control plane, or: holdfast hosts remove ${host}`,
    },
  )
}

/** The cast: what is read of it was checked just before. */
function outcomeOf<K extends CommandKind>(read: unknown): Outcomes[K] {
  return read as Outcomes[K]
}
