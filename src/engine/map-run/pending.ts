/** Children that a run did not come to start. */
import type { JsonText } from '../../base/index.ts'
import { StateFailure } from '../../asl/index.ts'
import type { ItemFeed } from './feed.ts'
import { ItemReaderFailure } from './source/source.ts'

export type PendingItems = AsyncIterable<readonly JsonText[]>

const atOnce = 250

/** Their records. What cannot be read or selected ends them: the run has failed already, and says why. */
export async function* pendingRecords(feed: ItemFeed, machineArn: string): PendingItems {
  for (;;) {
    const { children, last } = await feed.next(atOnce).catch(endOnUnreadable)
    if (children.length > 0) {
      yield children.map(({ input }) =>
        JSON.stringify({
          Input: input,
          InputDetails: { Included: true },
          StateMachineArn: machineArn,
          Status: 'PENDING',
        }),
      )
    }
    if (last) return
    feed.used(children.length)
  }
}

function endOnUnreadable(error: unknown): { readonly children: readonly never[]; readonly last: true } {
  if (error instanceof ItemReaderFailure || error instanceof StateFailure) return { children: [], last: true }
  throw error
}
