/** A command that is run to its end in a release's working copy: a migration, a cache that is warmed. */
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommandOf } from '../contract.ts'
import { hostError } from '../errors.ts'
import { wordsOf } from '../instance/command-line.ts'
import { baseEnvironment } from '../instance/environment.ts'
import { shimOrder } from '../instance/shim.ts'
import { dataFolder, groupOf, makeFolder, missingCopy } from '../instance/start-order.ts'
import { readLast } from '../log/read.ts'
import { currentName } from '../log/segments.ts'
import type { RanCommand } from '../outcome.ts'
import { type RunEnd, runToEnd } from '../run-to-end.ts'
import { maskSecrets, resolveSecrets } from '../secrets.ts'
import { findUser } from '../user.ts'
import type { HostWorld } from '../world.ts'

type Run = CommandOf<'runCommand'>

/** It yields to what serves customers, as a build does. */
const commandNice = 10

/** The working copy cannot go away under it: who removes it waits, and ends it by a higher term. */
export function runCommand(host: HostWorld, command: Run): Promise<RanCommand> {
  return host.queue.run(`copy ${command.workingCopy}`, async () => {
    host.fences.require(command.fence)
    if (host.store.copy(command.workingCopy) === undefined) throw missingCopy(command.workingCopy)
    const secrets = resolveSecrets(command.secrets, host.secretSource)
    const begun = begunFile(host, command.key)
    if (host.files.read(begun) !== undefined && !command.repeatable) throw lost(command.key)
    // On the disk before the process: whoever finds it knows that the command may have had its effect.
    host.files.write(begun, JSON.stringify({ at: host.clock.now() }))
    return runInCopy(host, command, Object.values(secrets), secrets)
  })
}

/** Beside its outcome, and forgotten with it. */
const begunFile = ({ paths }: HostWorld, key: string): string =>
  join(paths.outcomes, `${createHash('sha256').update(key).digest('hex')}.begun`)

const lost = (key: string) =>
  hostError('host.command_lost', 'The command was begun, and its agent ended before it did', {
    place: 'key',
    accepted: `a command that may be run twice ("repeatable"), or another key than ${key}`,
    repair: 'see what it did, then run it again under another key',
  })

async function runInCopy(
  host: HostWorld,
  command: Run,
  masked: readonly string[],
  secrets: Readonly<Record<string, string>>,
): Promise<RanCommand> {
  const logFolder = host.store.draft(`run-${host.newToken()}`)
  host.files.makeFolder(logFolder)
  host.buildLogs.add(logFolder)
  const watch = host.fences.watch(command.fence)
  const limit: { group?: string } = {}
  try {
    const end = await runToEnd(host.runner, {
      owner: `command-${command.workingCopy}`,
      timeoutMs: command.timeoutMs,
      over: watch.over,
      order: (marker, token) => startOrder(host, command, { marker, token, logFolder, secrets, limit }),
    })
    // Ended by us: the deploy was halted, or taken over.
    host.fences.require(command.fence)
    if (end.fault !== undefined) throw notStarted(end.fault.message)
    const isOver = limit.group !== undefined && host.groups.wasOutOfMemory(limit.group)
    return ranCommand(end, isOver, maskSecrets(readLast(logFolder, command.lines).text, masked))
  } finally {
    watch.end()
    if (limit.group !== undefined) host.groups.remove(limit.group)
    host.buildLogs.delete(logFolder)
    await rm(logFolder, { recursive: true, force: true })
  }
}

type Starting = {
  readonly marker: string
  readonly token: string
  readonly logFolder: string
  readonly secrets: Readonly<Record<string, string>>
  /** Filled in with the control group, when there is one. */
  readonly limit: { group?: string }
}

function startOrder(host: HostWorld, command: Run, { marker, token, logFolder, secrets, limit }: Starting) {
  const copy = host.store.copy(command.workingCopy)
  if (copy === undefined) throw missingCopy(command.workingCopy)
  const user = findUser(command.user, host.userSource)
  const { project, config, release } = copy
  const { service, memoryMiB } = command
  const data = service === undefined ? undefined : dataFolder(host, { project, config, service, dataFolder: true })
  limit.group = groupOf('build', token)
  const groupFile = memoryMiB === undefined ? undefined : host.groups.create(limit.group, memoryMiB * 2 ** 20)
  return shimOrder(host.tools, {
    marker,
    nice: commandNice,
    command: wordsOf(command.command),
    environment: {
      ...baseEnvironment(host.secretSource.environment, (user ?? host.userSource.self).home, {
        project,
        config,
        release,
        ...(service !== undefined && { service }),
      }),
      ...command.environment,
      ...secrets,
      ...(data !== undefined && { HOLDFAST_DATA: makeFolder(data, user) }),
    },
    folder: join(host.store.copyFolder(copy), command.folder),
    outputFile: join(logFolder, currentName),
    ...(groupFile !== undefined && { groupFile }),
    ...(user !== undefined && { user: { uid: user.uid, gid: user.gid } }),
  })
}

const notStarted = (why: string) =>
  hostError('host.command_failed', `The command could not start: ${why}`, { place: 'command' })

function ranCommand(end: RunEnd, isOver: boolean, output: string): RanCommand {
  const how = end.timedOut ? 'timed-out' : isOver ? 'out-of-memory' : end.code === undefined ? 'killed' : 'exited'
  return {
    how,
    ...(end.code !== undefined && { code: end.code }),
    ...(end.signal !== undefined && { signal: end.signal }),
    output,
    tookMs: end.tookMs,
  }
}
