import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { planPrune } from '../artifact/prune.ts'
import type { CommandOf } from '../contract.ts'
import type { PrunedArtifacts } from '../outcome.ts'
import type { HostWorld } from '../world.ts'

/** Each is looked at once more when its turn has come: something may have begun to need it. */
export async function pruneArtifacts(host: HostWorld, command: CommandOf<'pruneArtifacts'>): Promise<PrunedArtifacts> {
  const { store } = host
  const plan = planPrune(command, {
    copies: store.copies(),
    artifacts: store.artifacts(),
    usedCopies: usedCopies(host),
  })
  const workingCopies: string[] = []
  const artifacts: string[] = []
  let freedBytes = 0
  for (const id of plan.copies) {
    freedBytes += await host.queue.run(`copy ${id}`, async () => {
      const copy = store.copy(id)
      if (copy === undefined || usedCopies(host).has(id)) return 0
      workingCopies.push(id)
      return removing(store.copyFolder(copy), () => store.removeCopy(id, copy.folder))
    })
  }
  for (const id of plan.artifacts) {
    freedBytes += await host.queue.run(`artifact ${id}`, async () => {
      if (store.copies().some(({ artifact }) => artifact === id)) return 0
      artifacts.push(id)
      return removing(store.artifactFolder(id), () => store.removeArtifact(id))
    })
  }
  const isBusy = (id: string): boolean => host.queue.has(`copy ${id}`)
  await store.removeStrays(isBusy)
  store.removeBuildLogs(isBusy, host.clock.now() - host.settings.keepRemovedLogsMs)
  return { workingCopies, artifacts, freedBytes }
}

const usedCopies = ({ records }: HostWorld): ReadonlySet<string> =>
  new Set([...records.all.values()].flatMap(({ spec }) => spec.workingCopy ?? []))

/** @returns the bytes that are free then */
async function removing(folder: string, remove: () => Promise<void>): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await lstat(join(entry.parentPath, entry.name))).size
  }
  await remove()
  return bytes
}
