import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openTrail, type Trail } from '../../audit/index.ts'
import { silentLogger } from '../../base/index.ts'
import { stopExecution } from '../execution/stop.ts'
import { admin, definitionOf, endWorlds, executionArn, nobody, taskState, World } from '../world.ts'
import { verifyDigest } from './digest.ts'
import { replayExecution, replaySteps } from './replay.ts'

afterEach(endWorlds)

const replay = (world: World, id = 1) => replayExecution(world.engine, world.store.read, id)

/** Retries with jitter, chance, a Map, a wait and a caught failure: whatever a replay could get wrong. */
const everything = definitionOf(
  {
    Chance: {
      Type: 'Pass',
      Assign: { id: '{% $uuid() %}', dice: '{% $random() %}' },
      Output: '{% [1, 2, 3] %}',
      Next: 'Each',
    },
    Each: {
      Type: 'Map',
      MaxConcurrency: 2,
      ItemProcessor: {
        StartAt: 'Work',
        States: {
          Work: taskState('work', {
            TimeoutSeconds: 60,
            Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 5, JitterStrategy: 'FULL' }],
          }),
        },
      },
      Next: 'Wait',
    },
    Wait: { Type: 'Wait', Seconds: 10, Next: 'Fall' },
    Fall: taskState('fall', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'End' }], Next: 'End' }),
    End: { Type: 'Pass', Output: '{% {"id": $id, "now": $now(), "caught": $states.input} %}', End: true },
  },
  { QueryLanguage: 'JSONata', TimeoutSeconds: 600 },
)

async function ranEverything(world: World): Promise<string> {
  const { executionArn: arn } = await world.start(await world.machine('everything', everything), { name: 'one' })
  world.calls[0]?.fail('Busy')
  await world.advance(5000)
  for (
    let call = world.calls.find(({ open }) => open);
    call !== undefined;
    call = world.calls.find(({ open }) => open)
  ) {
    call.succeed({ done: call.input })
    await world.settle()
  }
  await world.advance(10_000)
  await world.fail('Broken', 'as planned')
  expect(await world.status(arn)).toBe('SUCCEEDED')
  return arn
}

