/** Places as people look at them: a table of all, and one in depth. Pure. */
import { formatDuration } from '../../base/index.ts'
import type { Place } from '../client/deploy-api.ts'
import type { FleetStatus, PlaceStatus } from '../client/deploy-schemas.ts'
import { commandLine } from '../command-line.ts'
import type { Context } from '../context.ts'
import type { ServerOptions } from '../find-server.ts'
import { type Cell, fittingTable } from '../fitting-table.ts'
import { type Paint, printable, type Tone } from '../paint.ts'
import { labelled } from '../print-error.ts'
import { ago, clockTime } from '../times.ts'
import { textWidth } from '../world.ts'
import { blockOf } from './block.ts'
import type { Detail } from './diagnosis.ts'
import { actorWords, grouped, placeArguments, placeWords, toneOf, wordOf } from './words.ts'

export type PlaceRow = { readonly place: Place; readonly status: PlaceStatus }

export function placesText(context: Context, rows: readonly PlaceRow[], server: ServerOptions): string {
  const { world, paint } = context
  const [first] = rows
  if (first === undefined) return `Nothing was ever deployed. Do it: ${commandLine(world, 'deploy FILE', server)}`
  const columns = [
    { head: 'PROJECT' },
    { head: 'CONFIG' },
    { head: 'STATE' },
    { head: 'SERVES', weight: 1 },
    { head: 'SINCE', weight: 2 },
    { head: 'WARM UNTIL', weight: 3 },
  ]
  const cells = rows.map(({ place, status }): readonly Cell[] => [
    place.project,
    place.config,
    stateOf(status),
    status.serving?.releaseId ?? 'nothing',
    status.serving?.since === undefined ? '' : ago(world.now() - status.serving.since),
    status.warm?.until === undefined ? '' : clockTime(status.warm.until, world.timeZone),
  ])
  const looked = rows.find(({ status }) => status.underWay !== undefined) ?? first
  return [
    fittingTable(columns, cells, { paint, width: textWidth(world.out) }),
    `${paint.dim('in depth')}  ${commandLine(world, `status ${placeArguments(looked.place)}`, server)}`,
  ].join('\n')
}

type State = { readonly tone: Tone; readonly word: string }

/** What matters most of it, in a word: what moves, then what is closed, then that it serves. */
export function stateOf({ underWay, closed, serving, history: [last] }: PlaceStatus): State {
  if (underWay !== undefined) return { tone: toneOf(underWay), word: wordOf(underWay) }
  if (closed !== undefined)
    return { tone: 'halted', word: `locked by ${closed.ownerName ?? closed.owner ?? 'somebody'}` }
  if (serving === undefined)
    return { tone: 'failed', word: last === undefined ? 'empty' : `nothing; last ${last.status}` }
  if (last?.status === 'failed') return { tone: 'done', word: 'serving; last deploy failed' }
  return { tone: 'done', word: 'serving' }
}

export function placeText(context: Context, place: Place, status: PlaceStatus, server: ServerOptions): string {
  const { world, paint } = context
  const { serving, warm, underWay, locks } = status
  const state = stateOf(status)
  const width = textWidth(world.out)
  const locked = locks.filter(({ kind }) => kind === 'person')
  return [
    `${paint.state(state.tone, state.word)}  ${paint.bold(printable(placeWords(place)))}`,
    ...labelled(factsOf(context, status), paint, width),
    ...locked.flatMap(({ owner, ownerName = owner, reason, expiresAt }) =>
      labelled(
        [['locked', `by ${ownerName ?? 'somebody'} until ${clockTime(expiresAt, world.timeZone)}: ${reason}`]],
        paint,
        width,
      ),
    ),
    ...instanceLines(serving, 'serving', { paint, width, now: world.now() }),
    ...instanceLines(warm, 'warm', { paint, width, now: world.now() }),
    ...(underWay === undefined
      ? []
      : ['', ...blockOf(underWay, { paint, now: world.now(), width: Math.min(width, 200), height: 100 })]),
    '',
    ...labelled(nextOf(context, place, status, server), paint, width),
  ].join('\n')
}

