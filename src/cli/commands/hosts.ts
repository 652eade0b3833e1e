/** `hosts`: the machines that run what is deployed, and what an operator does with them. */
import { Command } from 'commander'
import { sendsInClear } from '../../app/index.ts'
import type { Host } from '../client/host-api.ts'
import { answer, type Context, print, withExamples } from '../context.ts'
import { commandLine, quoted } from '../command-line.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { type Cell, type Column, fittingTable } from '../fitting-table.ts'
import { printable, type Tone } from '../paint.ts'
import { labelled } from '../print-error.ts'
import { ago, timeOf } from '../times.ts'
import { textWidth, type World } from '../world.ts'

type Options = ServerOptions & { readonly json?: true }

export function hostsCommand(context: Context): Command {
  const command = new Command('hosts')
    .description('the machines that run what is deployed')
    .enablePositionalOptions()
    .option('--json', 'print them as JSON')
    .action((options: Options) => list(context, options))
  withExamples(withServerOptions(command), [
    ['holdfast hosts', 'who is there, and who is away'],
    ['holdfast hosts add tokyo-2 --zone tokyo --address 10.0.0.12', 'enrols another machine'],
    ['holdfast hosts drain tokyo-2', 'puts nothing new there'],
  ])
  command.addCommand(addCommand(context))
  command.addCommand(changeCommand(context, 'drain', 'put no new instances there; those that run go on'))
  command.addCommand(changeCommand(context, 'undrain', 'new instances may be put there again'))
  command.addCommand(removeCommand(context))
  return command
}

async function list(context: Context, { json, ...server }: Options): Promise<void> {
  const hosts = await (await connect(context.world, server)).hosts.list()
  answer(context, json === true, { items: hosts.map(asJson) }, () => asText(hosts, context, server))
}

function asText(hosts: readonly Host[], { paint, world }: Context, server: ServerOptions): string {
  if (hosts.length === 0) {
    return [
      'No hosts. This machine becomes one with:',
      `  ${commandLine(world, 'host', server)}`,
      'Another one is enrolled with:',
      `  ${commandLine(world, 'hosts add NAME', server)}`,
    ].join('\n')
  }
  const rows = hosts.map((host) => rowOf(host, world.now()))
  const table = fittingTable(columns, rows, { paint, width: textWidth(world.out) })
  const away = hosts.find(({ isConnected }) => !isConnected)
  return away === undefined ? table : `${table}\n${awayHint(away, world, server)}`
}

/** What brings it back, where a person can know it. */
function awayHint({ name, lastSeenAt }: Host, world: World, server: ServerOptions): string {
  if (lastSeenAt === undefined) return `${name} has not connected yet: run there the line that hosts add printed`
  return `${name} is away: on that machine, run ${commandLine(world, 'host', { data: server.data })}`
}

const columns: readonly Column[] = [
  { head: 'STATE' },
  { head: 'HOST' },
  { head: 'ZONE', weight: 4 },
  { head: 'ADDRESS', weight: 7 },
  { head: 'EDGE', weight: 1 },
  { head: 'INSTANCES', weight: 2 },
  { head: 'LOAD', weight: 6 },
  { head: 'MEMORY FREE', weight: 3 },
  { head: 'SEEN', weight: 5 },
]

