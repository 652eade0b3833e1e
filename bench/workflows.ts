/** W1: workflows of ten Task states whose functions do nothing, with 100-byte payloads; 1, 10 and 100 at once. */
import { z } from 'zod'
import { procedure, startExecution } from '../src/engine/index.ts'
import { type Ground, sqliteGround } from './ground.ts'
import { measureLimit } from './limit.ts'
import { admin, install, median, newFolder, openWorld, type World } from './world.ts'

export const tenSteps = procedure({
  name: 'ten-steps',
  input: z.object({ payload: z.string() }),
  machine: {
    StartAt: 'S0',
    States: {
      S0: { Type: 'Task', Resource: 'task:nothing', Next: 'S1' },
      S1: { Type: 'Task', Resource: 'task:nothing', Next: 'S2' },
      S2: { Type: 'Task', Resource: 'task:nothing', Next: 'S3' },
      S3: { Type: 'Task', Resource: 'task:nothing', Next: 'S4' },
      S4: { Type: 'Task', Resource: 'task:nothing', Next: 'S5' },
      S5: { Type: 'Task', Resource: 'task:nothing', Next: 'S6' },
      S6: { Type: 'Task', Resource: 'task:nothing', Next: 'S7' },
      S7: { Type: 'Task', Resource: 'task:nothing', Next: 'S8' },
      S8: { Type: 'Task', Resource: 'task:nothing', Next: 'S9' },
      S9: { Type: 'Task', Resource: 'task:nothing', End: true },
    },
  },
  tasks: { nothing: (input) => input },
})
export const stepsPerWorkflow = 10
/** 100 bytes of JSON. */
export const payload = JSON.stringify({ payload: 'x'.repeat(86) })

export type Throughput = { readonly ours: number; readonly limit: number; readonly ratio: number }

/** Median of interleaved runs: ours, limit, ours, limit … */
export async function measureWorkflows(
  { atOnce, workflows, runs }: { readonly atOnce: number; readonly workflows: number; readonly runs: number },
  ground: Ground = sqliteGround,
): Promise<Throughput> {
  const ours: number[] = []
  const limits: number[] = []
  for (let run = 0; run < runs; run++) {
    ours.push(await runWorkflows(atOnce, workflows, ground))
    limits.push(await measureLimit(atOnce, workflows * stepsPerWorkflow, ground))
  }
  return { ours: median(ours), limit: median(limits), ratio: median(ours) / median(limits) }
}

/** Steps a second on a new folder. */
async function runWorkflows(atOnce: number, workflows: number, ground: Ground): Promise<number> {
  const folder = newFolder()
  const world = openWorld(folder.path, [tenSteps], await ground.place())
  await world.engine.recover()
  const arn = await install(world, tenSteps)
  await repeat(world, arn, atOnce, atOnce * 10)
  const started = performance.now()
  await repeat(world, arn, atOnce, workflows)
  const perSecond = ((workflows * stepsPerWorkflow) / (performance.now() - started)) * 1000
  await world.close()
  folder.remove()
  return perSecond
}

/** Keeps `atOnce` workflows going until `total` have ended. */
export async function repeat(world: World, arn: string, atOnce: number, total: number): Promise<void> {
  let left = total
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const { executionArn } = await startExecution(world.engine, admin, { stateMachineArn: arn, input: payload })
      await world.ending(executionArn)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
}
