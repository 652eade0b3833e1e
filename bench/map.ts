/** W2: one inline Map of 1,000 items, each one Task that does nothing. The limit: one row an item, 40 a commit, as inline Maps run. */
import { z } from 'zod'
import { procedure, startExecution } from '../src/engine/index.ts'
import { measureLimit } from './limit.ts'
import type { Throughput } from './workflows.ts'
import { admin, ended, install, median, newFolder, openWorld } from './world.ts'

const items = 1000
const inlineConcurrency = 40

const oneMap = procedure({
  name: 'one-map',
  input: z.array(z.number()),
  machine: {
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map',
        ItemProcessor: {
          StartAt: 'Work',
          States: { Work: { Type: 'Task', Resource: 'task:nothing', End: true } },
        },
        End: true,
      },
    },
  },
  tasks: { nothing: (input) => input },
})

export async function measureMap(runs: number): Promise<Throughput> {
  const ours: number[] = []
  const limits: number[] = []
  for (let run = 0; run < runs; run++) {
    ours.push(await runMap())
    limits.push(await measureLimit(inlineConcurrency, items))
  }
  return { ours: median(ours), limit: median(limits), ratio: median(ours) / median(limits) }
}

/** Items a second. */
async function runMap(): Promise<number> {
  const folder = newFolder()
  const world = openWorld(folder.path, [oneMap])
  const stateMachineArn = await install(world, oneMap)
  const input = JSON.stringify(Array.from({ length: items }, (_, i) => i))
  const started = performance.now()
  const { executionArn } = await startExecution(world.engine, admin, { stateMachineArn, input })
  await ended(world, executionArn)
  const perSecond = (items / (performance.now() - started)) * 1000
  await world.close()
  folder.remove()
  return perSecond
}