function factsOf({ world }: Context, { serving, warm, history: [last] }: PlaceStatus): readonly Detail[] {
  const { timeZone } = world
  const at = (ms: number | undefined): string =>
    ms === undefined ? '' : `, since ${ago(world.now() - ms).replace(/ ago$/, '')}`
  return [
    [
      'serves',
      serving === undefined
        ? 'nothing'
        : `${serving.releaseId}${at(serving.since)}, by ${actorWords(serving.requestedBy)}`,
    ],
    ...(serving?.addresses ?? []).map(({ service, url }): Detail => [service, url]),
    ['warm', warm === undefined ? undefined : `${warm.releaseId}${untilWords(warm, world.now(), timeZone)}`],
    ['last', last === undefined ? undefined : `${last.id} ${last.status}, ${ago(world.now() - last.createdAt)}`],
  ]
}

function untilWords({ until }: FleetStatus, now: number, timeZone: string): string {
  if (until === undefined) return ''
  return until <= now ? ', about to go' : ` until ${clockTime(until, timeZone)}, ${formatDuration(until - now)} more`
}

type Style = { readonly paint: Paint; readonly width: number; readonly now: number }

const toneOfInstance = { healthy: 'done', starting: 'waiting', unhealthy: 'failed', gone: 'failed' } as const

function instanceLines(fleet: FleetStatus | undefined, title: string, style: Style): readonly string[] {
  if (fleet === undefined || fleet.instances.length === 0) return []
  const columns = [
    { head: title.toUpperCase() },
    { head: 'STATE' },
    { head: 'HOST', weight: 1 },
    { head: 'PORT', weight: 2 },
    { head: 'UP', weight: 3 },
    { head: 'RESTARTS', weight: 4 },
    { head: 'MEMORY', weight: 5 },
  ]
  const rows = fleet.instances.map((one): readonly Cell[] => [
    printable(one.instance),
    one.state === undefined ? '' : { tone: toneOfInstance[one.state], word: one.state },
    printable(one.host ?? ''),
    one.port === undefined ? '' : String(one.port),
    one.startedAt === undefined ? '' : upFor(style.now - one.startedAt),
    one.restarts === undefined ? '' : grouped(one.restarts),
    one.memoryBytes === undefined ? '' : `${grouped(one.memoryBytes / 2 ** 20)} MiB`,
  ])
  const table = fittingTable(columns, rows, { paint: style.paint, width: style.width - 2 })
  // Of who is well there is nothing more to say; of who is not, all of it.
  const troubles = fleet.instances.filter(({ state, detail }) => state !== 'healthy' && detail !== undefined)
  const why = troubles.map(({ instance, detail }): Detail => [instance, detail])
  return ['', ...table.split('\n').map((line) => `  ${line}`), ...labelled(why, style.paint, style.width)]
}

/** As one looks at a clock: `41s`, `12m`, `3h 5m`, `6d 2h`. */
export const upFor = (ms: number): string => ago(Math.max(1000, ms)).replace(/ ago$/, '')

function nextOf({ world }: Context, place: Place, status: PlaceStatus, server: ServerOptions): readonly Detail[] {
  const { serving, warm, underWay, closed } = status
  const words = placeArguments(place)
  const line = (text: string): string => commandLine(world, text, server)
  if (underWay?.status === 'paused') {
    return [
      ['go on', line(`resume ${words}`)],
      ['take back', line(`halt ${words}`)],
    ]
  }
  if (underWay !== undefined)
    return [
      ['watch it', line(`status ${words} --follow`)],
      ['stop it', line(`halt ${words}`)],
    ]
  if (closed !== undefined) return [['open it', line(`unlock ${words}`)]]
  return [
    ['its output', serving === undefined ? undefined : line(`logs ${words}`)],
    ['go back', warm === undefined ? undefined : line(`rollback ${words}`)],
    status.history.length === 0 ? ['elsewhere', line('status')] : ['history', line(`history ${words}`)],
  ]
}