describe('replaying an execution', () => {
  it('gives the history and the end that are stored', async () => {
    const world = new World()
    const arn = await ranEverything(world)
    const { divergence, events, steps, state } = replay(world)
    expect(divergence).toBeUndefined()
    expect(events).toBe((await world.history(arn)).length)
    expect(steps).toBe(world.count('chunk'))
    expect(state.status).toBe('succeeded')
  })

  it('shows the state after each step', async () => {
    const world = new World()
    await ranEverything(world)
    const steps = [...replaySteps(world.engine, world.store.read, 1)]
    expect(steps.map(({ seq }) => seq)).toEqual(Array.from({ length: steps.length }, (_, n) => n + 1))
    expect(steps[0]?.cause.event).toEqual({ kind: 'start' })
    // The Map's own frame and two iterations.
    expect(steps[0]?.state.frames.size).toBe(3)
    expect(steps.at(-1)?.state.frames.size).toBe(0)
    const times = steps.map(({ at }) => at)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  it('of one that runs ends where it is now', async () => {
    const world = new World()
    await world.run({ A: taskState('a', { HeartbeatSeconds: 5, TimeoutSeconds: 50 }) })
    const { divergence, state } = replay(world)
    expect(divergence).toBeUndefined()
    expect(state).toEqual(world.engine.cache.get(1)?.state)
  })

  it('of one that was refused a task, or stopped, or hit a limit, comes out the same', async () => {
    const world = new World({ limits: { historyEvents: 30, payloadBytes: 2000 } })
    const loop = { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'C' } }
    await world.run({
      ...loop,
      C: { Type: 'Choice', Choices: [{ Variable: '$', IsPresent: false, Next: 'D' }], Default: 'A' },
      D: { Type: 'Succeed' },
    })
    await world.run({ A: taskState('a', { Resource: 'arn:aws:states:eu-central-1:123456789012:activity:none' }) })
    const stopped = await world.run({ A: taskState('a') })
    await stopExecution(world.engine, admin, { executionArn: stopped, error: 'Enough' })
    await world.run({ A: taskState('a') })
    await world.succeed('x'.repeat(3000))
    expect(world.rows('SELECT status FROM execution ORDER BY id')).toEqual([2, 2, 4, 2].map((status) => ({ status })))
    for (const id of [1, 2, 3, 4]) expect(replay(world, id).divergence).toBeUndefined()
  })

  it('of none is an error', () => {
    expect(() => replay(new World())).toThrow('there is no execution 1')
  })
})

describe('a replay that comes out otherwise', () => {
  it('says at which step the history was changed, and how', async () => {
    const world = new World()
    await ranEverything(world)
    await world.tamper('UPDATE chunk SET body = replace(body, \'"Busy"\', \'"Lazy"\') WHERE seq = 2')
    const { divergence } = replay(world)
    expect(divergence).toMatchObject({
      kind: 'step',
      seq: 2,
      stored: { cause: { event: { kind: 'taskFailed', error: 'Lazy' } } },
    })
    // Nobody retries what is lazy: the scope fails in the replay.
    expect(JSON.stringify(divergence?.stored)).not.toContain('MapStateFailed')
    expect(JSON.stringify(divergence?.replayed)).toContain('MapStateFailed')
  })

  it('says that the seed of chance is missing', async () => {
    const world = new World()
    await ranEverything(world)
    const [{ body } = { body: '' }] = world.rows<{ body: string }>('SELECT body FROM chunk WHERE seq = 1')
    const [nextFrame, cause, ...rest] = JSON.parse(body)
    expect(Array.isArray(cause[0])).toBe(true)
    await world.tamper('UPDATE chunk SET body = ? WHERE seq = 1', JSON.stringify([nextFrame, cause[0], ...rest]))
    const { divergence } = replay(world)
    expect(divergence).toMatchObject({ kind: 'step', seq: 1 })
    expect(JSON.stringify(divergence?.replayed)).toContain('the step uses chance now, and did not when it was done')
  })

  it('says that the end is another', async () => {
    const world = new World()
    await ranEverything(world)
    await world.tamper("UPDATE execution SET output = '{}'")
    expect(replay(world).divergence).toMatchObject({ kind: 'end', stored: { output: '{}', status: 1 } })
  })

  it('says that an expression is too slow here', async () => {
    const world = new World()
    await ranEverything(world)
    const { SlowExpression } = await import('../../asl/index.ts')
    const expressions = {
      ...world.engine.expressions,
      evaluate: (source: string, bindings: ConstructorParameters<typeof SlowExpression>[1]) => {
        throw new SlowExpression(source, bindings)
      },
    }
    expect(replayExecution({ ...world.engine, expressions }, world.store.read, 1).divergence).toMatchObject({
      kind: 'slow',
      seq: 1,
    })
  })
})

describe('the digest of a history', () => {
  const folders: string[] = []
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
  })

  function trailOf(world: World): Trail {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
    folders.push(folder)
    const { store, clock } = world
    return openTrail({ store, clock, logger: silentLogger, randomBytes: (n) => new Uint8Array(n).fill(5), folder })
  }
  const verify = (world: World, trail: Trail, arn: string) => verifyDigest(world.engine, trail, admin, arn)

  it('is what the trail says, once that is sealed', async () => {
    const world = new World()
    const trail = trailOf(world)
    const arn = await ranEverything(world)
    expect(verify(world, trail, arn).kind).toBe('unsealed')
    await trail.seal()
    expect(verify(world, trail, arn)).toEqual({ kind: 'verified', digest: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  it('of one that runs is still to come', async () => {
    const world = new World()
    expect(verify(world, trailOf(world), await world.run({ A: taskState('a') }))).toEqual({ kind: 'running' })
  })

  it.each([
    ['a chunk', "UPDATE chunk SET body = replace(body, 'Broken', 'Unbroken')"],
    ['the number of chunks', 'DELETE FROM chunk WHERE seq = 3'],
    ['the digest beside it', "UPDATE execution SET digest = 'x'"],
  ])('tells that %s was changed, before and after it is sealed', async (_what, sql) => {
    const world = new World()
    const trail = trailOf(world)
    const arn = await ranEverything(world)
    await world.tamper(sql)
    expect(verify(world, trail, arn).kind).toBe('changed')
    await trail.seal()
    expect(verify(world, trail, arn).kind).toBe('changed')
  })

  it('tells even when the digest beside the history was changed with it', async () => {
    const world = new World()
    const trail = trailOf(world)
    const arn = await ranEverything(world)
    await trail.seal()
    await world.tamper("UPDATE chunk SET body = replace(body, 'Broken', 'Unbroken')")
    const changed = verify(world, trail, arn)
    await world.tamper('UPDATE execution SET digest = ?', 'found' in changed ? (changed.found ?? '') : '')
    expect(verify(world, trail, arn)).toEqual(changed)
  })

  it('of an execution under a name used before is its own', async () => {
    const world = new World()
    const trail = trailOf(world)
    const arn = await ranEverything(world)
    await trail.seal()
    await world.tamper('DELETE FROM execution')
    await world.advance(1000)
    await world.start('arn:aws:states:eu-central-1:123456789012:stateMachine:everything', { name: 'one' })
    await stopExecution(world.engine, admin, { executionArn: arn })
    expect(verify(world, trail, arn).kind).toBe('unsealed')
    await trail.seal()
    expect(verify(world, trail, arn).kind).toBe('verified')
  })

  it('is not for everybody, nor of what does not exist', async () => {
    const world = new World()
    const trail = trailOf(world)
    expect(() => verifyDigest(world.engine, trail, nobody, executionArn('a', 'b'))).toThrow('may not')
    expect(() => verify(world, trail, executionArn('a', 'b'))).toThrow('Execution Does Not Exist')
  })
})
