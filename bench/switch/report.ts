/** What a run found, in words, figures and plots. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BootFigures } from './boot.ts'
import { failuresPlot, latencyPlot, releasesPlot, rollbacksPlot } from './plot/session-plots.ts'
import { rollbackTimes, type Session } from './session.ts'
import { summarize, type Summary } from './statistics.ts'
import { explanations, findingsOf } from './verdict/diagnose.ts'

export type Run = {
  readonly main: Session
  /** While the new version eats the processor. */
  readonly eaten: Session | undefined
  readonly boot: BootFigures | undefined
  readonly peers: readonly Session[]
  /** Why a peer is missing. */
  readonly missing: readonly string[]
}

export type LastLine = {
  readonly switches: number
  readonly requests: number
  readonly failed: number
  readonly rollbackP99Ms: number | null
}

export function lastLineOf({ main, eaten }: Run): LastLine {
  const ours = [main, ...(eaten === undefined ? [] : [eaten])]
  const sum = (of: (session: Session) => number): number => ours.reduce((all, session) => all + of(session), 0)
  const times = rollbackTimes(main)
  return {
    switches: sum(({ switches }) => switches.length),
    requests: sum(({ requests }) => requests),
    failed: sum(({ failures }) => failures.length),
    rollbackP99Ms: times.length === 0 ? null : summarize(times).p99,
  }
}

export function describeSession(session: Session): readonly string[] {
  const { name, switches, requests, failures, tallies, latency, lateness, startedMs } = session
  const seconds = ((session.answers.at(-1)?.endedMs ?? startedMs) - startedMs) / 1000
  const flips = summarize(switches.map(({ acceptedMs, inForceMs }) => inForceMs - acceptedMs))
  const back = summarize(rollbackTimes(session))
  const read = summarize(rollbackTimes(session, 'arrivedMs'))
  return [
    `${name}: ${switches.length} switches, ${requests.toLocaleString('en')} requests (${Math.round(requests / seconds).toLocaleString('en')}/s), ${failures.length} failed`,
    `  latency            ${ms(latency)}   (the load itself was late by p99 ${lateness.p99} ms)`,
    `  switch in force    ${ms(flips)}   (accepted until told)`,
    ...(back.count === 0
      ? []
      : [
          `  rollback           ${ms(back)}   (accepted until the last request was given to the bad release, n = ${back.count})`,
          `                     ${ms(read)}   (until an instance of it had read its last request)`,
        ]),
    `  WebSockets         ${tallies.socketMessages.toLocaleString('en')} echoes, ${tallies.socketsClosedPolitely} closed 1001, ${tallies.socketMessagesSentAgain} messages sent again after that`,
    `  event streams      ${tallies.events.toLocaleString('en')} events, ${tallies.streamsEndedPolitely} ended politely`,
    ...describeFindings(session),
  ]
}

export function describeFindings({ failures, deaths, startedMs }: Session): readonly string[] {
  return findingsOf(failures, deaths).flatMap(({ diagnosis, count, firstAtMs, examples }) => [
    `  FAILED ${diagnosis}: ${count}, first after ${((firstAtMs - startedMs) / 1000).toFixed(3)} s: ${explanations[diagnosis]}`,
    ...examples.map((example) => `      ${example}`),
  ])
}

export function describeBoot(figures: BootFigures): readonly string[] {
  const { instances, deployMs, bareMs, ratio, differenceMs, isWithin, failed } = figures
  return [
    `${instances} instances all at once: ${deployMs} ms, their bare boot ${bareMs} ms: ratio ${ratio}, difference ${differenceMs} ms (1.3 × bare + 2 s: ${isWithin ? 'kept' : 'MISSED'})`,
    ...failed.map((message) => `  FAILED switch-failed: ${message}`),
  ]
}

/** Returns the files. */
export function writeReport(folder: string, run: Run): readonly string[] {
  mkdirSync(folder, { recursive: true })
  const sessions = [run.main, ...(run.eaten === undefined ? [] : [run.eaten]), ...run.peers]
  const files: Record<string, string> = {
    'results.json': `${JSON.stringify(resultsOf(run), null, 2)}\n`,
    'failures.svg': failuresPlot(sessions),
    'releases.svg': releasesPlot(run.main),
    'rollbacks.svg': rollbacksPlot([
      { name: run.main.name, times: rollbackTimes(run.main) },
      ...(run.eaten === undefined ? [] : [{ name: run.eaten.name, times: rollbackTimes(run.eaten) }]),
    ]),
  }
  for (const session of sessions) files[`latency-${fileNameOf(session.name)}.svg`] = latencyPlot(session)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return Object.keys(files)
}

function resultsOf(run: Run): unknown {
  return {
    ...lastLineOf(run),
    main: figuresOf(run.main),
    eaten: run.eaten === undefined ? undefined : figuresOf(run.eaten),
    boot: run.boot,
    peers: run.peers.map(figuresOf),
    missing: run.missing,
  }
}

function figuresOf(session: Session) {
  const { name, switches, requests, failures, deaths, tallies, latency, lateness, startedMs } = session
  return {
    name,
    requests,
    failed: failures.length,
    latency,
    lateness,
    tallies,
    rollback: summarize(rollbackTimes(session)),
    rollbackRead: summarize(rollbackTimes(session, 'arrivedMs')),
    inForce: summarize(switches.map(({ acceptedMs, inForceMs }) => inForceMs - acceptedMs)),
    deploy: summarize(switches.flatMap((one) => (one.kind === 'deploy' ? [one.endedMs - one.askedMs] : []))),
    findings: findingsOf(failures, deaths),
    // The whole list of a run that failed would be all there is to read.
    failures: failures.slice(0, 200).map((one) => ({ ...one, atMs: one.atMs - startedMs })),
    switches: switches.map(({ kind, from, to, ...times }) => ({
      kind,
      from,
      to,
      ...Object.fromEntries(Object.entries(times).map(([what, at]) => [what, Math.round(at - startedMs)])),
    })),
  }
}

const fileNameOf = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
const ms = ({ count, p50, p99, max }: Summary): string =>
  count === 0 ? 'nothing was measured' : `p50 ${p50} ms, p99 ${p99} ms, slowest ${max} ms`
