/** A deployment as lines that are drawn again and again: its states, its instances, its traffic. Pure. */
import { formatDuration } from '../../base/index.ts'
import type { DeploymentDescription, SeenInstance, SeenTraffic } from '../client/deploy-schemas.ts'
import { icon, type Paint, printable } from '../paint.ts'
import { clip, pad, visibleWidth } from '../width.ts'
import { rowsOf, type StateRow } from './rows.ts'
import { counted, grouped, latency, placeWords, toneOf, wordOf } from './words.ts'

export type BlockOptions = {
  readonly paint: Paint
  readonly now: number
  readonly width: number
  /** Lines that may be drawn: rows that are done, then those to come, give way. */
  readonly height: number
  /** In place of the icon while it runs. */
  readonly spinner?: string
  readonly lost?: boolean
}

export function blockOf(description: DeploymentDescription, options: BlockOptions): readonly string[] {
  const below = [...serviceLines(description, options), ...trafficLines(description, options)]
  const rest = below.length === 0 ? [] : ['', ...below]
  const room = Math.max(3, options.height - 1 - rest.length)
  return [headOf(description, options), ...stateLines(description, options, room), ...rest].slice(
    0,
    Math.max(4, options.height),
  )
}

function headOf(
  description: DeploymentDescription,
  { paint, now, width, spinner, lost = false }: BlockOptions,
): string {
  const { createdAt, endedAt } = description
  const tone = lost ? 'halted' : toneOf(description)
  const word = lost ? 'connection lost, reconnecting' : wordOf(description)
  const mark = spinner !== undefined && endedAt === undefined ? spinner : icon(tone)
  const time = formatDuration(Math.max(0, (endedAt ?? now) - createdAt))
  const left = clip(`${mark} ${word}`, width)
  const room = width - visibleWidth(left) - visibleWidth(time) - 4
  const place = room < 8 ? '' : clip(printable(placeWords(description)), room)
  return [paint.tone(tone, left), paint.bold(place), paint.dim(time)].filter((part) => part !== '').join('  ')
}

// ---- states

function stateLines(description: DeploymentDescription, options: BlockOptions, room: number): readonly string[] {
  const { paint } = options
  const rows = rowsOf(description, options.now)
  const steps = description.step?.of ?? 1
  const names = Math.max(14, ...rows.map((row) => visibleWidth(nameOf(row, steps))))
  const lines = rows.map((row) => stateLine(row, nameOf(row, steps), { ...options, names }))
  if (lines.length <= room) return lines
  const firstComing = rows.findIndex(({ startedAt }) => startedAt === undefined)
  const begun = firstComing < 0 ? rows.length : firstComing
  // What is under way stays in sight, with some of what was and some of what comes.
  const shown = Math.max(1, room - 2)
  const from = Math.max(0, Math.min(begun - Math.ceil(shown / 2), rows.length - shown))
  const after = rows.length - from - shown
  return [
    ...(from === 0 ? [] : [paint.dim(`  … ${from} done before`)]),
    ...lines.slice(from, from + shown),
    ...(after <= 0 ? [] : [paint.dim(`  … ${after} to come`)]),
  ]
}

type LineOptions = BlockOptions & { readonly names: number }

function stateLine(row: StateRow, name: string, { paint, width, names }: LineOptions): string {
  const time = row.ms === undefined ? '' : formatDuration(row.ms)
  const mark = row.startedAt === undefined ? '·' : icon(row.tone)
  const left = clip(`  ${mark} ${pad(name, Math.min(names, width - 12))} ${time.padStart(6)}`, width)
  const note = clip(printable(row.note).replaceAll('\n', ' '), Math.max(0, width - visibleWidth(left) - 2))
  if (row.startedAt === undefined) return paint.dim(note === '' ? left.trimEnd() : `${left}  ${note}`)
  return `${paint.tone(row.tone, left)}${note === '' || width - visibleWidth(left) < 6 ? '' : `  ${note}`}`
}

/** With the step, where there are several. */
const nameOf = ({ state, step }: StateRow, steps: number): string =>
  step === undefined ? state : `${state} ${step}/${steps}`

