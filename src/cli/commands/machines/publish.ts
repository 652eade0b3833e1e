/** `machines publish`: the current revision becomes a version, which never changes. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { printable } from '../../paint.ts'
import { timeOf } from '../../times.ts'

type Options = ServerOptions & {
  readonly description?: string
  readonly revision?: string
  readonly json?: true
}

export function publishCommand(context: Context): Command {
  const { world, paint } = context
  const command = new Command('publish')
    .description('make the current revision of a state machine a version, which never changes')
    .argument('<machine>', 'name or ARN')
    .option('--description <text>', 'what is new in it')
    .option('--revision <id>', 'only if this is the revision still (INITIAL names the first)')
    .option('--json', 'print the version as JSON')
    .action(async (machine: string, { description, revision, json, ...server }: Options) => {
      const api = await connect(world, server)
      const published = await api.machines.publish(machine, {
        ...(description === undefined ? {} : { description }),
        ...(revision === undefined ? {} : { revisionId: revision }),
      })
      const { version, createdAt } = published
      answer(context, json === true, { ...published, createdAt: timeOf(createdAt) }, () => {
        return `${paint.state('done', 'published')}  ${printable(machine)}:${version}`
      })
    })
  return withExamples(withServerOptions(command), [
    ['holdfast machines publish order --description "asks for the address"', 'to be started as order:1'],
  ])
}
