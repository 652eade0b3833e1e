/** What an instance wrote last is put aside before its folder goes. */
import { codeOf } from '../errors.ts'
import type { InstanceRecord } from '../instance/record.ts'
import { readEnd } from '../log/read.ts'
import { instanceFolder } from '../paths.ts'
import { maskSecrets } from '../secrets.ts'
import type { HostWorld } from '../world.ts'
import { secretsOf } from './logs.ts'

/** A disk that is full does not keep an instance from being removed. */
export function keepOutput(host: HostWorld, { spec }: InstanceRecord): void {
  const { project, config, release, service, instance } = spec
  const removedAt = host.clock.now()
  try {
    const { text, end } = readEnd(instanceFolder(host.paths, instance), host.settings.removedLogBytes)
    if (text === '') return
    const masked = maskSecrets(text, secretsOf(host, instance))
    // Whoever followed it to its end is at the end of this as well, though masks are shorter than what they hide.
    const start = Math.max(0, end - Buffer.byteLength(masked))
    host.keptLogs.keep({ project, config, release, service, instance, removedAt, text: masked, start })
  } catch (fault) {
    if (codeOf(fault) === undefined) throw fault
    host.log.warn('the output of a removed instance cannot be kept', { instance, fault: String(fault) })
  }
}
