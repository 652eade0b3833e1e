/** The plots of a session under load. Pure: figures in, SVG out. */
import type { Answer } from '../load/load.ts'
import type { Failure } from '../load/messages.ts'
import { isShort, type Session } from '../session.ts'
import { bucketize, quantile } from '../statistics.ts'
import type { Switch } from '../switchers/switcher.ts'
import { colors, Plot } from './svg.ts'

const mostSlices = 500
const latencySliceMs = 100
/** Two dozen requests at the usual rate. */
const shareSliceMs = 25

const markColors: readonly [string, string] = [colors.blue, colors.orange]

type Span = { readonly startMs: number; readonly sliceMs: number; readonly seconds: number }

export function latencyPlot(session: Session): string {
  const span = spanOf(session.startedMs, lastMs(session), latencySliceMs)
  const samples = session.answers
    .filter(isShort)
    .map(({ scheduledMs, endedMs }) => ({ atMs: scheduledMs, value: endedMs - scheduledMs }))
  const slices = bucketize(samples, span.startMs, span.sliceMs)
  const over = (share: number) =>
    slices.map((slice) => [secondsAt(span, slice.atMs), quantile(slice.samples, share)] as const)
  const highest = Math.max(1000, ...slices.map(({ samples: values }) => values.at(-1) ?? 0))
  const plot = new Plot({
    title: `Latency while ${session.switches.length} switches happen: ${session.name}`,
    subtitle: `from when each request was due until its whole answer was there; in slices of ${span.sliceMs} ms; ${session.failures.length} failed of ${session.requests.toLocaleString('en')}`,
    x: { kind: 'linear', from: 0, to: span.seconds, label: 'seconds of load' },
    y: { kind: 'log', from: 0.1, to: highest, label: 'ms' },
  })
  markSwitches(plot, session.switches, span)
  plot.line('slowest', colors.faint, over(1)).line('p99', colors.violet, over(0.99)).line('p50', colors.teal, over(0.5))
  const failures = session.failures.map(({ scheduledMs }) => [secondsAt(span, scheduledMs), highest] as const)
  if (failures.length > 0) plot.dots('failed', colors.red, failures)
  return plot.toString()
}

/** Who answers, around the first switches: a share goes over in one step and does not come back. */
export function releasesPlot(session: Session, switches = 6): string {
  const shown = session.switches.slice(0, switches)
  const endMs = (shown.at(-1)?.inForceMs ?? lastMs(session)) + 500
  const startMs = Math.max(session.startedMs, (shown[0]?.acceptedMs ?? session.startedMs) - 1000)
  const span = spanOf(startMs, endMs, shareSliceMs)
  const answers = session.answers.filter(({ arrivedMs }) => arrivedMs >= startMs && arrivedMs <= endMs)
  const plot = new Plot({
    title: `Who answers, around the first ${shown.length} switches: ${session.name}`,
    subtitle: `share of requests by the release that they came to, in slices of ${span.sliceMs} ms`,
    x: { kind: 'linear', from: 0, to: span.seconds, label: 'seconds' },
    y: { kind: 'linear', from: 0, to: 1, label: 'share' },
  })
  const palette = [colors.blue, colors.orange, colors.teal, colors.violet, colors.grey]
  const releases = [...new Set(answers.map(({ release }) => release))]
  const stacks = stackShares(answers, releases, span)
  releases.forEach((release, at) => {
    const color = palette[at % palette.length] ?? colors.grey
    plot.band(
      color,
      stacks.map(({ x, edges }) => ({ x, low: edges[at] ?? 0, high: edges[at + 1] ?? 1 })),
    )
    plot.line(shortName(release), color, [])
  })
  markSwitches(plot, shown, span, [colors.ink, colors.red])
  return plot.toString()
}

/** The ends of ids differ first. */
const shortName = (release: string): string => (release.length > 12 ? `…${release.slice(-6)}` : release)

type Stack = { readonly x: number; readonly edges: readonly number[] }