function rowOf(host: Host, now: number): readonly Cell[] {
  const { name, zone, address, edge, facts, lastSeenAt } = host
  return [
    { tone: toneOf(host), word: wordOf(host) },
    printable(name),
    printable(zone),
    printable(address),
    printable(edge?.url ?? 'none'),
    facts === undefined ? '' : String(facts.instances),
    facts === undefined ? '' : `${facts.load.toFixed(1)} of ${facts.cpus}`,
    facts === undefined ? '' : gibibytes(facts.memoryBytes.available),
    lastSeenAt === undefined ? 'never' : ago(Math.max(0, now - lastSeenAt)),
  ]
}

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`

function toneOf({ state, isDraining }: Host): Tone {
  if (state === 'away') return 'failed'
  return isDraining ? 'halted' : 'done'
}

const wordOf = ({ state, isDraining }: Host): string => (state === 'away' && isDraining ? 'away, draining' : state)

const asJson = (host: Host) => ({
  ...host,
  enrolledAt: timeOf(host.enrolledAt),
  ...(host.lastSeenAt === undefined ? {} : { lastSeenAt: timeOf(host.lastSeenAt) }),
})

type AddOptions = Options & { readonly zone?: string; readonly address?: string }

function addCommand(context: Context): Command {
  const command = new Command('add')
    .description('enrol another machine; prints its token once, and the line to run there')
    .argument('<name>', 'what people call it; unique')
    .option('--zone <zone>', 'where it may fail together with others: a data centre, a rack (default: default)')
    .option('--address <address>', "at which other hosts' edges reach its instances (default: 127.0.0.1)")
    .option('--json', 'print host and token as JSON')
    .action((name: string, options: AddOptions) => add(context, name, options))
  return withExamples(withServerOptions(command), [
    ['holdfast hosts add tokyo-2 --zone tokyo --address 10.0.0.12', 'a second machine in Tokyo'],
  ])
}

async function add(context: Context, name: string, options: AddOptions): Promise<void> {
  const { json, zone, address, ...server } = options
  const api = await connect(context.world, server)
  const where = { ...(zone === undefined ? {} : { zone }), ...(address === undefined ? {} : { address }) }
  const { host, token } = await api.hosts.enrol({ name, ...where })
  answer(context, json === true, { host: asJson(host), token }, () => {
    const { paint, world } = context
    const run = `(umask 077; echo ${token} > host.token); holdfast host --url ${quoted(api.url)} --token-file host.token${
      sendsInClear(api.url) ? ' --insecure-http' : ''
    }`
    const facts = [
      ['token', `${token}  ${paint.dim('(told this once)')}`],
      ['zone', host.zone],
      ['address', host.address],
    ] as const
    return [
      `${paint.state('done', 'enrolled')} ${paint.bold(printable(host.name))}`,
      ...labelled(facts, paint, Infinity),
      '  On that machine, with Holdfast installed:',
      `    ${run}`,
      ...(isLocal(api.url) ? labelled([['note', localNote(api.url)]], paint, textWidth(world.out)) : []),
    ].join('\n')
  })
}

const isLocal = (url: string): boolean => ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname)
const localNote = (url: string): string =>
  `${url} is reached from this machine only: for another one, start the control plane with --host ADDRESS`

function changeCommand(context: Context, verb: 'drain' | 'undrain', description: string): Command {
  const command = new Command(verb)
    .description(description)
    .argument('<name>', 'as holdfast hosts lists it')
    .option('--json', 'print the host as JSON')
    .action(async (name: string, { json, ...server }: Options) => {
      const host = await (await connect(context.world, server)).hosts[verb](name)
      const { paint } = context
      const word = verb === 'drain' ? paint.state('halted', 'draining') : paint.state('done', 'takes instances again')
      answer(context, json === true, asJson(host), () => `${word}  ${paint.bold(printable(host.name))}`)
    })
  return withServerOptions(command)
}

function removeCommand(context: Context): Command {
  const command = new Command('remove')
    .description('take a host off the list and revoke its token')
    .argument('<name>', 'as holdfast hosts lists it')
    .option('--force', 'also while it runs instances: they go on, and nobody here knows them any more')
    .option('--json', 'print the result as JSON')
    .action(async (name: string, { json, force, ...server }: Options & { readonly force?: true }) => {
      await (await connect(context.world, server)).hosts.remove(name, force === true)
      if (json === true) return print(context, JSON.stringify({ removed: name }))
      print(context, `${context.paint.state('done', 'removed')}  ${context.paint.bold(printable(name))}`)
    })
  return withExamples(withServerOptions(command), [
    ['holdfast hosts remove tokyo-2', 'when nothing runs there any more'],
  ])
}
