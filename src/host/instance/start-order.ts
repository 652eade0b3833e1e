/** From an instance's record to the process that runs it. */
import { mkdirSync } from 'node:fs'
import { chownSync } from 'node:fs'
import { join } from 'node:path'
import type { InstanceSpec } from '../contract.ts'
import { hostError } from '../errors.ts'
import type { StartOrder } from '../machine/machine.ts'
import { emptyFolder, outputFile, statusFile } from '../paths.ts'
import { resolveSecrets } from '../secrets.ts'
import { findUser, type User } from '../user.ts'
import type { HostWorld } from '../world.ts'
import { wordsOf } from './command-line.ts'
import { baseEnvironment } from './environment.ts'
import { markerVariable, printMarker } from './marker.ts'
import type { InstanceRecord, Run } from './record.ts'
import { shimOrder } from './shim.ts'

type Parts = Pick<
  HostWorld,
  'id' | 'paths' | 'groups' | 'tools' | 'secretSource' | 'userSource' | 'store' | 'secretsInUse'
>

/** @throws HoldfastError host.secret_missing, host.copy_missing, host.user_unknown, host.user_forbidden */
export function startOrderOf(host: Parts, record: InstanceRecord, run: Run): StartOrder {
  const { spec } = record
  const marker = printMarker({ host: host.id, owner: spec.instance, token: run.token })
  const user = findUser(spec.user, host.userSource)
  const { memoryMiB, nice, openFiles } = spec.limits
  const groupFile =
    memoryMiB === undefined ? undefined : host.groups.create(groupOf(spec.instance, run.token), memoryMiB * 2 ** 20)
  return shimOrder(host.tools, {
    marker,
    nice,
    command: wordsOf(spec.command),
    environment: { ...instanceEnvironment(host, record), [markerVariable]: marker },
    folder: workFolder(host, spec, user),
    outputFile: outputFile(host.paths, spec.instance),
    statusFile: statusFile(host.paths, spec.instance, run.token),
    ...(openFiles !== undefined && { openFiles }),
    ...(groupFile !== undefined && { groupFile }),
    ...(user !== undefined && { user: { uid: user.uid, gid: user.gid } }),
  })
}

export const groupOf = (owner: string, token: string): string => `${owner}.${token}`

/** Without the marker. Its secrets are noted, to be masked wherever its output is shown. */
export function instanceEnvironment(host: Parts, record: InstanceRecord): Readonly<Record<string, string>> {
  const { spec, port } = record
  const user = findUser(spec.user, host.userSource)
  const secrets = resolveSecrets(spec.secrets, host.secretSource)
  host.secretsInUse.set(spec.instance, Object.values(secrets))
  const data = dataFolder(host, spec)
  return {
    ...baseEnvironment(host.secretSource.environment, (user ?? host.userSource.self).home, spec),
    ...spec.environment,
    ...secrets,
    ...(port !== undefined && { PORT: String(port) }),
    ...(data !== undefined && { HOLDFAST_DATA: makeFolder(data, user) }),
  }
}

/** Shared by all versions of the service, for good. */
export function dataFolder(
  { paths }: Pick<HostWorld, 'paths'>,
  spec: Pick<InstanceSpec, 'project' | 'config' | 'service' | 'dataFolder'>,
): string | undefined {
  // "+" stands in no name, so that org/name and a project called org cannot meet.
  return spec.dataFolder ? join(paths.data, spec.project.replaceAll('/', '+'), spec.config, spec.service) : undefined
}

export function workFolder(
  host: Pick<HostWorld, 'paths' | 'store'>,
  spec: InstanceSpec,
  user: User | undefined,
): string {
  if (spec.workingCopy === undefined) return makeFolder(emptyFolder(host.paths, spec.instance), user)
  const copy = host.store.copy(spec.workingCopy)
  if (copy !== undefined) return join(host.store.copyFolder(copy), spec.folder)
  throw missingCopy(spec.workingCopy)
}

export const missingCopy = (workingCopy: string) =>
  hostError('host.copy_missing', `This host has no working copy ${workingCopy}`, {
    place: 'workingCopy',
    accepted: 'what prepareArtifact answered',
    repair: 'prepare the artifact again: it may have been pruned',
  })

export function makeFolder(path: string, user: User | undefined): string {
  mkdirSync(path, { recursive: true, mode: 0o755 })
  if (user !== undefined) chownSync(path, user.uid, user.gid)
  return path
}
