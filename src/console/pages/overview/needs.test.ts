import { expect, it } from 'vitest'
import type { DeploymentSummary, ExecutionSummary } from '../../api/generated.ts'
import { needsOf } from './needs.ts'

const at = '2026-01-01T12:00:00.000Z'
const now = Date.parse(at) + 1000
const deployment = (id: string, status: string, more: object = {}) =>
  ({
    id,
    project: 'acme/shop',
    config: 'production',
    status,
    state: 'Start',
    createdAt: at,
    endedAt: at,
    pausedAt: null,
    controlReason: null,
    ...more,
  }) as DeploymentSummary
const execution = (machine: string, stoppedAt = at) =>
  ({
    arn: `arn:aws:states:us-east-1:000000000000:execution:${machine}:run`,
    machine: `arn:aws:states:us-east-1:000000000000:stateMachine:${machine}`,
    ...{ name: 'run', status: 'FAILED', startedAt: at, stoppedAt, error: 'Boom' },
  }) as ExecutionSummary

it('what failed last in a place waits; what was made good since does not', () => {
  expect(needsOf([deployment('new', 'succeeded'), deployment('old', 'failed')], [], now)).toEqual([])
  expect(needsOf([deployment('new', 'failed'), deployment('old', 'succeeded')], [], now)).toMatchObject([
    { kind: 'failedDeploy', id: 'new', place: 'acme/shop › production' },
  ])
})

it('a paused deployment waits', () => {
  expect(needsOf([deployment('dep', 'paused', { pausedAt: at, controlReason: 'lunch' })], [], now)).toMatchObject([
    { kind: 'paused', why: 'lunch' },
  ])
})

it('an execution that failed within a day waits; of deployments only the deployment itself', () => {
  const old = new Date(now - 2 * 86_400_000).toISOString()
  const found = needsOf([], [execution('order'), execution('order', old), execution('deploy-process')], now)
  expect(found).toMatchObject([{ kind: 'failedExecution', machine: 'order', why: 'Boom' }])
})

it('a deployment that asks for approval waits, and one that went ahead without until somebody else has looked', () => {
  const by = { type: 'user', id: 'prs_1', via: 'ui', name: 'Mika' }
  const asks = deployment('asks', 'running', { state: 'Approve', control: 'run', endedAt: null, requestedBy: by })
  const broken = deployment('broken', 'succeeded', { unreviewed: true, requestedBy: by })
  expect(needsOf([asks, broken], [], now)).toMatchObject([
    { kind: 'glass', id: 'broken', place: 'acme/shop › production' },
    { kind: 'approval', id: 'asks', why: 'Mika' },
  ])
})