// ---- instances and traffic

/** More instances than these are told by their count alone. */
const dotsShown = 12
const barWidth = 20

function serviceLines(description: DeploymentDescription, { paint, width }: BlockOptions): readonly string[] {
  const services = servicesOf(description)
  const names = Math.max(7, ...services.map(({ name }) => visibleWidth(name)))
  const lefts = services.map(({ name, own }) => clip(`  ${pad(name, names)} ${healthWords(own)}`, width))
  const column = Math.max(...lefts.map(visibleWidth)) + 3
  return services.map(({ own, weight }, i) => {
    const left = lefts[i] ?? ''
    const awaited = own.some(({ state }) => state !== undefined && state !== 'healthy')
    const painted = pad(paint.tone(awaited || own.length === 0 ? 'waiting' : 'done', left), column)
    return `${painted}${shareText(weight, width - column, paint)}`.trimEnd()
  })
}

type Service = {
  readonly name: string
  readonly own: readonly SeenInstance[]
  /** Undefined for one that gets its work from elsewhere. */
  readonly weight: number | undefined
}

function servicesOf({ instances, weights, addresses, status }: DeploymentDescription): readonly Service[] {
  // What was taken back runs no more.
  if (status === 'failed' || status === 'halted') return []
  const names = new Set([...instances, ...weights].map(({ service }) => service))
  return [...names].map((name) => {
    // Where it is told which services have an address, one without has no traffic.
    const isRouted = addresses.length === 0 || addresses.some(({ service }) => service === name)
    const weight = isRouted ? weights.find(({ service }) => service === name)?.incoming : undefined
    return { name, own: instances.filter(({ service }) => service === name), weight }
  })
}

function healthWords(own: readonly SeenInstance[]): string {
  if (own.length === 0) return 'not started'
  // On the way back nobody is asked: the edges have proven them before.
  if (own.every(({ state }) => state === undefined)) return counted(own.length, 'instance')
  const healthy = own.filter(({ state }) => state === 'healthy').length
  const dots = own.length > dotsShown ? '' : `${own.map(({ state }) => dotOf[state ?? 'starting']).join('')} `
  return `${dots}${healthy} of ${own.length} healthy`
}

/** With a bar where there is room for one. */
function shareText(weight: number | undefined, room: number, paint: Paint): string {
  const words = weight === undefined ? 'no traffic of its own' : `${weight} % of the traffic`
  if (room < words.length) return weight === undefined || room < 5 ? '' : `${weight} %`
  if (weight === undefined || room < barWidth + 1 + words.length) return words
  return `${paint.tone('running', barOf(weight))} ${words}`
}

const dotOf = { healthy: '▮', starting: '▯', unhealthy: '✗', gone: '·' } as const

/** The part of the new version, filled. */
export function barOf(percent: number): string {
  const filled = percent <= 0 ? 0 : Math.max(1, Math.round((barWidth * Math.min(100, percent)) / 100))
  return '█'.repeat(filled) + '░'.repeat(barWidth - filled)
}

function trafficLines({ traffic, endedAt }: DeploymentDescription, { paint, width }: BlockOptions): readonly string[] {
  if (traffic === undefined || endedAt !== undefined) return []
  const { incoming, outgoing } = traffic
  const sides = [['new', incoming] as const, ...(outgoing.requests === 0 ? [] : [['old', outgoing] as const])]
  return sides.map(([name, side]) => {
    const words = clip(`  ${pad(name, 7)} ${trafficWords(side)}`, width)
    return side.failures + side.lost === 0 ? words : paint.tone('failed', words)
  })
}

/** `1,204 requests, 0 failed, p99 41ms`. */
export function trafficWords({ requests, failures, lost, p99Ms }: SeenTraffic): string {
  const onTheWay = lost === 0 ? '' : ` (${grouped(lost)} lost on the way)`
  const p99 = p99Ms === undefined ? '' : `, p99 ${latency(p99Ms)}`
  return `${grouped(requests)} requests, ${grouped(failures + lost)} failed${onTheWay}${p99}`
}
