import { describe, expect, it } from 'vitest'
import { type Change, compileMachine, type Event, type Frame, type HistoryEvent } from '../../asl/index.ts'
import { type Cause, type Chunk, machineWords, timerKinds, timerNumber, timerOfNumber } from './chunk.ts'
import { decodeChunk } from './decode.ts'
import { encodeChunk } from './encode.ts'
import { eventNumber, eventShape, eventShapes, eventTypes } from './event-types.ts'

const machine = compileMachine(
  JSON.stringify({
    StartAt: 'Pay',
    States: {
      Pay: { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken', Next: 'Done' },
      Done: { Type: 'Succeed' },
    },
  }),
)
const at = 1_767_225_600_000
const attempt = { frame: 1, enteredId: 2, attempt: 3 }

const chunkOf = (parts: Partial<Chunk>): Chunk => ({
  cause: { event: { kind: 'continue' } },
  at,
  firstEventId: 7,
  nextFrame: 5,
  history: [],
  changes: [],
  ...parts,
})

const readAgain = (chunk: Chunk): Chunk =>
  decodeChunk(machine, { body: encodeChunk(machine, chunk), at: chunk.at, firstEventId: chunk.firstEventId })

const event = (type: string, details?: HistoryEvent['details']): HistoryEvent => ({
  id: 7,
  previousEventId: 3,
  type,
  details,
})

const visit: NonNullable<Frame['visit']> = {
  state: 0,
  enteredId: 2,
  enteredAt: at - 5000,
  input: '{"a": 1.0}',
  phase: 'task',
  attempt: 1,
  retries: undefined,
  started: false,
  submitted: false,
  early: undefined,
  task: undefined,
  timers: [],
}
const frame: Frame = { id: 1, parent: 0, index: 0, scope: 0, last: 6, variables: undefined, visit }

describe('a chunk that is stored and read again', () => {
  it.each<Event>([
    { kind: 'start' },
    { kind: 'continue' },
    { kind: 'stop' },
    { kind: 'stop', error: 'E', cause: '' },
    { kind: 'fault', cause: 'the disk is full' },
    { ...attempt, kind: 'taskStarted' },
    { ...attempt, kind: 'taskStarted', workerName: 'w' },
    { ...attempt, kind: 'taskSubmitted', output: '{}' },
    { ...attempt, kind: 'taskSucceeded', output: '"\u2028 \ud83d\ude00"' },
    { ...attempt, kind: 'taskSucceeded', output: '1', fromCall: true },
    { ...attempt, kind: 'taskFailed' },
    { ...attempt, kind: 'taskFailed', error: '', cause: 'c' },
    { ...attempt, kind: 'taskFailed', error: 'E', fromCall: true },
    { ...attempt, kind: 'heartbeat' },
    ...timerKinds.map((timer) => ({ ...attempt, kind: 'timer', timer }) as const),
  ])('keeps its cause: %j', (cause) => {
    const causes: Cause[] = [
      { event: cause },
      { event: cause, seed: '00ff' },
      { event: cause, recorded: new Map([['evaluate 1', '{"kind":"nothing"}']]) },
      {
        event: cause,
        seed: '00ff',
        recorded: new Map([
          ['a', '1'],
          ['b', '1'],
        ]),
      },
    ]
    for (const each of causes) expect(readAgain(chunkOf({ cause: each }))).toEqual(chunkOf({ cause: each }))
  })

  it('keeps the history event of every type, with all its members and with none', () => {
    for (const [i, type] of eventTypes.entries()) {
      const { fields } = eventShape(i)
      const full = Object.fromEntries(
        fields.map(([name, kind]) => [
          name,
          kind === 'number'
            ? 5
            : kind === 'variables'
              ? new Map([
                  ['v', '1'],
                  ['w', '[]'],
                ])
              : `${name} of it`,
        ]),
      )
      const none = fields.length === 0 ? undefined : {}
      for (const details of fields.length === 0 ? [undefined] : [full, none]) {
        const chunk = chunkOf({ history: [event(type, details)] })
        expect(readAgain(chunk)).toEqual(chunk)
      }
    }
  })

  it.each<Change>([
    { kind: 'frame', frame: { ...frame, visit: undefined, variables: new Map() } },
    {
      kind: 'frame',
      frame: {
        ...frame,
        variables: new Map([
          ['v', '{"a": 1.0}'],
          ['Pay', 'null'],
        ]),
      },
    },
    { kind: 'frame', frame: { ...frame, visit: { ...visit, phase: 'ready', timers: ['wait', 'heartbeat'] } } },
    { kind: 'frame', frame: { ...frame, visit: { ...visit, retries: [0, 2], submitted: true } } },
    {
      kind: 'frame',
      frame: { ...frame, visit: { ...visit, started: true, early: { kind: 'succeeded', output: '1' } } },
    },
    { kind: 'frame', frame: { ...frame, visit: { ...visit, early: { kind: 'failed' } } } },
    { kind: 'frame', frame: { ...frame, visit: { ...visit, early: { kind: 'failed', error: 'E', cause: 'c' } } } },
    {
      kind: 'frame',
      frame: {
        ...frame,
        visit: { ...visit, task: { input: '1', timeoutSeconds: 5, heartbeatSeconds: 2, roleArn: 'r' } },
      },
    },
    {
      kind: 'frame',
      frame: {
        ...frame,
        visit: {
          ...visit,
          task: { input: '1', timeoutSeconds: undefined, heartbeatSeconds: undefined, roleArn: undefined },
        },
      },
    },
    { kind: 'frameGone', id: 9 },
    { kind: 'fan', frame: 1, items: ['1', '1', '{"a": 1.0}'], size: 3, concurrency: 40 },
    { kind: 'fan', frame: 1, items: [], size: 2, concurrency: 2 },
    { kind: 'fanProgress', frame: 1, next: 3, open: 2, done: 1 },
    { kind: 'result', frame: 1, index: 2, output: '[1]' },
    { kind: 'fanGone', frame: 1 },
  ])('keeps its changes: %j', (change) => {
    const chunk = chunkOf({ changes: [change] })
    expect(readAgain(chunk)).toEqual(chunk)
  })

  it('stores a text once, however often it occurs, and the machine’s own words not at all', () => {
    const output = JSON.stringify('x'.repeat(1000))
    const history = Array.from({ length: 30 }, (_, i) => ({
      ...event('TaskStateExited', { name: 'Pay', output: i % 2 === 0 ? output : `"${i}"` }),
      id: 7 + i,
    }))
    const chunk = chunkOf({ history })
    const body = encodeChunk(machine, chunk)
    expect(body.length).toBeLessThan(2000)
    expect(body).not.toContain('Pay')
    expect(readAgain(chunk)).toEqual(chunk)
  })

  it('keeps texts that no encoder likes: lone surrogates, controls, what looks like an index', () => {
    for (const text of ['\ud800', '\u0000\u001f', '-1', '0', '', '__proto__', '"']) {
      const chunk = chunkOf({ cause: { event: { kind: 'fault', cause: text }, seed: text } })
      expect(readAgain(chunk)).toEqual(chunk)
    }
  })

  it('is the same for the versions to come: what was stored once stays readable', () => {
    const body =
      '[2,[4,1,2,0,0,1,0],[[49,4,-3,-4,0,1],[9,5],[2,5,0,1]],[[0,1,0,0,0,6,[2,3],[0,2,5000,4,3,1,1,[1],null,null,[1]]],[2,1,2,[3,4],40],[4,1,0,5]],["E","because","v","1","{}","[]"]]'
    const chunk = decodeChunk(machine, { body, at, firstEventId: 5 })
    expect(chunk).toEqual({
      cause: { event: { kind: 'taskFailed', frame: 1, enteredId: 2, attempt: 0, error: 'E', cause: 'because' } },
      at,
      firstEventId: 5,
      nextFrame: 2,
      history: [
        {
          id: 5,
          previousEventId: 4,
          type: 'TaskFailed',
          details: { resourceType: 'sqs', resource: 'sendMessage.waitForTaskToken', error: 'E', cause: 'because' },
        },
        { id: 6, previousEventId: 5, type: 'TaskStateAborted', details: undefined },
        { id: 7, previousEventId: 5, type: 'ExecutionFailed', details: { error: 'E', cause: 'because' } },
      ],
      changes: [
        {
          kind: 'frame',
          frame: {
            ...frame,
            variables: new Map([['v', '1']]),
            visit: { ...visit, input: '{}', phase: 'backoff', started: true, retries: [1], timers: ['retry'] },
          },
        },
        { kind: 'fan', frame: 1, items: ['1', '{}'], size: 2, concurrency: 40 },
        { kind: 'result', frame: 1, index: 0, output: '[]' },
      ],
    })
    expect(encodeChunk(machine, chunk)).toBe(body)
  })
})

describe('reading a chunk', () => {
  it.each([
    '{}',
    '[]',
    'null',
    '[1,[99],[],[],[]]',
    '[1,[0],[[999,1]],[],[]]',
    '[1,[0],[[0]],[],[]]',
    '[1,[9,5],[],[],["a"]]',
    '[1,[9,-50],[],[],["a"]]',
    '[1,[0],[],[[7,1]],[]]',
    '[1,[0],[],[[2,1,1,[0],1]],[7]]',
    '["1",[0],[],[],[]]',
    '[1,[6,1,2,0,77],[],[],[]]',
  ])('refuses what was never written: %s', (body) => {
    expect(() => decodeChunk(machine, { body, at, firstEventId: 1 })).toThrow(/broken|newer version/)
  })
})

describe('the numbers that are stored', () => {
  it('of timers and event types are their places in tables that only grow', () => {
    expect(timerKinds).toEqual(['wait', 'retry', 'timeout', 'heartbeat', 'deadline'])
    for (const kind of timerKinds) expect(timerOfNumber(timerNumber(kind))).toBe(kind)
    expect(() => timerOfNumber(99)).toThrow('newer version')
    expect(eventTypes).toHaveLength(Object.keys(eventShapes).length)
    expect([eventNumber('ExecutionStarted'), eventNumber('TaskTimedOut'), eventTypes.length]).toEqual([0, 50, 57])
    expect(() => eventNumber('Nothing')).toThrow('Nothing is no history event')
    expect(() => eventShape(99)).toThrow('newer version')
  })

  it('of words follow the order of the definition', () => {
    expect(machineWords(machine).list).toEqual([
      'Pay',
      'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
      'sqs',
      'sendMessage.waitForTaskToken',
      'Done',
    ])
  })
})
