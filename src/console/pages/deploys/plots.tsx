/**
 * Three plots with one axis of time: requests a second, failures, latency; the old version against the new one. Told apart by dashes
 * as well as by colour; the moments at which the traffic moved stand in them. All of it is there as a table, too. Loaded when there is
 * something to draw.
 */
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useMemo, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Deployment, TrafficSample } from '../../api/generated.ts'
import { clockTime } from '../../parts/times.ts'
import { useWords, type Words } from '../../words/index.tsx'
import styles from './plots.module.css'
import { columnsOf, type Mark, marksOf, ratesOf, type Side } from './samples.ts'
import { latency } from './traffic.tsx'

type Line = {
  readonly side: Side
  readonly name: string
  readonly quantile: 'p50' | 'p99' | undefined
  readonly of: (sample: TrafficSample) => number | null
}

type Plot = {
  readonly key: 'rate' | 'failed' | 'latency'
  readonly lines: readonly Line[]
  readonly words: (value: number | null) => string
  /** A piece of time has one rate; a latency belongs to its end. */
  readonly isStepped: boolean
}

type PlotsOf = { readonly deployment: Deployment; readonly samples: readonly TrafficSample[] }

export function Plots({ deployment, samples }: PlotsOf) {
  const words = useWords()
  const { t } = words
  const plots = useMemo(() => plotsIn(words), [words.language])
  const marks = useMemo(() => marksOf(deployment), [deployment])
  return (
    <>
      <ul className={styles['legend']} aria-label={t('deploy.legend')}>
        <li data-side="outgoing">{t('deploy.outgoing')}</li>
        <li data-side="incoming">{t('deploy.incoming')}</li>
        {marks.map((mark) => (
          <li key={`${mark.kind} ${mark.stage}`} data-mark={mark.kind}>
            {t(`deploy.mark_${mark.kind}`, { time: clockTime(mark.at, words.language).slice(0, 8) })}
          </li>
        ))}
      </ul>
      <div className={styles['plots']}>
        {plots.map((plot) => (
          <Figure key={plot.key} plot={plot} samples={samples} marks={marks} />
        ))}
      </div>
      <AsTable samples={samples} />
    </>
  )
}

function plotsIn({ t, language }: Words): readonly Plot[] {
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
  const sides = ['outgoing', 'incoming'] as const
  const name = (side: Side): string => t(`deploy.${side}`)
  return [
    {
      key: 'rate',
      isStepped: true,
      words: (value) => (value === null ? '–' : `${number.format(value)}/s`),
      lines: sides.map((side) => ({
        side,
        name: name(side),
        quantile: undefined,
        of: (one) => ratesOf(one, side).perSecond,
      })),
    },
    {
      key: 'failed',
      isStepped: true,
      words: (value) => (value === null ? '–' : `${number.format(value)} %`),
      lines: sides.map((side) => ({
        side,
        name: name(side),
        quantile: undefined,
        of: (one) => ratesOf(one, side).failedPercent,
      })),
    },
    {
      key: 'latency',
      isStepped: false,
      words: latency,
      lines: sides.flatMap((side) => [
        { side, name: `${name(side)} p50`, quantile: 'p50', of: (one: TrafficSample) => ratesOf(one, side).p50Ms },
        { side, name: `${name(side)} p99`, quantile: 'p99', of: (one: TrafficSample) => ratesOf(one, side).p99Ms },
      ]),
    },
  ]
}

type Figure = { readonly plot: Plot; readonly samples: readonly TrafficSample[]; readonly marks: readonly Mark[] }

/** Says in words what it shows: the newest value of each line. */
function Figure({ plot, samples, marks }: Figure) {
  const { t } = useWords()
  const last = samples.at(-1)
  const said = plot.lines
    .map(({ name, of }) => `${name} ${plot.words(last === undefined ? null : of(last))}`)
    .join(', ')
  return (
    <figure className={styles['figure']}>
      <figcaption>
        <strong>{t(`deploy.plot_${plot.key}`)}</strong>
        <span className={styles['values']}>
          {plot.lines.map(({ name, side, quantile, of }) => (
            <span key={name} data-side={side} title={name}>
              <span className={styles['hidden']}>{name} </span>
              {quantile === undefined ? '' : `${quantile} `}
              {plot.words(last === undefined ? null : of(last))}
            </span>
          ))}
        </span>
      </figcaption>
      <Canvas plot={plot} samples={samples} marks={marks} label={`${t(`deploy.plot_${plot.key}`)}: ${said}`} />
    </figure>
  )
}

const height = 132

