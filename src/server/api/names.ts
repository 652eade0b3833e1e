/** State machines and executions in paths: by ARN, or in the short form that people type. */
import { z } from 'zod'
import { type Account, executionArn, stateMachineArn } from '../../engine/index.ts'

const named = z.string().min(1).max(2000)

export const machineParams = z.object({
  machine: named.meta({
    description: 'ARN or name of a state machine; `name:7` and `name:alias` where a version or alias will do.',
  }),
})
export const executionParams = z.object({
  execution: named.meta({ description: 'ARN of an execution, or `machine:name`.' }),
})

export function machineArnOf(account: Account, given: string): string {
  return given.startsWith('arn:') ? given : stateMachineArn(account, given)
}

export function executionArnOf(account: Account, given: string): string {
  const [machine = '', name, ...more] = given.split(':')
  return name === undefined || more.length > 0 ? given : executionArn(account, machine, name)
}
