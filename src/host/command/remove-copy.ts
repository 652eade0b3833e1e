import type { CommandOf } from '../contract.ts'
import type { RemovedCopy } from '../outcome.ts'
import type { HostWorld } from '../world.ts'

/** A copy that is being made now is waited for: its maker finds that its term is over, or it is removed when it is whole. */
export async function removeCopy(host: HostWorld, command: CommandOf<'removeCopy'>): Promise<RemovedCopy> {
  const workingCopies: string[] = []
  const usedBy: string[] = []
  for (const id of copiesMeant(host, command)) {
    await host.queue.run(`copy ${id}`, async () => {
      host.fences.require(command.fence)
      const copy = host.store.copy(id)
      const users = [...host.records.all.values()].filter(({ spec }) => spec.workingCopy === id)
      usedBy.push(...users.map(({ spec }) => spec.instance))
      if (copy === undefined || users.length > 0) return
      await host.store.removeCopy(id, copy.folder)
      workingCopies.push(id)
    })
  }
  return { removed: workingCopies.length > 0, workingCopies, usedBy }
}

function copiesMeant({ store }: HostWorld, { of, workingCopy }: CommandOf<'removeCopy'>): readonly string[] {
  if (workingCopy !== undefined) return [workingCopy]
  const isMeant = (copy: NonNullable<typeof of>): boolean =>
    copy.project === of?.project && copy.config === of.config && copy.release === of.release
  return store.copies().flatMap((copy) => (isMeant(copy) ? [copy.id] : []))
}