/** uPlot draws by itself; it is made anew when its colours or its lines are others, and given new data otherwise. */
function Canvas({ plot, samples, marks, label }: Figure & { readonly label: string }) {
  const { language } = useWords()
  const scheme = useComputedColorScheme('light')
  const place = useRef<HTMLDivElement>(null)
  const drawn = useRef<uPlot>(undefined)
  const shown = useRef({ samples, marks })
  shown.current = { samples, marks }
  useEffect(() => {
    const { current } = place
    if (current === null) return undefined
    const options = optionsFor(plot, { language, width: current.clientWidth, marks: () => shown.current.marks })
    const chart = new uPlot(options, dataOf(plot, shown.current.samples), current)
    drawn.current = chart
    const resized = new ResizeObserver(() => chart.setSize({ width: current.clientWidth, height }))
    resized.observe(current)
    return () => {
      resized.disconnect()
      chart.destroy()
      drawn.current = undefined
    }
  }, [plot, language, scheme])
  useEffect(() => drawn.current?.setData(dataOf(plot, samples)), [plot, samples, marks])
  return <div ref={place} className={styles['canvas']} role="img" aria-label={label} />
}

/** uPlot's own type takes arrays that can be changed; it changes none of them. */
const dataOf = ({ lines }: Plot, samples: readonly TrafficSample[]): uPlot.AlignedData =>
  columnsOf(
    samples,
    lines.map(({ of }) => of),
  ) as unknown as uPlot.AlignedData

type Drawing = { readonly language: string; readonly width: number; readonly marks: () => readonly Mark[] }

function optionsFor(plot: Plot, { language, width, marks }: Drawing): uPlot.Options {
  const colour = coloursOf()
  const axis = { stroke: colour.quiet, font: '11px system-ui, sans-serif', ticks: { show: false } }
  const clock = new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  return {
    width,
    height,
    padding: [10, 8, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: 'deployment' }, y: false, points: { size: 5 } },
    scales: { x: { time: true }, y: { range: (_chart, _low, high) => [0, Math.max(high * 1.1, 1)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 74,
        size: 24,
        values: (_chart, times) => times.map((time) => clock.format(time * 1000)),
      },
      {
        ...axis,
        grid: { stroke: colour.line, width: 1 },
        size: 52,
        space: 28,
        values: (_chart, values) => values.map((value) => plot.words(value)),
      },
    ],
    series: [
      {},
      ...plot.lines.map(({ side, quantile }): uPlot.Series => ({
        stroke: colour[side],
        width: quantile === 'p50' ? 1.25 : 2,
        // The old version is dashed, also for whoever does not see its colour.
        ...(side === 'outgoing' ? { dash: [6, 4] } : {}),
        ...(plot.isStepped ? { paths: uPlot.paths.stepped?.({ align: -1 }) } : {}),
        points: { show: !plot.isStepped && quantile === 'p99', size: 3 },
        spanGaps: false,
      })),
    ],
    hooks: { draw: [(chart) => drawMarks(chart, marks(), colour)] },
  }
}

type Colours = Readonly<Record<Side | Mark['kind'] | 'line' | 'quiet', string>>

/** The tones of the page, as they are in its light or dark. */
function coloursOf(): Colours {
  const style = getComputedStyle(document.documentElement)
  const of = (name: string): string => style.getPropertyValue(`--hf-${name}`).trim()
  return {
    ...{ incoming: of('running'), outgoing: of('waiting'), line: of('line'), quiet: of('quiet') },
    ...{ shift: of('quiet'), switch: of('done'), back: of('halted') },
  }
}

/** The switch is a whole line, a step of the way a dotted one, the way back a thick one. */
function drawMarks(chart: uPlot, marks: readonly Mark[], colour: Colours): void {
  const { ctx, bbox } = chart
  ctx.save()
  for (const { at, kind } of marks) {
    const x = Math.round(chart.valToPos(at / 1000, 'x', true))
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.strokeStyle = colour[kind]
    ctx.lineWidth = (kind === 'back' ? 3 : 1.5) * devicePixelRatio
    ctx.setLineDash(kind === 'shift' ? [2 * devicePixelRatio, 3 * devicePixelRatio] : [])
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
  }
  ctx.restore()
}

function AsTable({ samples }: { readonly samples: readonly TrafficSample[] }) {
  const words = useWords()
  const { t, language } = words
  const plots = plotsIn(words)
  return (
    <details className={styles['table']}>
      <summary>{t('deploy.asTable')}</summary>
      <div className={styles['scroll']} tabIndex={0} role="region" aria-label={t('deploy.asTable')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('deploy.until')}</th>
              {plots.flatMap(({ key, lines }) =>
                lines.map(({ name }) => (
                  <th key={`${key} ${name}`} scope="col">
                    {t(`deploy.plot_${key}`)} · {name}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {samples.map((sample) => (
              <tr key={sample.number}>
                <th scope="row">{clockTime(Date.parse(sample.to), language)}</th>
                {plots.flatMap(({ key, lines, words: told }) =>
                  lines.map(({ name, of }) => <td key={`${key} ${name}`}>{told(of(sample))}</td>),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
