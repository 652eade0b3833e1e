import type { CommandOf } from '../contract.ts'
import { readAfter, readLast } from '../log/read.ts'
import { hostError } from '../errors.ts'
import type { LogPiece } from '../outcome.ts'
import { instanceFolder } from '../paths.ts'
import { pause } from '../pause.ts'
import { maskSecrets, resolveSecrets } from '../secrets.ts'
import type { HostWorld } from '../world.ts'
import { instanceRecord } from './instance-record.ts'

/** How soon a follower sees a new line. */
const lookAgainMs = 100

export async function logs(host: HostWorld, command: CommandOf<'logs'>): Promise<LogPiece> {
  const { after, lines, waitMs } = command
  const endsAt = host.clock.now() + waitMs
  for (;;) {
    // Each time anew: an instance may be removed while somebody waits for what it writes.
    const { folder, secrets, ended } = placeOf(host, command.of)
    const read = after === undefined ? readLast(folder, lines) : readAfter(folder, after)
    const piece = { ...read, text: maskSecrets(read.text, secrets), ...(ended && { ended: true as const }) }
    const isAnswer = after === undefined || ended || read.text !== '' || read.gap
    if (isAnswer || host.clock.now() >= endsAt || host.closing.aborted) return piece
    await pause(host.clock, Math.min(endsAt, host.clock.now() + lookAgainMs), host.closing)
  }
}

type OutputFolder = { readonly folder: string; readonly secrets: readonly string[]; readonly ended: boolean }

function placeOf(host: HostWorld, of: CommandOf<'logs'>['of']): OutputFolder {
  if ('instance' in of) {
    // What it had to hide was masked when it was put aside.
    if (host.records.get(of.instance) === undefined && host.keptLogs.has(of.instance))
      return { folder: host.keptLogs.folderOf(of.instance), secrets: [], ended: true }
    instanceRecord(host, of.instance)
    return { folder: instanceFolder(host.paths, of.instance), secrets: secretsOf(host, of.instance), ended: false }
  }
  const folder = host.store.buildLogFolder(of.workingCopy)
  if (host.files.list(folder).length === 0) {
    throw hostError('host.copy_missing', `This host has no build log of ${of.workingCopy}`, { place: 'of.workingCopy' })
  }
  // A build's output was masked when the build ended; while it runs its values are known.
  return { folder, secrets: host.secretsInUse.get(of.workingCopy) ?? [], ended: false }
}

/** After the agent's restart the values are those of now, as far as they are still there. */
export function secretsOf(host: HostWorld, instance: string): readonly string[] {
  const known = host.secretsInUse.get(instance)
  if (known !== undefined) return known
  const { secrets } = instanceRecord(host, instance).spec
  const values = Object.entries(secrets).flatMap(([name, reference]) => {
    try {
      return Object.values(resolveSecrets({ [name]: reference }, host.secretSource))
    } catch (fault) {
      host.log.warn('a secret cannot be masked in an instance’s output', { instance, name, fault: String(fault) })
      return []
    }
  })
  host.secretsInUse.set(instance, values)
  return values
}
