/** State machines to begin with: each small, whole and of the kind that people write. Pure. */
import type { SampleName } from './search.ts'

const activity = 'arn:aws:states:us-east-1:000000000000:activity:approval'

const machines: Readonly<Record<SampleName, { readonly definition: object; readonly input: unknown }>> = {
  order: {
    definition: {
      Comment: 'Charges an order, retries a busy bank, and says sorry when the card is refused',
      QueryLanguage: 'JSONata',
      StartAt: 'Charge',
      States: {
        Charge: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke',
          Arguments: { FunctionName: 'charge', Payload: '{% $states.input %}' },
          Assign: { receipt: '{% $states.result.Payload.receipt %}' },
          TimeoutSeconds: 30,
          Retry: [{ ErrorEquals: ['BankBusy'], IntervalSeconds: 10, MaxAttempts: 2, BackoffRate: 2 }],
          Catch: [{ ErrorEquals: ['CardRefused'], Next: 'Refused' }],
          Next: 'Large?',
        },
        'Large?': {
          Type: 'Choice',
          Choices: [{ Condition: '{% $states.context.Execution.Input.total > 100 %}', Next: 'Cool off' }],
          Default: 'Done',
        },
        'Cool off': { Type: 'Wait', Seconds: 3600, Next: 'Done' },
        Done: { Type: 'Succeed', Output: { status: 'paid', receipt: '{% $receipt %}' } },
        Refused: { Type: 'Fail', Error: 'NotPaid', Cause: 'The card was refused' },
      },
    },
    input: { id: 'A-1', total: 250 },
  },
  approval: {
    definition: {
      Comment: 'Waits for a person, for a day at most',
      StartAt: 'Ask',
      States: {
        Ask: {
          Type: 'Task',
          Resource: activity,
          TimeoutSeconds: 86400,
          ResultPath: '$.approval',
          Catch: [{ ErrorEquals: ['States.Timeout'], ResultPath: '$.why', Next: 'Nobody answered' }],
          Next: 'Approved?',
        },
        'Approved?': {
          Type: 'Choice',
          Choices: [{ Variable: '$.approval.yes', BooleanEquals: true, Next: 'Go ahead' }],
          Default: 'Refused',
        },
        'Go ahead': { Type: 'Pass', Result: { ready: true }, ResultPath: '$.done', End: true },
        Refused: { Type: 'Fail', Error: 'Refused', Cause: 'Somebody said no' },
        'Nobody answered': { Type: 'Fail', Error: 'TooLate', Cause: 'Nobody answered within a day' },
      },
    },
    input: { change: 'raise the limit to 200' },
  },
  batch: {
    definition: {
      Comment: 'Prepares each item, five at a time, then sums them up',
      QueryLanguage: 'JSONata',
      StartAt: 'Each item',
      States: {
        'Each item': {
          Type: 'Map',
          Items: '{% $states.input.items %}',
          MaxConcurrency: 5,
          ItemProcessor: {
            StartAt: 'Price',
            States: {
              Price: { Type: 'Pass', Output: '{% $states.input.count * $states.input.price %}', End: true },
            },
          },
          Next: 'Sum up',
        },
        'Sum up': { Type: 'Pass', Output: { total: '{% $sum($states.input) %}' }, End: true },
      },
    },
    input: {
      items: [
        { sku: 'tea', count: 2, price: 4.5 },
        { sku: 'cup', count: 1, price: 12 },
      ],
    },
  },
}

export const sampleDefinition = (name: SampleName): string => JSON.stringify(machines[name].definition, null, 2)
export const sampleInput = (name: SampleName): string => JSON.stringify(machines[name].input, null, 2)

/** What an empty machine begins with. */
export const emptyDefinition = JSON.stringify(
  { StartAt: 'Begin', States: { Begin: { Type: 'Pass', End: true } } },
  null,
  2,
)
