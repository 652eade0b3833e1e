import type { CommandOf } from '../contract.ts'
import type { OutputPlace } from '../outcome.ts'
import type { HostWorld } from '../world.ts'

export async function listOutputs(
  host: HostWorld,
  wanted: CommandOf<'listOutputs'>,
): Promise<{ readonly outputs: readonly OutputPlace[] }> {
  const { keptLogs, records, store } = host
  const members = ['project', 'config', 'release', 'service'] as const
  const isMeant = (of: { readonly [member in (typeof members)[number]]?: string | undefined }): boolean =>
    members.every((member) => wanted[member] === undefined || wanted[member] === of[member])
  const living = [...records.all.values()].map(({ spec }): OutputPlace => {
    const { project, config, release, service, instance } = spec
    return { project, config, release, service, of: { instance } }
  })
  if (!wanted.removed) return { outputs: living.filter(isMeant) }
  const gone = keptLogs.all.flatMap(({ project, config, release, service, instance, removedAt }): OutputPlace[] =>
    records.get(instance) === undefined ? [{ project, config, release, service, removedAt, of: { instance } }] : [],
  )
  const builds = store.builds().map(({ id, project, config, release, startedAt }): OutputPlace => {
    return { project, config, release, startedAt, of: { workingCopy: id } }
  })
  return { outputs: [...builds, ...gone, ...living].filter(isMeant) }
}
