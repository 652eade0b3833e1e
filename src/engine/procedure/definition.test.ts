import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { HoldfastError } from '../../base/index.ts'
import { definitionOf, functionArnOf } from './definition.ts'
import { procedureErrors } from './errors.ts'
import { procedure } from './procedure.ts'

const account = { region: 'eu-central-1', accountId: '123456789012' }
const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:deploy'
const input = z.unknown()
const tasks = { lock: () => null, 'release lock': () => null }

function definition(machine: ReturnType<typeof procedure>['machine']): unknown {
  return JSON.parse(definitionOf({ ...procedure({ name: 'deploy', input, machine: anchor, tasks }), machine }, account))
}
const anchor = { StartAt: 'A', States: { A: { Type: 'Succeed' } } } as const

describe('the definition of a procedure', () => {
  it('hands the whole input of the state to the one Lambda function, with the name of the task', () => {
    const made = procedure({
      name: 'deploy',
      input,
      tasks,
      machine: {
        StartAt: 'Lock',
        States: { Lock: { Type: 'Task', Resource: 'task:lock', TimeoutSeconds: 5, ResultPath: '$.lock', End: true } },
      },
    })
    expect(JSON.parse(definitionOf(made, account))).toEqual({
      StartAt: 'Lock',
      States: {
        Lock: {
          Type: 'Task',
          TimeoutSeconds: 5,
          ResultPath: '$.lock',
          End: true,
          Resource: arn,
          Parameters: { Task: 'lock', 'Input.$': '$' },
        },
      },
    })
    expect(functionArnOf('deploy', account)).toBe(arn)
    expect(functionArnOf('deploy', { ...account, region: 'cn-north-1' })).toMatch(/^arn:aws-cn:lambda:cn-north-1:/)
  })

  it('makes the Parameters of the state the input of the task', () => {
    const state = { Type: 'Task', Resource: 'task:release lock', Parameters: { 'id.$': '$.lock.id' }, End: true }
    expect(definition({ StartAt: 'A', States: { A: state } })).toHaveProperty('States.A.Parameters', {
      Task: 'release lock',
      Input: { 'id.$': '$.lock.id' },
    })
  })

  it('writes Arguments where the machine speaks JSONata, and where only the state does', () => {
    const plain = { Type: 'Task', Resource: 'task:lock', End: true }
    const made = definition({
      StartAt: 'A',
      QueryLanguage: 'JSONata',
      States: { A: plain, B: { ...plain, Arguments: '{% $states.input.lock %}' } },
    } as never)
    expect(made).toHaveProperty('States.A.Arguments', { Task: 'lock', Input: '{% $states.input %}' })
    expect(made).toHaveProperty('States.B.Arguments', { Task: 'lock', Input: '{% $states.input.lock %}' })
    expect(made).not.toHaveProperty('States.A.Parameters')

    const mixed = definition({ StartAt: 'A', States: { A: { ...plain, QueryLanguage: 'JSONata' }, B: plain } })
    expect(mixed).toHaveProperty('States.A.Arguments.Task', 'lock')
    expect(mixed).toHaveProperty('States.B.Parameters.Task', 'lock')
  })

  it('goes into branches and processors, which take the language of the machine and not of their state', () => {
    const scope = { StartAt: 'In', States: { In: { Type: 'Task', Resource: 'task:lock', End: true } } }
    const made = definition({
      StartAt: 'Both',
      States: {
        Both: { Type: 'Parallel', QueryLanguage: 'JSONata', Branches: [scope, scope], Next: 'Each' },
        Each: { Type: 'Map', ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...scope }, End: true },
      },
    })
    const expanded = { Type: 'Task', Resource: arn, Parameters: { Task: 'lock', 'Input.$': '$' }, End: true }
    expect(made).toHaveProperty('States.Both.Branches.0.States.In', expanded)
    expect(made).toHaveProperty('States.Both.Branches.1.States.In', expanded)
    expect(made).toHaveProperty('States.Each.ItemProcessor.States.In', expanded)
    expect(made).toHaveProperty('States.Each.ItemProcessor.ProcessorConfig', { Mode: 'INLINE' })
  })

  it('leaves every other resource and field as it is', () => {
    const machine = {
      Comment: 'as it is',
      StartAt: 'A',
      States: {
        A: { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', Parameters: { QueueUrl: 'q' }, Next: 'B' },
        B: { Type: 'Pass', Result: { Resource: 'task:nothing' }, End: true },
      },
    }
    expect(definition(machine)).toEqual(machine)
  })
})

describe('a procedure', () => {
  it.each(['', 'two words', 'naïve', 'x'.repeat(65)])('cannot be named "%s"', (name) => {
    expect(thrownBy(() => procedure({ name, input, machine: anchor, tasks }))).toMatchObject({ code: 'procedure.name' })
  })

  it('is refused when a state calls a task that it does not have, with the place and the nearest name', () => {
    const branch = { StartAt: 'X', States: { X: { Type: 'Task', Resource: 'task:lokc', End: true } } }
    const machine = { StartAt: 'A', States: { A: { Type: 'Parallel', Branches: [branch], End: true } } }
    // As a JavaScript author would write it, whom no compiler warns.
    const error = thrownBy(() => procedure({ name: 'deploy', input, machine: machine as never, tasks }))
    expect(error).toMatchObject({
      code: 'procedure.task_missing',
      place: '/States/A/Branches/0/States/X/Resource',
      accepted: 'lock, release lock',
      repair: 'write task:lock, or add "lokc" to tasks',
    })
    expect(Object.keys(procedureErrors)).toContain(error.code)
  })
})

function thrownBy(act: () => unknown): HoldfastError {
  try {
    act()
  } catch (error) {
    if (error instanceof HoldfastError) return error
  }
  throw new Error('nothing was refused')
}
