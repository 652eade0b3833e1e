/** What is left over and belongs to nobody any more: a pure decision. */
import type { Identity } from '../machine/machine.ts'
import { parseMarker } from './marker.ts'
import type { InstanceRecord } from './record.ts'

export type MarkedProcess = Identity & { readonly marker: string }

export type Inventory = {
  readonly host: string
  readonly processes: readonly MarkedProcess[]
  readonly records: ReadonlyMap<string, InstanceRecord>
  /** Folders of instances whose record cannot be read: their processes are left alone. */
  readonly damaged: ReadonlySet<string>
  /** Tokens of what this agent runs besides instances: builds, probes. */
  readonly busy: ReadonlySet<string>
}

/** Processes of this host that no record accounts for. */
export function orphansOf({ host, processes, records, damaged, busy }: Inventory): readonly MarkedProcess[] {
  return processes.filter((process) => {
    const marker = parseMarker(process.marker)
    if (marker === undefined || marker.host !== host || busy.has(marker.token)) return false
    return !damaged.has(marker.owner) && records.get(marker.owner)?.run?.token !== marker.token
  })
}
