import type { Actor } from '../../access/index.ts'
import { HoldfastError } from '../../base/index.ts'
import {
  findSources,
  type LogsRequest,
  type LogWorld,
  newKey,
  type SilentHost,
  type Source,
  type Wanted,
  wantedBy,
} from './find.ts'

export type LogLine = Omit<Source, 'of'> & {
  readonly text: string
  /** What stood before it was rotated away before anybody read it. */
  readonly gap?: true
}

export type Logs = {
  /** Instance after instance, each in the order of writing. */
  readonly lines: readonly LogLine[]
  /** Hosts whose instances are missing. */
  readonly silent: readonly SilentHost[]
}

/**
 * The newest output of each instance. @throws HoldfastError access.forbidden, deploy.request_invalid,
 * deploy.deployment_missing; the signal's reason
 */
export async function readLogs(
  world: LogWorld,
  actor: Actor,
  request: LogsRequest,
  signal: AbortSignal,
): Promise<Logs> {
  const wanted = wantedBy(world, actor, request)
  const { sources, silent } = await findSources(world, wanted, signal)
  const lines = await Promise.all(sources.map((source) => linesOf(world, wanted, source, signal)))
  return { lines: lines.flat(), silent }
}

async function linesOf(
  world: LogWorld,
  { lines }: Wanted,
  source: Source,
  signal: AbortSignal,
): Promise<readonly LogLine[]> {
  const command = { kind: 'logs', key: newKey(world), of: source.of, lines } as const
  try {
    const { text } = await world.hosts.run<'logs'>(source.host, command, signal)
    const { of: _, ...from } = source
    return linesIn(text).map((line) => ({ ...from, text: line }))
  } catch (error) {
    // It was taken down after it was found, or its host went: then it has nothing to say.
    if (signal.aborted || !(error instanceof HoldfastError)) throw error
    return []
  }
}

const linesIn = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))
