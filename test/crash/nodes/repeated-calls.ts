/** Calls of several nodes, held against the results that are stored. */
import { decodeChunk } from '../../../src/engine/history/decode.ts'
import { chunkRows } from '../../../src/engine/history/rows.ts'
import type { Queries } from '../../../src/engine/registry.ts'
import { Revisions } from '../../../src/engine/run/live.ts'
import { type CallKey, callKey } from '../execution-check.ts'

export type RepeatedCalls = { readonly madeAgain: number; readonly problems: readonly string[] }

/** `lines`: `execution/visit/attempt milliseconds`, from any node of this machine. */
export function repeatedCalls(queries: Queries, lines: readonly string[]): RepeatedCalls {
  const calls = new Map<CallKey, number[]>()
  for (const line of lines) {
    const [key = '', at = ''] = line.split(' ')
    const times = calls.get(key)
    if (times === undefined) calls.set(key, [Number(at)])
    else times.push(Number(at))
  }
  const problems: string[] = []
  const executions = new Set([...calls.keys()].map((key) => Number(key.split('/')[0])))
  const revisions = new Revisions(queries)
  const recorded = new Map([...executions].flatMap((id) => [...resultsOf({ queries, revisions, problems }, id)]))
  let madeAgain = 0
  for (const [key, times] of calls) {
    if (times.length === 1) continue
    madeAgain += times.length - 1
    const at = recorded.get(key)
    const late = at === undefined ? [] : times.filter((time) => time > at)
    for (const time of late) problems.push(`${key} was called ${time - (at ?? 0)} ms after its result was recorded`)
  }
  return { madeAgain, problems }
}

type Place = { readonly queries: Queries; readonly revisions: Revisions; readonly problems: string[] }

/** When the transaction began that recorded the result of each call. */
function resultsOf({ queries, revisions, problems }: Place, executionId: number): ReadonlyMap<CallKey, number> {
  const results = new Map<CallKey, number>()
  const row = queries
    .prepare<{ revisionId: number }>('SELECT revision_id AS "revisionId" FROM execution WHERE id = ?')
    .get(executionId)
  if (row === undefined) return results
  const { machine } = revisions.get(queries, row.revisionId)
  for (const chunk of chunkRows(queries, executionId)) {
    const { event } = decodeChunk(machine, chunk).cause
    if (event.kind !== 'taskSucceeded' && event.kind !== 'taskFailed') continue
    const key = callKey(executionId, event)
    if (results.has(key)) problems.push(`the result of ${key} is recorded twice`)
    results.set(key, chunk.at)
  }
  return results
}
