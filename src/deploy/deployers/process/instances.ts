/** Where the instances of a fleet are, read out of what its calls answered. Pure. */
import type { PlainJson } from '../../../audit/index.ts'
import type { Fleet } from '../../deployer.ts'

/** What `start` answers, and what later calls and readings need to know of an instance. */
export type StartedInstance = {
  readonly service: string
  readonly index: number
  /** By name. */
  readonly host: string
  /** Its id on the host, for logs and status. */
  readonly instance: string
  readonly port: number | undefined
}

/** Every instance that was started and not taken down, by service and index. */
export function instancesOf(fleet: Pick<Fleet, 'outcomes'>): readonly StartedInstance[] {
  return [...fleet.outcomes]
    .flatMap(([callId, outcome]) => startedBy(callId, outcome) ?? [])
    .toSorted((a, b) => (a.service === b.service ? a.index - b.index : a.service < b.service ? -1 : 1))
}

function startedBy(callId: string, outcome: PlainJson): StartedInstance | undefined {
  const [, service, index] = /^start\/([^/]+)\/(\d+)$/.exec(callId) ?? []
  if (service === undefined || !isMembers(outcome)) return undefined
  const { host, instance, port } = outcome
  if (typeof host !== 'string' || typeof instance !== 'string') return undefined
  return { service, index: Number(index), host, instance, port: typeof port === 'number' ? port : undefined }
}

export const nameOf = ({ service, index }: Pick<StartedInstance, 'service' | 'index'>): string => `${service}/${index}`

/** Unique on every host for good, for a fleet is one attempt. */
export const instanceId = (fleet: string, service: string, index: number): string => `${fleet}-${service}-${index}`

const isMembers = (value: PlainJson): value is { readonly [name: string]: PlainJson | undefined } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
