/** What stands behind failures: the kind of mistake, as an operator would call it. Pure. */
import type { Failure } from '../load/messages.ts'

/** A process that ended without saying goodbye: killed, or crashed. */
export type Death = {
  readonly atMs: number
  readonly pid: number
  readonly release: string
  readonly stopping: boolean
}

export type Diagnosis =
  | 'early-kill'
  | 'keep-alive-race'
  | 'wrong-release'
  | 'switch-failed'
  | 'generator'
  | 'unexplained'

export const explanations: Readonly<Record<Diagnosis, string>> = {
  'early-kill': 'a process was killed before its drain had ended, with requests under way',
  'keep-alive-race': 'a kept connection was closed just as a request came over it, and nobody could send that again',
  'wrong-release': 'a process answered with the name of a release that was not to answer',
  'switch-failed': 'a deploy or rollback was taken back or refused',
  generator: 'the load itself ran out of something; what it measured does not count',
  unexplained: 'nothing that the benchmark knows of explains it',
}

/** What broke when a process died broke then, give or take what it takes to be seen. */
const nearMs = 750

export function diagnose(failure: Failure, deaths: readonly Death[]): Diagnosis {
  if (failure.cause === 'own') return 'generator'
  if (failure.cause === 'wrong-release' || failure.cause === 'switch-failed') return failure.cause
  if (!isBroken(failure)) return 'unexplained'
  if (deaths.some((death) => Math.abs(death.atMs - failure.atMs) <= nearMs)) return 'early-kill'
  return isKeepAliveRace(failure) ? 'keep-alive-race' : 'unexplained'
}

/** Behind the edge only what may not be sent twice fails so: it repeats the rest. Without one, whatever came over a kept connection. */
function isKeepAliveRace({ kind, cause, detail, isNewConnection }: Failure): boolean {
  if (cause === 'reset') return !isNewConnection
  return (kind === 'order' || kind === 'upload') && detail.includes('reset_before_answer')
}

function isBroken({ cause, detail }: Failure): boolean {
  switch (cause) {
    case 'reset':
    case 'refused':
    case 'truncated':
    case 'socket-cut':
    case 'message-lost':
    case 'stream-cut':
    case 'event-lost':
      return true
    case 'edge':
      return /reset_|connect_failed|no_target/.test(detail)
    case 'timeout':
    case 'application-error':
    case 'unexpected-status':
    case 'corrupt':
    case 'unnamed':
    case 'wrong-release':
    case 'switch-failed':
    case 'own':
      return false
  }
}

export type Finding = {
  readonly diagnosis: Diagnosis
  readonly count: number
  readonly firstAtMs: number
  readonly examples: readonly string[]
}

const examplesKept = 3

/** By diagnosis, the most frequent first. */
export function findingsOf(failures: readonly Failure[], deaths: readonly Death[]): readonly Finding[] {
  const groups = Map.groupBy(failures, (failure) => diagnose(failure, deaths))
  return [...groups]
    .map(([diagnosis, group]) => ({
      diagnosis,
      count: group.length,
      firstAtMs: group[0]?.atMs ?? 0,
      examples: group.slice(0, examplesKept).map(describeFailure),
    }))
    .toSorted((a, b) => b.count - a.count)
}

export function describeFailure({ kind, cause, detail, release, pid, isNewConnection }: Failure): string {
  if (kind === 'switch') return detail
  const from = release === undefined ? '' : `, ${release}${pid === undefined ? '' : ` process ${pid}`}`
  return `${kind} on a ${isNewConnection ? 'new' : 'kept'} connection: ${cause} (${detail})${from}`
}
