import { describe, expect, it } from 'vitest'
import {
  activityArn,
  executionArn,
  expressArn,
  parseActivityArn,
  parseArn,
  parseExecutionArn,
  parseStateMachineArn,
  parseTaggableArn,
  stateMachineArn,
} from './arn.ts'

const account = { region: 'eu-central-1', accountId: '123456789012' }
const prefix = 'arn:aws:states:eu-central-1:123456789012'

describe('ARNs', () => {
  it('are spelled as AWS spells them', () => {
    expect(stateMachineArn(account, 'pay')).toBe(`${prefix}:stateMachine:pay`)
    expect(executionArn(account, 'pay', 'run-1')).toBe(`${prefix}:execution:pay:run-1`)
    expect(expressArn(account, 'pay', 'run-1', 'id-1')).toBe(`${prefix}:express:pay:run-1:id-1`)
    expect(activityArn(account, 'approve')).toBe(`${prefix}:activity:approve`)
  })

  it('name the partition of their region', () => {
    const arnIn = (region: string) => activityArn({ region, accountId: '1' }, 'a')
    expect(arnIn('cn-north-1')).toBe('arn:aws-cn:states:cn-north-1:1:activity:a')
    expect(arnIn('us-gov-west-1')).toBe('arn:aws-us-gov:states:us-gov-west-1:1:activity:a')
  })

  it.each([
    ['stateMachine:pay', { kind: 'stateMachine', name: 'pay' }],
    ['stateMachine:pay:7', { kind: 'stateMachine', name: 'pay', qualifier: '7' }],
    ['stateMachine:pay/Each', { kind: 'stateMachine', name: 'pay', label: 'Each' }],
    ['execution:pay:run-1', { kind: 'execution', machineName: 'pay', name: 'run-1' }],
    ['execution:pay/Each:id-1', { kind: 'execution', machineName: 'pay', label: 'Each', name: 'id-1' }],
    ['express:pay:run-1:id-1', { kind: 'express', machineName: 'pay', name: 'run-1', id: 'id-1' }],
    ['mapRun:pay/Each:id-1', { kind: 'mapRun', machineName: 'pay', label: 'Each', id: 'id-1' }],
    ['activity:approve', { kind: 'activity', name: 'approve' }],
  ])('are understood: %s', (resource, expected) => {
    expect(parseArn(`${prefix}:${resource}`)).toEqual(expected)
  })

  it.each(['not_an_arn', '', 'arn', 'arn:aws', 'arn:aws:lambda:r:1:function:f', 'arn::states:r:1:activity:a', '‮arn'])(
    'are refused with AWS’s words when they are of no state machine service: "%s"',
    (text) => {
      expect(() => parseArn(text)).toThrow(`Invalid Arn: 'Invalid ARN prefix: ${text}'`)
    },
  )

  it.each([
    'stateMachine',
    'stateMachine:',
    'stateMachine:a:',
    'stateMachine:a:1:2',
    'execution:a',
    'execution::b',
    'execution:a:b:c',
    'express:a:b',
    'express:a:b:c:d',
    'mapRun:a:b',
    'mapRun:a/:b',
    'activity:a:b',
    'cluster:a',
    '',
  ])('are refused when their names do not fit their type: "%s"', (resource) => {
    expect(() => parseArn(`${prefix}:${resource}`)).toThrow('Invalid Arn')
  })

  it('are refused without region or account', () => {
    expect(() => parseArn('arn:aws:states::1:activity:a')).toThrow('Invalid Arn')
    expect(() => parseArn('arn:aws:states:r::activity:a')).toThrow('Invalid Arn')
  })

  it('of any length are answered quickly and without repeating them', () => {
    const caught = catchError(() => parseArn('arn:aws:states:'.padEnd(5_000_000, ':x')))
    expect(caught).toMatchObject({ code: 'arn.invalid', message: "Invalid Arn: 'ARN is too long'" })
  })

  it('of an express run are no place to look for a standard one', () => {
    expect(() => parseExecutionArn(`${prefix}:express:pay:run-1:id-1`)).toThrow(
      "Invalid Arn: 'Resource type not valid in this context: express'",
    )
  })

  it('are refused where another type is expected', () => {
    expect(parseStateMachineArn(`${prefix}:stateMachine:a`).name).toBe('a')
    expect(parseActivityArn(`${prefix}:activity:a`).name).toBe('a')
    expect(parseTaggableArn(`${prefix}:activity:a`).kind).toBe('activity')
    expect(() => parseStateMachineArn(`${prefix}:activity:a`)).toThrow('not valid in this context: activity')
    expect(() => parseActivityArn(`${prefix}:stateMachine:a`)).toThrow('not valid in this context: stateMachine')
    expect(() => parseTaggableArn(`${prefix}:execution:a:b`)).toThrow('not valid in this context: execution')
  })
})

function catchError(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('expected an error')
}
