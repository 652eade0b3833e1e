/**
 * What the compiler refuses. Nothing here is run: `tsc` fails when a line marked as a mistake is accepted, and when a line
 * that is right is not.
 */
import { z } from 'zod'
import { procedure, task, type TaskContext } from './procedure.ts'

const input = z.object({ order: z.string() })
const tasks = {
  charge: (order: { readonly order: string }) => order.order,
  ship: async (_input: unknown, context: TaskContext) => context.attempt,
}

procedure({
  name: 'right',
  input,
  tasks,
  machine: {
    Comment: 'every kind of state',
    QueryLanguage: 'JSONPath',
    TimeoutSeconds: 60,
    StartAt: 'Charge',
    States: {
      Charge: {
        Type: 'Task',
        Resource: 'task:charge',
        Parameters: { 'order.$': '$.order' },
        Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 1, JitterStrategy: 'FULL' }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Sorry', ResultPath: '$.error' }],
        TimeoutSeconds: 5,
        Next: 'Big?',
      },
      'Big?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.total', NumericGreaterThan: 100, Next: 'Both' }],
        Default: 'Later',
      },
      Later: { Type: 'Wait', Seconds: 3, Next: 'Both' },
      Both: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'Ship', States: { Ship: { Type: 'Task', Resource: 'task:ship', End: true } } },
          { StartAt: 'Note', States: { Note: { Type: 'Pass', Result: {}, Next: 'Done' }, Done: { Type: 'Succeed' } } },
        ],
        Next: 'Each',
      },
      Each: {
        Type: 'Map',
        ItemsPath: '$.items',
        MaxConcurrency: 2,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'Send',
          States: { Send: { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', End: true } },
        },
        End: true,
      },
      Sorry: { Type: 'Fail', Error: 'NotCharged' },
    },
  },
})

procedure({
  name: 'start-nowhere',
  input,
  tasks,
  // @ts-expect-error there is no state Chrage
  machine: { StartAt: 'Chrage', States: { Charge: { Type: 'Pass', End: true } } },
})

procedure({
  name: 'next-nowhere',
  input,
  tasks,
  machine: {
    StartAt: 'A',
    States: {
      // @ts-expect-error there is no state C
      A: { Type: 'Pass', Next: 'C' },
      B: { Type: 'Succeed' },
    },
  },
})

procedure({
  name: 'no-way-on',
  input,
  tasks,
  machine: {
    StartAt: 'A',
    States: {
      // @ts-expect-error neither Next nor End
      A: { Type: 'Pass' },
      // @ts-expect-error both Next and End
      B: { Type: 'Pass', Next: 'A', End: true },
    },
  },
})

procedure({
  name: 'choice-nowhere',
  input,
  tasks,
  machine: {
    StartAt: 'A',
    States: {
      A: {
        Type: 'Choice',
        // @ts-expect-error there is no state C
        Choices: [{ Variable: '$.a', IsNull: true, Next: 'C' }],
        // @ts-expect-error there is no state D
        Default: 'D',
      },
      B: { Type: 'Succeed' },
    },
  },
})

procedure({
  name: 'catch-nowhere',
  input,
  tasks,
  machine: {
    StartAt: 'A',
    States: {
      A: {
        Type: 'Task',
        Resource: 'task:ship',
        // @ts-expect-error there is no state C
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }],
        End: true,
      },
    },
  },
})

procedure({
  name: 'branches-are-scopes',
  input,
  tasks,
  machine: {
    StartAt: 'Outer',
    States: {
      Outer: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'Inner', States: { Inner: { Type: 'Pass', End: true } } },
          // @ts-expect-error Outer is no state of this branch
          { StartAt: 'Other', States: { Other: { Type: 'Pass', Next: 'Outer' } } },
        ],
        // @ts-expect-error Inner is a state of a branch only
        Next: 'Inner',
      },
    },
  },
})

procedure({
  name: 'processors-are-scopes',
  input,
  tasks,
  machine: {
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map',
        ItemProcessor: {
          StartAt: 'One',
          // @ts-expect-error Each is no state of the processor
          States: { One: { Type: 'Pass', Next: 'Each' } },
        },
        End: true,
      },
    },
  },
})

procedure({
  name: 'task-nowhere',
  input,
  tasks,
  machine: {
    StartAt: 'A',
    States: {
      // @ts-expect-error there is no task function chrage
      A: { Type: 'Task', Resource: 'task:chrage', End: true },
      B: {
        Type: 'Parallel',
        Branches: [
          // @ts-expect-error nor in a branch
          { StartAt: 'C', States: { C: { Type: 'Task', Resource: 'task:shipp', End: true } } },
        ],
        End: true,
      },
      // @ts-expect-error a resource is an ARN or a task
      D: { Type: 'Task', Resource: 'charge', End: true },
    },
  },
})

procedure({
  name: 'unknown-words',
  input,
  tasks,
  machine: {
    StartAt: 'A',
    States: {
      // @ts-expect-error Retyr is no field
      A: { Type: 'Task', Resource: 'task:ship', Retyr: [], End: true },
      // @ts-expect-error Tsak is no type
      B: { Type: 'Tsak', End: true },
      // @ts-expect-error a Succeed state goes nowhere
      C: { Type: 'Succeed', Next: 'A' },
    },
  },
})

procedure({
  name: 'inputs',
  input,
  machine: { StartAt: 'A', States: { A: { Type: 'Task', Resource: 'task:checked', End: true } } },
  tasks: {
    checked: task(z.object({ amount: z.number() }), (payment) => payment.amount.toFixed(2)),
    // @ts-expect-error an input that nobody described is unknown
    unchecked: (payment) => payment.amount,
    annotated: (payment: { readonly amount: number }, context) => context.idempotencyKey + payment.amount,
  },
})
