import { describe, expect, it } from 'vitest'
import type { Env } from '../ports.ts'
import { compileMachine } from '../compile/index.ts'
import { step } from './index.ts'
import { newExecution } from './state.ts'

const env: Env = {
  now: 0,
  evaluate: () => ({ kind: 'nothing' }),
  token: () => '',
  refuse: () => undefined,
  random: () => 0,
  uuid: () => '',
  hash: () => '',
}
const limits = { payloadBytes: 1_000_000, historyEvents: 10_000 }

describe('the changes of a step', () => {
  it('leave out the frame of a Map while only its iterations move, so that its input is not stored again and again', () => {
    const machine = compileMachine(
      JSON.stringify({
        StartAt: 'Each',
        States: {
          Each: {
            Type: 'Map',
            ItemProcessor: {
              StartAt: 'Work',
              States: {
                Work: { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:123456789012:function:f', End: true },
              },
            },
            End: true,
          },
        },
      }),
    )
    const about = {
      arn: 'a',
      name: 'n',
      input: '[1,2,3]',
      roleArn: 'r',
      startedAt: 0,
      machineArn: 'm',
      machineName: 'm',
      region: 'x',
    }
    const started = step(machine, newExecution(about), { kind: 'start' }, env, limits)
    const call = started.commands.find((command) => command.kind === 'schedule')
    if (call?.kind !== 'schedule') throw new Error('nothing was scheduled')
    const { frame, enteredId, attempt } = call
    const answered = step(
      machine,
      started.state,
      { kind: 'taskSucceeded', frame, enteredId, attempt, output: '1' },
      env,
      limits,
    )
    expect(answered.changes.map((change) => change.kind)).not.toContain('frame')
    expect(answered.state.frames.get(1)).toBe(started.state.frames.get(1))
  })
})
