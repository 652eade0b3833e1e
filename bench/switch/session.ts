/** Switches under load: one switcher, one load, as many switches as asked or as time allows. */
import type { Answer } from './load/load.ts'
import { openLoad } from './load/load.ts'
import type { Failure, SocketTallies } from './load/messages.ts'
import type { Mix } from './load/mix.ts'
import { summarize, type Summary } from './statistics.ts'
import { steadyMs } from './steady-clock.ts'
import { type Behaviour, type Switch, type Switcher, SwitchFailed } from './switchers/switcher.ts'
import type { Death } from './verdict/diagnose.ts'
import { ReleaseJudge, type TrafficWindow } from './verdict/windows.ts'
import type { Witness } from './witness.ts'

export type SessionOptions = {
  readonly name: string
  readonly switcher: Switcher
  readonly witness: Witness
  readonly mix: Mix
  readonly seed: number
  readonly switches: number
  /** No switch begins later. */
  readonly untilMs: number
  /** Requests between two switches: so that each is seen by itself. */
  readonly requestsBetween: number
  /** Of every release that is deployed; those gone back to are the ones before. */
  readonly behaviour?: Behaviour
  /** Deploy after deploy; otherwise every second switch goes back. */
  readonly onlyForward?: boolean
  readonly afterSwitch?: (done: Switch) => void
  readonly onProgress?: (switches: number, requests: number, failed: number) => void
}

export type Session = {
  readonly name: string
  readonly startedMs: number
  readonly endedMs: number
  readonly switches: readonly Switch[]
  readonly answers: readonly Answer[]
  readonly failures: readonly Failure[]
  readonly deaths: readonly Death[]
  readonly windows: readonly TrafficWindow[]
  readonly tallies: SocketTallies
  readonly requests: number
  /**
   * From when a request was due until its whole answer was there; slow ones and uploads apart, and what was due before the first
   * switch was asked for: by then all processes have compiled what they run.
   */
  readonly latency: Summary
  /** How late the load itself was to send what was due. */
  readonly lateness: Summary
}

/** The switcher is started and left running. */
export async function runSession(options: SessionOptions): Promise<Session> {
  const { switcher, mix, seed, requestsBetween } = options
  const load = await openLoad()
  try {
    const startedMs = steadyMs()
    load.begin(switcher.port, mix, seed)
    await load.untilMore(requestsBetween)
    const switches = await switchUnderLoad(options, load)
    await load.end()
    const answers = [...load.answers()].toSorted((a, b) => a.sentMs - b.sentMs)
    const warmMs = switches[0]?.askedMs ?? 0
    const warm = answers.filter(({ scheduledMs }) => scheduledMs >= warmMs)
    return {
      name: options.name,
      startedMs,
      endedMs: steadyMs(),
      switches,
      answers,
      failures: [...load.failures, ...misnamed(answers, options)].toSorted((a, b) => a.atMs - b.atMs),
      deaths: [...options.witness.deaths],
      windows: [...switcher.windows],
      tallies: load.tallies,
      requests: load.started,
      latency: summarize(warm.filter(isShort).map(({ scheduledMs, endedMs }) => endedMs - scheduledMs)),
      lateness: summarize(warm.map(({ scheduledMs, sentMs }) => sentMs - scheduledMs)),
    }
  } finally {
    load.kill()
  }
}

async function switchUnderLoad(
  options: SessionOptions,
  load: Awaited<ReturnType<typeof openLoad>>,
): Promise<readonly Switch[]> {
  const { switcher, requestsBetween, behaviour } = options
  const done: Switch[] = []
  let tried = 0
  while (tried < options.switches && steadyMs() < options.untilMs) {
    // After a deploy that was taken back there is nothing to go back from.
    const isDeploy = options.onlyForward === true || done.at(-1)?.kind !== 'deploy'
    try {
      const next = isDeploy ? await switcher.deploy(behaviour) : await switcher.rollback()
      done.push(next)
      options.afterSwitch?.(next)
    } catch (error) {
      if (!(error instanceof SwitchFailed)) throw error
      load.failures.push(failedSwitch(error))
    }
    tried++
    await load.untilMore(requestsBetween)
    options.onProgress?.(tried, load.started, load.failures.length)
  }
  return done
}

function failedSwitch({ message }: SwitchFailed): Failure {
  const now = steadyMs()
  const times = { atMs: now, scheduledMs: now, sentMs: now }
  return { ...times, kind: 'switch', cause: 'switch-failed', detail: message, isNewConnection: false }
}

export const isShort = ({ kind }: Answer): boolean => kind === 'quick' || kind === 'order'

function misnamed(answers: readonly Answer[], { switcher, witness }: SessionOptions): readonly Failure[] {
  const judge = new ReleaseJudge(switcher.windows, witness.born)
  return answers.flatMap((answer) => {
    const problem = judge.judge(answer)
    if (problem === undefined) return []
    const { kind, scheduledMs, sentMs, release, pid, endedMs } = answer
    return [{ ...problem, kind, scheduledMs, sentMs, release, pid, atMs: endedMs, isNewConnection: false }]
  })
}

/**
 * Milliseconds from each accepted command to go back until the last request to the bad release: as the balancer gave it one
 * (`placedMs`), or as an instance read one (`arrivedMs`), which a starved process does late.
 */
export function rollbackTimes(
  { switches, answers }: Pick<Session, 'switches' | 'answers'>,
  by: 'placedMs' | 'arrivedMs' = 'placedMs',
): readonly number[] {
  const byRelease = Map.groupBy(answers, ({ release }) => release)
  return switches.flatMap((one, at) => {
    if (one.kind !== 'rollback' || one.from === undefined) return []
    // The release may be deployed to again; what it answers then is not late.
    const again = switches.slice(at + 1).find(({ to }) => to === one.from)?.askedMs ?? Infinity
    let last = one.acceptedMs
    for (const answer of byRelease.get(one.from) ?? []) {
      if (answer[by] > last && answer[by] < again) last = answer[by]
    }
    return [last - one.acceptedMs]
  })
}
