/** The history of an execution as it happens, as server-sent events that can be taken up again. */
import type { HistoryRecord } from '../../engine/index.ts'
import { printEvents, type PrintedEvents } from './event-stream.ts'
import { eventOf, executionOf } from './execution-answers.ts'
import { printBody } from './json-body.ts'
import { executionArnOf } from './names.ts'
import type { RouteAnswer, RouteContext } from './route.ts'

type WatchContext = RouteContext<{ readonly execution: string }, { readonly after?: number }, unknown>

export async function watchExecution({
  dependencies,
  actor,
  params,
  query,
  headers,
}: WatchContext): Promise<RouteAnswer> {
  const { verbs, platform } = dependencies
  const executionArn = executionArnOf(platform.account, params.execution)
  const resumed = /^\d{1,15}$/.exec(headers['last-event-id'] ?? '')?.[0]
  const afterEventId = resumed === undefined ? query.after : Number(resumed)
  const { status } = await verbs.describeExecution(actor, executionArn)
  if (resumed !== undefined && status !== 'RUNNING') {
    const { items } = await verbs.getExecutionHistory(actor, { executionArn, reverse: true, limit: 1 })
    if ((items[0]?.id ?? 0) <= Number(resumed)) return { kind: 'empty', status: 204 }
  }
  return {
    kind: 'events',
    run: async (send, signal) => {
      for await (const events of verbs.watchExecution(actor, { executionArn, afterEventId }, signal)) {
        await send(printed(events))
      }
      if (signal.aborted) return
      const execution = await verbs.describeExecution(actor, executionArn)
      // The engine may be stopping: then the reader comes back, and finds the execution where it went on.
      if (execution.status === 'RUNNING') return
      await send(printEvents([{ event: 'end', data: printBody(executionOf(execution)) }]))
    },
  }
}

/** All who watch from the same place are given the same portion: it is printed for the first of them. */
const alreadyPrinted = new WeakMap<readonly HistoryRecord[], PrintedEvents>()

function printed(portion: readonly HistoryRecord[]): PrintedEvents {
  const found = alreadyPrinted.get(portion)
  if (found !== undefined) return found
  const events = printEvents(
    portion.map((record) => ({ id: String(record.id), event: 'history', data: printBody(eventOf(record)) })),
  )
  alreadyPrinted.set(portion, events)
  return events
}
