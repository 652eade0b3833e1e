import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runIn, temporaryFolder } from '../test-world.ts'

const machine = {
  StartAt: 'Reserve',
  States: {
    Reserve: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: 'reserve', 'Payload.$': '$' },
      ResultPath: '$.reserved',
      Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 2 }],
      Catch: [{ ErrorEquals: ['OutOfStock'], Next: 'Sorry' }],
      Next: 'Done',
    },
    Sorry: { Type: 'Fail', Error: 'OutOfStock' },
    Done: { Type: 'Succeed' },
  },
}

describe('asl try', () => {
  const home = temporaryFolder()
  const tried = (...words: string[]) =>
    runIn(home.path, ['asl', 'try', 'order.asl.json', ...words], { environment: {} })

  beforeAll(() => writeFileSync(join(home.path, 'order.asl.json'), JSON.stringify(machine)))
  afterAll(() => home.remove())

  it('shows the output of a state and what it computes on the way, without a server', async () => {
    const given = ['--state', 'Reserve', '--input', '{"order": 7.0}', '--mock', '{"Payload": "yes"}']
    const { exitCode, out } = await tried(...given)
    expect(out).toContain('✓ succeeded  next Done')
    expect(out).toContain('after Parameters')
    expect(out).toContain('"order": 7.0')
    expect(exitCode).toBe(0)
  })

  it('tells scripts the same as JSON', async () => {
    const { out } = await tried('--state', 'Reserve', '--mock-error', 'Busy', '--retries', '1', '--json')
    expect(JSON.parse(out)).toMatchObject({
      status: 'RETRIABLE',
      error: 'Busy',
      inspection: { input: {}, errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 4 } },
    })
  })

  it('says who would take an error, and fails when nobody does', async () => {
    const caught = await tried('--state', 'Reserve', '--mock-error', 'OutOfStock')
    expect(caught.out).toContain('■ failed, and was caught  next Sorry')
    expect(caught.out).toContain('by Catch[0]')
    expect(caught.exitCode).toBe(0)
    const failed = await tried('--state', 'Sorry')
    expect(failed.out).toContain('✗ failed')
    expect(failed.exitCode).toBe(1)
  })

  it('says what a Task needs, and what is wrong with a mock', async () => {
    const { err, exitCode } = await tried('--state', 'Reserve')
    expect(err).toContain('--mock JSON')
    expect(exitCode).toBe(2)
    const wrong = await tried('--state', 'Reserve', '--mock', '{"StatusCode": "200"}')
    expect(wrong.err).toContain("Mock result schema validation error: Field 'StatusCode' must be a number")
    const taken = await tried('--state', 'Reserve', '--mock', '{"StatusCode": "200"}', '--validate', 'none')
    expect(taken.exitCode).toBe(0)
  })
})
