import { afterEach, describe, expect, it } from 'vitest'
import { admin, definitionOf, endWorlds, nobody, taskState, World } from '../world.ts'
import { rehearseMachine } from './rehearse.ts'

afterEach(endWorlds)

const paying = definitionOf({
  Wait: { Type: 'Wait', Seconds: 3600, Next: 'Pay' },
  Pay: taskState('pay', { Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 10, MaxAttempts: 1 }] }),
})

describe('a run with mocks', () => {
  it('takes no time, calls nothing and keeps nothing', async () => {
    const world = new World()
    const { simulation } = await rehearseMachine(world.engine, admin, {
      definition: paying,
      testCase: {
        name: 'it',
        input: { n: 1 },
        mocks: { Pay: [{ error: 'Busy' }, { output: 'paid', after: 5000 }] },
        expect: {},
      },
    })
    expect(simulation).toMatchObject({ status: 'succeeded', output: '"paid"', path: ['Wait', 'Pay'] })
    expect(simulation.elapsedMs).toBe(3_600_000 + 10_000 + 5000)
    expect(world.calls).toEqual([])
    expect(world.engine.store.read.all('SELECT id FROM state_machine')).toEqual([])
  })

  it('tells which tasks wait for a mock', async () => {
    const { simulation, unanswered } = await rehearseMachine(new World().engine, admin, {
      definition: paying,
      testCase: { name: 'it', expect: {} },
    })
    expect(simulation.status).toBe('running')
    expect(unanswered).toEqual([{ stateName: 'Pay', input: '{}', reason: 'no mock' }])
  })

  it('that goes round for ever is ended by the limit on events', async () => {
    const round = definitionOf({
      A: { Type: 'Pass', Next: 'B' },
      B: { Type: 'Pass', Next: 'A' },
      C: { Type: 'Succeed' },
    })
    const open = round
      .replace('"Next":"A"', '"Next":"Ask"')
      .replace(
        '"C":',
        '"Ask":{"Type":"Choice","Choices":[{"Variable":"$.n","IsPresent":true,"Next":"C"}],"Default":"A"},"C":',
      )
    const { simulation } = await rehearseMachine(new World().engine, admin, {
      definition: open,
      testCase: { name: 'it', expect: {} },
    })
    expect(simulation.status).toBe('failed')
  })

  it('that grows without end is given up', async () => {
    const definition = definitionOf({
      Each: {
        Type: 'Map',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'P',
          States: { P: { Type: 'Pass', End: true } },
        },
        End: true,
      },
    })
    const run = rehearseMachine(new World().engine, admin, {
      definition,
      testCase: { name: 'it', input: Array.from({ length: 25_001 }, () => 'x'), expect: {} },
    })
    await expect(run).rejects.toMatchObject({ code: 'machine.rehearsal_given_up' })
  })

  it('is refused of a wrong definition, and to who may not', async () => {
    const { engine } = new World()
    const testCase = { name: 'it', expect: {} }
    await expect(rehearseMachine(engine, admin, { definition: '{}', testCase })).rejects.toMatchObject({
      code: 'machine.definition_invalid',
    })
    await expect(rehearseMachine(engine, nobody, { definition: paying, testCase })).rejects.toMatchObject({
      code: 'access.forbidden',
    })
  })
})
