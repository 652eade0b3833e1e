/** `logs`: what instances wrote, and what they write. */
import { Command } from 'commander'
import type { Api } from '../client/api.ts'
import type { LogLine, LogQuery } from '../client/deploy-api.ts'
import { type Context, print, withExamples } from '../context.ts'
import { isDeploymentId, placeNamed } from '../deployments/find.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { wholeNumber } from '../options.ts'
import { icon, printable } from '../paint.ts'

type Options = ServerOptions & {
  readonly service?: string
  readonly instance?: string
  readonly lines: number
  readonly follow?: true
  readonly json?: true
}

export function logsCommand(context: Context): Command {
  const command = new Command('logs')
    .description('what instances wrote; secrets are masked')
    .argument('<project>', 'org/name, or the id of a deployment: only what that one brought up')
    .argument('[config]', 'environment, such as production')
    .option('--service <name>', 'only of this service')
    .option('--instance <name>', 'only of this one, such as web/0')
    .option('--lines <count>', 'so many of the newest of each instance', wholeNumber(1, 10_000), 100)
    .option('--follow', 'go on printing what they write, until Ctrl-C')
    .option('--json', 'print each line as a JSON line')
    .action((project: string, config: string | undefined, options: Options) =>
      logs(context, { project, config }, options),
    )
  return withExamples(withServerOptions(command), [
    ['holdfast logs acme/shop production --follow', 'as it happens'],
    ['holdfast logs acme/shop production --instance web/0 --lines 1000', 'one instance'],
    ['holdfast logs dep_01k…', 'of a deployment that failed'],
  ])
}

type Named = { readonly project: string; readonly config: string | undefined }

async function logs(context: Context, { project, config }: Named, options: Options): Promise<void> {
  const { service, instance, lines, follow } = options
  const place = isDeploymentId(project) ? { deployment: project } : placeNamed(project, config)
  const query = { ...place, service, instance, lines }
  const api = await connect(context.world, options)
  return follow === true ? followLines(context, api, query, options) : showLines(context, api, query, options)
}

async function showLines(context: Context, api: Api, query: LogQuery, { json }: Options): Promise<void> {
  const { items, silent } = (await api.deploys.logs(query)).value
  for (const line of items) print(context, json === true ? JSON.stringify(line) : lineText(context, line, items))
  const { err } = context.world
  for (const { host, reason } of silent)
    err.write(printable(`${icon('halted')} ${host} did not answer, its lines are missing: ${reason}\n`))
  if (items.length > 0 || silent.length > 0) return
  err.write(
    query.deployment === undefined
      ? 'Nothing was written yet.\n'
      : 'No lines: nothing was written, or its instances were taken down, and their output with them.\n',
  )
}

async function followLines(context: Context, api: Api, query: LogQuery, { json }: Options): Promise<void> {
  const { world } = context
  for await (const event of api.deploys.followLogs(query, (ms) => world.pause(ms))) {
    if (event.kind === 'connection')
      world.err.write(
        event.lost ? `${icon('halted')} connection lost, reconnecting\n` : `${icon('running')} connected again\n`,
      )
    else print(context, json === true ? event.text : lineText(context, event.line, [event.line]))
  }
}

/** The instance before each line, as wide as the widest that was seen with it. */
function lineText({ paint }: Context, line: LogLine, among: readonly LogLine[]): string {
  const [instance, { text, gap }] = [printable(line.instance), line]
  const width = among.reduce((most, one) => Math.max(most, printable(one.instance).length), 0)
  const missing = gap === true ? `${paint.dim(`${instance.padEnd(width)}  … lines before were rotated away`)}\n` : ''
  return `${missing}${paint.dim(instance.padEnd(width))}  ${printable(text)}`
}
