/** What a probe means: pure decisions. */
import type { HealthSpec } from '../contract.ts'
import type { HealthReport } from '../outcome.ts'

export type Reason = NonNullable<HealthReport['reason']>
export type Proof = NonNullable<HealthReport['proof']>

/** One look at an instance. */
export type Finding = {
  readonly healthy: boolean
  readonly proof?: Proof
  readonly listens?: 'itself'
  readonly address?: '127.0.0.1' | '::1'
  readonly reason?: Reason
  readonly detail: string
  /** Which run it was: a restart begins the counting again. */
  readonly run?: string
}

export type HttpAnswer =
  | {
      readonly kind: 'answer'
      readonly address: '127.0.0.1' | '::1'
      readonly status: number
      readonly echo: string | undefined
    }
  | { readonly kind: 'none'; readonly listening: boolean; readonly detail: string }

/** Whose the listening sockets on the instance's port are; `unknown` where the machine does not tell. */
export type SocketOwner = 'ours' | 'foreign' | 'none' | 'unknown'

export type HttpView = {
  readonly spec: Extract<HealthSpec, { kind: 'http' }>
  readonly release: string
  readonly port: number
  readonly answer: HttpAnswer
  readonly owner: SocketOwner
}

/** Healthy only when the answer provably comes from this instance: an old process on its port answers just as well. */
export function judgeHttp({ spec, release, port, answer, owner }: HttpView): Finding {
  const asked = `GET ${spec.path} on port ${port}`
  if (answer.kind === 'none') {
    const reason = answer.listening ? 'no-answer' : 'not-listening'
    return { healthy: false, reason, detail: `${asked}: ${answer.detail}` }
  }
  const { address, echo, status } = answer
  const from = { address, detail: `${asked} answered ${status}` }
  if (echo !== undefined && echo !== release) {
    const detail = `${asked} answered ${spec.releaseHeader}: ${echo.slice(0, 200)}, which is not ${release}`
    return { ...from, healthy: false, reason: 'wrong-release', detail }
  }
  if (echo === undefined && owner !== 'ours') return { ...from, healthy: false, ...unproven(spec, port, owner) }
  const [lowest, highest] = spec.status
  if (status < lowest || status > highest) {
    return { ...from, healthy: false, reason: 'status', detail: `${from.detail}, not ${lowest} to ${highest}` }
  }
  return { ...from, healthy: true, proof: echo === undefined ? 'socket' : 'release-id' }
}

function unproven(spec: HttpView['spec'], port: number, owner: SocketOwner): Pick<Finding, 'reason' | 'detail'> {
  if (owner === 'foreign') {
    return { reason: 'foreign-socket', detail: `Port ${port} answers, but another program listens on it` }
  }
  return {
    reason: 'unproven',
    detail:
      `Port ${port} answers, but nothing shows that it is this instance: ` +
      `echo HOLDFAST_RELEASE in the header ${spec.releaseHeader}`,
  }
}

/** Signs that time does not heal, once they come so often in a row. */
const lasting: ReadonlySet<Reason> = new Set(['wrong-release', 'foreign-socket', 'unproven'])

export type Tally = {
  readonly probes: number
  readonly successes: number
  /** Of the same lasting sign in a row. */
  readonly same: number
  readonly last: Finding | undefined
}

export const emptyTally: Tally = { probes: 0, successes: 0, same: 0, last: undefined }

export function count(tally: Tally, finding: Finding): Tally {
  const isSameRun = finding.run === tally.last?.run
  const isSame = finding.reason !== undefined && finding.reason === tally.last?.reason
  return {
    probes: tally.probes + 1,
    successes: finding.healthy ? (isSameRun ? tally.successes : 0) + 1 : 0,
    same: isSame ? tally.same + 1 : 1,
    last: finding,
  }
}

/** Not before so many: the old process on a port may be on its way out. */
const lastingAfter = 5

export function isFinal({ last, same }: Tally): boolean {
  if (last?.reason === undefined) return false
  if (last.reason === 'crash-loop' || last.reason === 'not-running') return true
  return lasting.has(last.reason) && same >= lastingAfter
}
