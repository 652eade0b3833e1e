import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BuildStep, CommandOf } from '../contract.ts'
import { hostError } from '../errors.ts'
import { wordsOf } from '../instance/command-line.ts'
import { baseEnvironment, networkEnvironment } from '../instance/environment.ts'
import { shimOrder } from '../instance/shim.ts'
import { groupOf } from '../instance/start-order.ts'
import { readLast } from '../log/read.ts'
import { currentName } from '../log/segments.ts'
import { runToEnd } from '../run-to-end.ts'
import { maskSecrets, resolveSecrets } from '../secrets.ts'
import type { User } from '../user.ts'
import type { HostWorld } from '../world.ts'

export type Build = {
  readonly command: CommandOf<'prepareArtifact'>
  readonly step: BuildStep
  readonly copy: string
  readonly place: string
  readonly user: User | undefined
}

/** A build yields to what serves customers. */
const buildNice = 10
const shownLines = 20

/** @throws HoldfastError host.build_failed, host.build_timeout, host.secret_missing */
export async function build(host: HostWorld, { command, step, copy, place, user }: Build): Promise<void> {
  // Bringing the artifact and copying it took time: somebody may have taken over, and nobody would end what begins after that.
  host.fences.require(command.fence)
  const secrets = resolveSecrets(step.secrets, host.secretSource)
  const logFolder = host.store.buildLogFolder(copy)
  const { project, config, release } = command
  const hides = Object.keys(secrets).length > 0 && { unmasked: true as const }
  host.store.beginBuildLog(copy, { project, config, release, startedAt: host.clock.now(), ...hides })
  host.buildLogs.add(logFolder)
  host.secretsInUse.set(copy, Object.values(secrets))
  let group: string | undefined
  const watch = host.fences.watch(command.fence)
  try {
    const end = await runToEnd(host.runner, {
      owner: `build-${copy}`,
      timeoutMs: step.timeoutMs,
      over: watch.over,
      order: (marker, token) => {
        group = groupOf('build', token)
        const groupFile = step.memoryMiB === undefined ? undefined : host.groups.create(group, step.memoryMiB * 2 ** 20)
        return shimOrder(host.tools, {
          marker,
          nice: buildNice,
          command: wordsOf(step.command),
          environment: {
            ...baseEnvironment(host.secretSource.environment, (user ?? host.userSource.self).home, command),
            ...networkEnvironment(host.secretSource.environment),
            ...step.environment,
            ...secrets,
          },
          folder: place,
          outputFile: join(logFolder, currentName),
          ...(groupFile !== undefined && { groupFile }),
          ...(user !== undefined && { user: { uid: user.uid, gid: user.gid } }),
        })
      },
    })
    maskLog(logFolder, Object.values(secrets))
    host.store.buildLogMasked(copy)
    // Ended by us: the deploy was halted, or taken over.
    host.fences.require(command.fence)
    if (end.timedOut) throw failed('host.build_timeout', `did not end within ${step.timeoutMs} ms`, copy, logFolder)
    if (end.fault !== undefined)
      throw failed('host.build_failed', `could not start: ${end.fault.message}`, copy, logFolder)
    if (end.code === 0) return
    const isOver = group !== undefined && host.groups.wasOutOfMemory(group)
    const how = isOver ? `used more than ${step.memoryMiB} MiB of memory` : `ended with ${end.code ?? end.signal}`
    throw failed('host.build_failed', how, copy, logFolder)
  } finally {
    watch.end()
    if (group !== undefined) host.groups.remove(group)
    host.buildLogs.delete(logFolder)
    host.secretsInUse.delete(copy)
  }
}

/** What is kept of a build's output holds no secret, even if the build printed it. */
function maskLog(folder: string, values: readonly string[]): void {
  if (values.length === 0) return
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.log'))) {
    const path = join(folder, name)
    writeFileSync(path, maskSecrets(readFileSync(path, 'utf8'), values))
  }
}

function failed(code: 'host.build_failed' | 'host.build_timeout', how: string, copy: string, logFolder: string) {
  return hostError(code, `The build ${how}.\n${readLast(logFolder, shownLines).text}`, {
    place: 'build.command',
    repair: `read the whole log: logs of the working copy ${copy}`,
  })
}
