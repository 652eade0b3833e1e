/** The results of a Map Run whose children are all done: put together in the order of the items, or exported. */
import { isJsonArray, type JsonText, parseJson, printJson } from '../../base/index.ts'
import type { Core } from '../run/core.ts'
import { childOutputs, type MapRunRow, outputLength, type StoredPlan } from './rows.ts'
import type { MapRunOver } from './work.ts'

const rowsAtOnce = 1000

export async function collectResults(core: Core, run: MapRunRow, plan: StoredPlan): Promise<MapRunOver> {
  const { error, cause } = run
  if (error !== null) return { kind: 'over', end: { kind: 'failed', error, cause: cause ?? '' }, written: [0, 0] }
  const output = joinOutputs(core, run, plan.results.transformation === 'FLATTEN')
  const end = output === undefined ? { kind: 'succeeded' as const } : { kind: 'succeeded' as const, output }
  return { kind: 'over', end, written: [run.succeeded, run.succeededItems] }
}

/** Undefined when they are too large together; that is found out before they are read. */
function joinOutputs({ store, limits }: Core, run: MapRunRow, flat: boolean): JsonText | undefined {
  if (outputLength(store.read, run.id) > limits.payloadBytes) return undefined
  const parts: JsonText[] = []
  let last = -1
  for (;;) {
    const rows = childOutputs(store.read, run.id, last, rowsAtOnce)
    for (const { output } of rows) parts.push(...(flat ? flattened(output) : [output]))
    if (rows.length < rowsAtOnce) return `[${parts.join(',')}]`
    last = rows.at(-1)?.index ?? last
  }
}

/** The elements of an array; anything else is one. */
function flattened(output: JsonText): readonly JsonText[] {
  const value = parseJson(output)
  return isJsonArray(value) ? value.map(printJson) : [output]
}
