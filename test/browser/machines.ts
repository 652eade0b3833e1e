/** State machines to look at, and the little of the API that brings them to life. */
import { readFileSync } from 'node:fs'
import type { Console } from './console.ts'

const activity = 'arn:aws:states:us-east-1:000000000000:activity:approval'

/** Waits for a person, fans out, and refuses what is too large. */
export const approval = {
  StartAt: 'Receive',
  States: {
    Receive: { Type: 'Pass', Result: { checked: true }, ResultPath: '$.receipt', Next: 'Approve' },
    Approve: {
      Type: 'Task',
      Resource: activity,
      ResultPath: '$.approval',
      Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 1, MaxAttempts: 2 }],
      Catch: [{ ErrorEquals: ['Refused'], ResultPath: '$.refusal', Next: 'Apologise' }],
      Next: 'Prepare',
    },
    Prepare: {
      Type: 'Parallel',
      ResultPath: '$.prepared',
      Branches: [
        {
          StartAt: 'Pack each',
          States: {
            'Pack each': {
              Type: 'Map',
              ItemsPath: '$.items',
              ItemProcessor: { StartAt: 'Pack', States: { Pack: { Type: 'Pass', End: true } } },
              End: true,
            },
          },
        },
        { StartAt: 'Invoice', States: { Invoice: { Type: 'Pass', Result: { number: 'inv-7' }, End: true } } },
      ],
      Next: 'Small enough?',
    },
    'Small enough?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.total', NumericLessThan: 100, Next: 'Ship' }],
      Default: 'Too large',
    },
    Ship: { Type: 'Pass', End: true },
    Apologise: { Type: 'Pass', End: true },
    'Too large': { Type: 'Fail', Error: 'TooLarge', Cause: 'An order of 250 needs two people' },
  },
} as const

/** Fails where the total is missing, three states after what it was given was written down. */
export const checkout = {
  StartAt: 'Receive',
  States: {
    Receive: { Type: 'Pass', Result: { at: 'desk 7' }, ResultPath: '$.receipt', Next: 'Price' },
    Price: {
      Type: 'Pass',
      Parameters: { 'order.$': '$.id', currency: 'EUR' },
      ResultPath: '$.priced',
      Assign: { 'orderId.$': '$.order' },
      Next: 'Tidy',
    },
    Tidy: { Type: 'Pass', Next: 'Charge' },
    Charge: { Type: 'Pass', Parameters: { 'amount.$': '$.total' }, ResultPath: '$.charge', Next: 'Done' },
    Done: { Type: 'Succeed' },
  },
} as const

export class Api {
  readonly #console: Console
  readonly #token: string

  constructor(console: Console) {
    this.#console = console
    this.#token = readFileSync(console.tokenFile, 'utf8').trim()
  }

  async call<T>(line: string, body?: unknown): Promise<T> {
    const [method = '', path = ''] = line.split(' ')
    const response = await fetch(new URL(path, this.#console.url), {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${line}: ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  async wire<T>(action: string, body: unknown): Promise<T> {
    const response = await fetch(this.#console.url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.#token}`,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `AWSStepFunctions.${action}`,
      },
      body: JSON.stringify(body),
    })
    return (await response.json()) as T
  }

  /** All events of a stream, until the server ends it. */
  async stream(path: string): Promise<string> {
    const headers = { authorization: `Bearer ${this.#token}` }
    return (await fetch(new URL(path, this.#console.url), { headers })).text()
  }

  async machine(name: string, definition: unknown): Promise<void> {
    await this.call('POST /v1/machines', { name, definition: JSON.stringify(definition) })
  }

  async start(machine: string, name: string, input: unknown): Promise<void> {
    await this.call('POST /v1/executions', { machine, name, input })
  }

  async approvals(): Promise<void> {
    await this.call('POST /v1/activities', { name: 'approval' })
    await this.machine('approval', approval)
  }

  /** Answers the next one that waits for a person. */
  async approve(output: unknown): Promise<void> {
    const { taskToken } = await this.wire<{ readonly taskToken: string }>('GetActivityTask', { activityArn: activity })
    await this.wire('SendTaskSuccess', { taskToken, output: JSON.stringify(output) })
  }
}
