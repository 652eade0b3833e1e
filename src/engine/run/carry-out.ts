/** One piece of work in a batch: which of its verbs it is. */
import type { Batch } from './batch.ts'
import type { Answer, NestedCall, StartWork, Work } from './work.ts'

/** `answered`: somebody waits for the outcome. */
export function carryOut(batch: Batch, work: Work, answered: boolean): Answer<Work> {
  switch (work.kind) {
    case 'start':
      if (!isNested(work)) return batch.start(work)
      batch.startNested(work)
      return undefined
    case 'event':
      return batch.event(work, answered)
    case 'redrive':
      return batch.redrive(work)
    case 'timers':
      batch.timers()
      return undefined
    case 'timer':
      batch.timer(work.timer)
      return undefined
    case 'poll':
      return batch.poll(work)
    case 'expressEnd':
      batch.endExpress(work)
      return undefined
    case 'probe':
      batch.probe(work.text)
      return undefined
    case 'round':
      return batch.round()
    case 'mapItems':
      return batch.mapItems(work)
    case 'mapRedrive':
      return batch.mapRedrive(work)
    case 'mapRun':
      batch.mapRun(work)
      return undefined
    case 'childEnd':
      batch.childEnd(work)
      return undefined
    default:
      return work satisfies never
  }
}

const isNested = (work: StartWork): work is StartWork & { readonly nested: NestedCall } => work.nested !== undefined
