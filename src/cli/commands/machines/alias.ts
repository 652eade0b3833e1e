/** `machines alias`: names that lead to one or two versions of a state machine. */
import { Command } from 'commander'
import type { Alias, Routing } from '../../client/machine-api.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { cliError } from '../../errors.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { printable } from '../../paint.ts'
import { printTable } from '../../table.ts'
import { ago, timeOf } from '../../times.ts'

type Options = ServerOptions & {
  readonly description?: string
  readonly delete?: true
  readonly json?: true
}

export function aliasCommand(context: Context): Command {
  const command = new Command('alias')
    .description('list the aliases of a state machine; lead one to one version, or to two by weight; or delete it')
    .argument('<machine>', 'name or ARN')
    .argument('[alias]', 'its name, such as live')
    .argument('[versions...]', 'VERSION, or VERSION=WEIGHT twice; weights sum up to 100')
    .option('--description <text>', 'what it is for')
    .option('--delete', 'delete the alias')
    .option('--json', 'print it as JSON')
    .action(async (machine: string, name: string | undefined, versions: readonly string[], options: Options) => {
      if (name === undefined) return list(context, machine, options)
      if (options.delete === true) return remove(context, machine, name, options)
      return lead(context, { machine, name, routing: parseRouting(versions) }, options)
    })
  return withExamples(withServerOptions(command), [
    ['holdfast machines alias order', 'where they lead'],
    ['holdfast machines alias order live 7', 'order:live starts version 7 from now on'],
    ['holdfast machines alias order live 7=90 8=10', 'one start in ten tries version 8'],
    ['holdfast machines alias order live --delete', 'nothing is started through it any more'],
  ])
}

/** @throws HoldfastError cli.usage */
function parseRouting(versions: readonly string[]): Routing {
  const routes = versions.map((text) => /^(\d{1,15})(?:=(\d{1,3}))?$/.exec(text))
  const only = routes.length === 1 ? 100 : undefined
  const routing = routes.flatMap((found) => {
    const weight = found?.[2] === undefined ? only : Number(found[2])
    return found === null || weight === undefined ? [] : [{ version: Number(found[1]), weight }]
  })
  if (routing.length === versions.length && (routing.length === 1 || routing.length === 2)) return routing
  throw cliError('cli.usage', `"${versions.join(' ')}" does not say where the alias is to lead`, {
    accepted: 'one version, as in 7; or two with their weights, as in 7=90 8=10',
    repair: 'holdfast machines versions MACHINE lists the versions',
  })
}

async function list(context: Context, machine: string, options: Options): Promise<void> {
  const { world, paint } = context
  const aliases = await (await connect(world, options)).machines.aliases(machine)
  const head = ['ALIAS', 'LEADS TO', 'CHANGED', 'DESCRIPTION'].map((word) => paint.dim(word))
  const rows = aliases.map((alias) => {
    const { name, routing, updatedAt, description = '' } = alias
    return [printable(name), routingText(routing), ago(world.now() - updatedAt), printable(description)]
  })
  answer(context, options.json === true, { items: aliases.map(asJson) }, () =>
    aliases.length === 0 ? 'No aliases.' : printTable([head, ...rows]),
  )
}

type Lead = { readonly machine: string; readonly name: string; readonly routing: Routing }

async function lead(context: Context, { machine, name, routing }: Lead, options: Options): Promise<void> {
  const { description } = options
  const { machines } = await connect(context.world, options)
  const wanted = { routing, ...(description === undefined ? {} : { description }) }
  const alias = await machines.setAlias(machine, name, wanted)
  answer(context, options.json === true, asJson(alias), () => {
    const leads = context.paint.state('done', 'leads to')
    return `${printable(machine)}:${printable(name)}  ${leads}  ${routingText(alias.routing)}`
  })
}

async function remove(context: Context, machine: string, name: string, options: Options): Promise<void> {
  await (await connect(context.world, options)).machines.deleteAlias(machine, name)
  answer(context, options.json === true, { deleted: name }, () => {
    return `${context.paint.state('halted', 'deleted')}  ${printable(machine)}:${printable(name)}`
  })
}

const routingText = (routing: Routing): string =>
  routing.map(({ version, weight }) => (weight === 100 ? `${version}` : `${version} (${weight} %)`)).join(', ')

const asJson = ({ createdAt, updatedAt, ...alias }: Alias) => ({
  ...alias,
  createdAt: timeOf(createdAt),
  updatedAt: timeOf(updatedAt),
})