export function stackShares(answers: readonly Answer[], releases: readonly string[], span: Span): readonly Stack[] {
  const samples = answers.map(({ arrivedMs, release }) => ({ atMs: arrivedMs, value: releases.indexOf(release) }))
  return bucketize(samples, span.startMs, span.sliceMs).map(({ atMs, samples: places }) => {
    let sum = 0
    const upTo = releases.map((_, at) => (sum += places.filter((place) => place === at).length) / places.length)
    return { x: secondsAt(span, atMs), edges: [0, ...upTo] }
  })
}

export function failuresPlot(sessions: readonly Session[]): string {
  const longest = Math.max(...sessions.map((session) => lastMs(session) - session.startedMs))
  const span = spanOf(0, longest, latencySliceMs)
  const palette = [colors.blue, colors.orange, colors.violet, colors.teal]
  const lines = sessions.map((session) => failuresOverTime(session.failures, session.startedMs, span))
  const highest = Math.max(1, ...sessions.map(({ failures }) => failures.length))
  const plot = new Plot({
    title: 'Failed requests, summed up over time',
    subtitle: sessions
      .map(
        ({ name, failures, requests, switches }) =>
          `${name}: ${failures.length} of ${requests.toLocaleString('en')} in ${switches.length} switches`,
      )
      .join('  ·  '),
    x: { kind: 'linear', from: 0, to: span.seconds, label: 'seconds of load' },
    y: { kind: 'linear', from: 0, to: highest, label: 'failed so far' },
  })
  sessions.forEach(({ name }, at) => plot.line(name, palette[at % palette.length] ?? colors.grey, lines[at] ?? []))
  return plot.toString()
}

function failuresOverTime(
  failures: readonly Failure[],
  startedMs: number,
  span: Span,
): readonly (readonly [number, number])[] {
  const steps = failures.flatMap(({ atMs }, at) => {
    const x = (atMs - startedMs) / 1000
    return [[x, at] as const, [x, at + 1] as const]
  })
  return [[0, 0], ...steps, [span.seconds, failures.length]]
}

/** How many rollbacks were done by then. */
export function rollbacksPlot(series: readonly { readonly name: string; readonly times: readonly number[] }[]): string {
  const palette = [colors.teal, colors.orange]
  const highest = Math.max(1000, ...series.flatMap(({ times }) => times))
  const plot = new Plot({
    title: 'Rollback while warm: command accepted until the last request to the bad release',
    subtitle: series.map(({ name, times }) => `${name}: n = ${times.length}`).join('  ·  '),
    x: { kind: 'log', from: 0.1, to: highest, label: 'ms' },
    y: { kind: 'linear', from: 0, to: 1, label: 'share done' },
  })
  series.forEach(({ name, times }, at) => {
    const sorted = times.toSorted((a, b) => a - b)
    const points = sorted.flatMap((time, place) => [
      [time, place / sorted.length] as const,
      [time, (place + 1) / sorted.length] as const,
    ])
    plot.line(name, palette[at % palette.length] ?? colors.grey, [[0.1, 0], ...points])
  })
  return plot.marks('1 s', colors.red, [1000]).toString()
}

function markSwitches(plot: Plot, switches: readonly Switch[], span: Span, [deploy, rollback] = markColors): void {
  const at = (kind: Switch['kind']) =>
    switches.filter((one) => one.kind === kind).map(({ acceptedMs }) => secondsAt(span, acceptedMs))
  plot.marks('deploy accepted', deploy, at('deploy')).marks('rollback accepted', rollback, at('rollback'))
}

function spanOf(startMs: number, endMs: number, finestMs: number): Span {
  const sliceMs = Math.max(finestMs, Math.ceil((endMs - startMs) / mostSlices / finestMs) * finestMs)
  return { startMs, sliceMs, seconds: Math.max(1, (endMs - startMs) / 1000) }
}

function lastMs({ answers, endedMs }: Session): number {
  return answers.at(-1)?.endedMs ?? endedMs
}

const secondsAt = ({ startMs }: Span, atMs: number): number => (atMs - startMs) / 1000
