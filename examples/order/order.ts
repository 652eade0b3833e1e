/**
 * An order: stock is reserved, the card is charged (the bank's line is bad, so it is tried again), packing and the invoice
 * run side by side, a carrier is waited for. When the card is refused, the stock goes back and the customer is told.
 */
import { z } from 'zod'
import { procedure, task, TaskFailure } from 'holdfast'

const item = z.object({ sku: z.string(), count: z.int().min(1), price: z.number().min(0) })

const input = z.object({
  id: z.string(),
  customer: z.string(),
  card: z.string(),
  items: z.array(item).min(1),
})

export const order = procedure({
  name: 'order',
  input,
  machine: {
    Comment: 'Takes an order from the cart to the carrier',
    StartAt: 'Reserve',
    States: {
      Reserve: {
        Type: 'Task',
        Resource: 'task:reserve',
        ResultPath: '$.reservation',
        Next: 'Charge',
      },
      Charge: {
        Type: 'Task',
        Resource: 'task:charge',
        TimeoutSeconds: 30,
        Retry: [
          {
            ErrorEquals: ['BankUnreachable', 'States.Timeout'],
            IntervalSeconds: 1,
            MaxAttempts: 4,
            BackoffRate: 2,
            MaxDelaySeconds: 5,
          },
        ],
        Catch: [{ ErrorEquals: ['CardRefused'], ResultPath: '$.refusal', Next: 'Release' }],
        ResultPath: '$.payment',
        Next: 'Fulfil',
      },
      Fulfil: {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: 'Pack',
            States: {
              Pack: {
                Type: 'Task',
                Resource: 'task:pack',
                ResultSelector: { 'parcel.$': '$.parcel' },
                Next: 'AwaitCarrier',
              },
              AwaitCarrier: { Type: 'Wait', Seconds: 2, End: true },
            },
          },
          {
            StartAt: 'Invoice',
            States: { Invoice: { Type: 'Task', Resource: 'task:invoice', End: true } },
          },
        ],
        ResultSelector: { 'parcel.$': '$[0].parcel', 'invoice.$': '$[1].number' },
        ResultPath: '$.shipment',
        Next: 'Shipped',
      },
      Shipped: {
        Type: 'Pass',
        Parameters: {
          'order.$': '$.id',
          status: 'shipped',
          'parcel.$': '$.shipment.parcel',
          'invoice.$': '$.shipment.invoice',
        },
        End: true,
      },
      Release: {
        Type: 'Task',
        Resource: 'task:release',
        ResultPath: null,
        Next: 'Apologise',
      },
      Apologise: {
        Type: 'Pass',
        Parameters: { 'order.$': '$.id', status: 'refused', 'reason.$': '$.refusal.Cause' },
        End: true,
      },
    },
  },
  tasks: {
    reserve: task(input, ({ id, items }) => ({ id: `res-${id}`, parts: items.length })),

    charge: task(input, ({ id, card, items }, { attempt, log }) => {
      const total = items.reduce((sum, { count, price }) => sum + count * price, 0)
      if (card.startsWith('0000')) throw new TaskFailure('CardRefused', `the bank refuses card ${card} for ${total}`)
      // The first two calls of every order fail, so that the retries can be seen.
      if (attempt < 2) throw new TaskFailure('BankUnreachable', 'the line to the bank is down')
      log.info('charged', { id, total })
      return { receipt: `rcp-${id}`, total }
    }),

    pack: task(input, async ({ id }, { signal }) => {
      await pause(400, signal)
      return { parcel: `parcel-${id}` }
    }),

    invoice: task(input, ({ id }) => ({ number: `inv-${id}` })),

    release: (released: { readonly reservation: { readonly id: string } }) => ({ released: released.reservation.id }),
  },
})

/** Ends at once when the task is given up. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}
