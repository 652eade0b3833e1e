/** The calls of the deployer, each with its way back. */
import { z } from 'zod'
import type { PlainJson } from '../../../audit/index.ts'
import type { Route } from '../../../edge/index.ts'
import { type Call, call, type CallContext } from '../../deployer.ts'
import type { Fence } from '../../../host/index.ts'
import { isAbout } from './failures.ts'
import type { HostCaller } from './host-caller.ts'
import { instanceId } from './instances.ts'
import type { ArtifactOrder, InstanceOrder } from './specification.ts'
import type { Traffic } from './traffic-calls.ts'

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
/** The deployer's own decisions, on their way back from the log. */
const artifactOrder = z.custom<ArtifactOrder>(isRecord)
const order = z.custom<InstanceOrder>(isRecord)
const routes = z.array(z.custom<Route>(isRecord))
const edges = z.array(z.string()).nullable()

export function processCalls(caller: HostCaller, traffic: Traffic): Readonly<Record<string, Call>> {
  return { prepare: prepare(caller), start: start(caller), join: join(traffic), shift: shift(traffic) }
}

const prepare = (caller: HostCaller): Call =>
  call({
    parameters: z.strictObject({ host: z.string(), zone: z.string(), order: artifactOrder }),
    async run({ host, zone, order: wanted }, context) {
      const { workingCopy, sha256, files, bytes } = await bringFiles(caller, context, {
        host,
        wanted,
        key: context.key,
      })
      return { host, zone, workingCopy, sha256, files, bytes }
    },
    undo: ({ host }, _outcome, context) => removeFiles(caller, context, host),
  })

type Bringing = { readonly host: string; readonly wanted: ArtifactOrder; readonly key: string }

function bringFiles(caller: HostCaller, context: CallContext, { host, wanted, key }: Bringing) {
  const about = { key, fence: fleetFence(context), ...releaseOf(context) }
  return caller.tell<'prepareArtifact'>(host, { kind: 'prepareArtifact', ...about, ...wanted }, context.signal)
}

/** Of the whole release on that host: so also when the answer that named the copy was lost. */
async function removeFiles(caller: HostCaller, context: CallContext, host: string): Promise<void> {
  const about = { key: `${context.key}/undo/files/${context.term}`, fence: fleetFence(context), of: releaseOf(context) }
  await unlessGone(() => caller.tell<'removeCopy'>(host, { kind: 'removeCopy', ...about }, context.signal))
}

const start = (caller: HostCaller): Call =>
  call({
    parameters: z.strictObject({
      service: z.string(),
      index: z.int(),
      host: z.string(),
      /** The working copy, where it was brought before. */
      copy: z.string().optional(),
      /** What to bring now, on a host that is tried because another has no room. */
      files: artifactOrder.optional(),
      order,
    }),
    async run({ service, index, host, copy, files, order: wanted }, context): Promise<PlainJson> {
      const { key, signal, fleet } = context
      const brought =
        files === undefined
          ? copy
          : (await bringFiles(caller, context, { host, wanted: files, key: `${key}/files` })).workingCopy
      const instance = instanceId(fleet, service, index)
      const about = { key, fence: fleetFence(context), ...releaseOf(context), service, instance, ...wanted }
      const place = brought === undefined ? {} : { workingCopy: brought }
      const status = await caller.tell<'startInstance'>(
        host,
        { kind: 'startInstance', ...about, ...place },
        signal,
        service,
      )
      return { host, instance, port: status.port ?? null }
    },
    async undo({ service, index, host, files }, _outcome, context) {
      const instance = instanceId(context.fleet, service, index)
      // Another term, another command: what was stopped once may have been started again since.
      const about = { key: `${context.key}/undo/${context.term}`, fence: fleetFence(context), instance, remove: true }
      await unlessGone(() => caller.tell<'stopInstance'>(host, { kind: 'stopInstance', ...about }, context.signal))
      if (files !== undefined) await removeFiles(caller, context, host)
    },
  })

/** The instances that are new to the edges, while they come up. Taken back last of all that is done to the routes: then nobody names them. */
const join = (traffic: Traffic): Call =>
  call({
    parameters: z.strictObject({ edges, routes }),
    async run({ routes: wanted }, context) {
      return { edges: await traffic.push(wanted, context, `${context.key}/${context.term}`) }
    },
    undo: (_parameters, _outcome, context) => traffic.leave(context),
  })

const shift = (traffic: Traffic): Call =>
  call({
    parameters: z.strictObject({ edges, routes, before: routes, isWarm: z.boolean().default(false) }),
    async run({ routes: wanted, isWarm }, context) {
      if (!isWarm) await traffic.awaitProven(wanted, context)
      return { edges: await traffic.push(wanted, context, `${context.key}/${context.term}`) }
    },
    async undo({ before }, _outcome, context) {
      await traffic.push(before, context, `${context.key}/undo/${context.term}`)
    },
  })

const fleetFence = ({ fleet, term }: CallContext): Fence => ({ scope: fleet, term })

/** On the hosts a release is the fleet: one attempt, so that no two attempts ever share anything. */
const releaseOf = ({ project, config, fleet }: CallContext) => ({ project, config, release: fleet })

/** On a host that is no longer one of ours nothing is left to be taken back. */
async function unlessGone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (fault) {
    if (!isAbout(fault, 'host.unknown')) throw fault
  }
}
